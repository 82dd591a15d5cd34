"""``nnlib check``: what a learner would be told about a notebook, without opening Jupyter."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from ..checking import Verdict, assess, catalogue
from ..grading.uses import is_demo, needs_demos
from .lesson import CHECK


@dataclass(frozen=True)
class Report:
    """The verdicts on a notebook's exercises, and the cells that ended in an error."""

    verdicts: tuple[Verdict, ...]
    errors: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Whether everything is right."""
        return not self.errors and all(verdict.right for verdict in self.verdicts)

    @property
    def earned(self) -> float:
        """The points of all exercises together."""
        return sum(verdict.earned for verdict in self.verdicts)

    @property
    def points(self) -> float:
        """The points that a right notebook earns."""
        return sum(verdict.points for verdict in self.verdicts)

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON-ready data."""
        return {
            "right": self.right,
            "earned": self.earned,
            "points": self.points,
            "verdicts": [verdict.to_dict() for verdict in self.verdicts],
            "errors": list(self.errors),
        }

    def __str__(self) -> str:
        summary = f"{self.earned:g} of {self.points:g} points"
        return "\n\n".join([*map(str, self.verdicts), *self.errors, summary])


def check_notebook(path: Path) -> Report:
    """Run a notebook's cells in this process, in its folder, and judge its exercises.

    The file is only read. Cells tagged ``demo`` are left out unless an answer needs them, as in
    grading. An exercise of the notebook's lesson that it does not check is judged all the same.

    Raises
    ------
    ValueError
        When the file is no notebook, or has nothing to check.
    """
    notebook = _read(path)
    expected = _exercises_of(notebook)
    checked = [m[1] for cell in notebook.cells if (m := CHECK.fullmatch(cell.source.strip()))]
    if not checked and not expected:
        raise ValueError(f"{path} holds no exercise; expected a notebook of the course")
    code = [(n, cell) for n, cell in enumerate(notebook.cells, 1) if cell.cell_type == "code"]
    demos_run = needs_demos({*checked, *expected}, [cell for _, cell in code])
    verdicts: dict[str, Verdict] = {}
    errors: list[str] = []

    def judge(name: str) -> None:
        try:
            verdicts[name] = assess(name, shell.user_ns.get(name, _missing))
        except (LookupError, TypeError) as problem:
            errors.append(f"check({name}): {problem}")

    with _shell(path.resolve().parent) as shell:
        for number, cell in code:
            if is_demo(cell) and not demos_run:
                continue
            if match := CHECK.fullmatch(cell.source.strip()):
                judge(match[1])
            elif error := _run(shell, cell.source):
                errors.append(f"Cell {number} raised {error}")
        for name in expected:
            if name not in checked:
                judge(name)
    return Report(tuple(verdicts.values()), tuple(errors))


def _read(path: Path) -> Any:
    try:
        return nbformat.read(path, as_version=4)
    except OSError as problem:
        raise FileNotFoundError(f"cannot read {path}: {problem.strerror}") from problem
    except Exception as problem:
        raise ValueError(f"{path} is no notebook: {str(problem).splitlines()[0]}") from problem


def _exercises_of(notebook: Any) -> list[str]:
    """The exercises of the lesson that a notebook was made from."""
    lesson = notebook.metadata.get("nnlib", {}).get("lesson", "")
    return [exercise.name for exercise in catalogue.of_lesson(lesson)] if lesson else []


def _missing(*args: Any, **kwargs: Any) -> None:
    raise NotImplementedError


def _run(shell: Any, source: str) -> str:
    """Run a cell and drop its output; the error that ended it, if one did."""
    from IPython.utils.capture import capture_output

    with capture_output():
        result = shell.run_cell(source)
    error = result.error_before_exec or result.error_in_exec
    return f"{type(error).__name__}: {error}" if error else ""


@contextlib.contextmanager
def _shell(folder: Path) -> Iterator[Any]:
    """An IPython shell that works in a folder, as a kernel would."""
    os.environ.setdefault("MPLBACKEND", "agg")  # figures are made, and shown to nobody
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    forgetful = Config({"HistoryManager": {"enabled": False}})

    with contextlib.chdir(folder):
        sys.path.insert(0, str(folder))
        try:
            yield InteractiveShell.instance(config=forgetful)
        finally:
            InteractiveShell.clear_instance()
            sys.path.remove(str(folder))
