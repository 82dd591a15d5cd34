"""From solutions to lessons: what the learner gets instead of a solution."""

from __future__ import annotations

import ast
import contextlib
import inspect
import shutil
import tempfile
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbgrader import preprocessors
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config, PyFileConfigLoader

from ..checking import catalogue
from .lesson import Lesson


class ClearSolutions(preprocessors.ClearSolutions):  # type: ignore[misc]
    """nbgrader's ClearSolutions, which knows the broken functions that bug hunts hand out."""

    code_stub: Any

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """Put the exercise's starter, or the configured stub, in the solution's place."""
        stub: dict[str, str] = self.code_stub
        self.code_stub = stub | _starter(cell)
        try:
            super().preprocess_cell(cell, resources, index)
        finally:
            self.code_stub = stub
        return cell, resources


def settings(course: Path) -> Config:
    """What the course folder's nbgrader_config.py says."""
    return PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()


def release(lesson: Lesson, target: Path) -> None:
    """Write the lesson as learners get it into the folder `target`, through nbgrader.

    No gradebook is touched: the instructor's own ``nbgrader generate_assignment`` registers
    the same cells.

    Raises
    ------
    nbgrader.converters.base.NbGraderException
        When nbgrader refuses the notebook; its log says why.
    """
    config = settings(lesson.course)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(lesson.source.parent, Path(folder, "solutions", lesson.name))
        config.CourseDirectory.update(
            root=str(Path(folder).resolve()),
            source_directory="solutions",
            release_directory="lessons",
            assignment_id=lesson.name,
        )
        config.SaveCells.enabled = False
        config.GenerateAssignment.no_database = True
        GenerateAssignment(coursedir=CourseDirectory(config=config), config=config).start()
        shutil.copytree(Path(folder, "lessons", lesson.name), target, dirs_exist_ok=True)


def _starter(cell: Any) -> dict[str, str]:
    """The stub of a solution cell whose exercise starts from something else than nothing."""
    name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
    starter = None
    with contextlib.suppress(LookupError):
        starter = catalogue.find(name).starter
    return {"python": _body(starter)} if starter else {}


def _body(function: Callable[..., Any]) -> str:
    """A function's code below its docstring."""
    text = textwrap.dedent(inspect.getsource(function))
    node = ast.parse(text).body[0]
    assert isinstance(node, ast.FunctionDef)
    first = node.body[0]
    described = ast.get_docstring(node) is not None
    start = first.end_lineno if described else first.lineno - 1
    return textwrap.dedent("\n".join(text.splitlines()[start:]))
