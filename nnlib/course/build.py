"""Building lessons: the one source an author edits becomes a solution and a released lesson.

    solutions/NN_topic/topic.py  ->  solutions/NN_topic/topic.ipynb   (executed)
                                 ->  lessons/NN_topic/topic.ipynb     (solutions removed)

The source needs no metadata for nbgrader. A cell with a solution region is the exercise whose
function it defines, a cell that reads ``check(relu)`` its check, with the catalogue's points. Two
tags exist: ``setup`` for a cell that learners must keep as it is, and ``demo`` for one that
grading may leave out.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat

import nnlib

from ..checking import catalogue
from .lesson import CHECK, Lesson, lessons
from .release import release

SOLUTION = "### BEGIN SOLUTION"
DEFINED = re.compile(r"^(?:def|class) (\w+)", re.MULTILINE)

# The metadata of every notebook: nothing that differs from one machine to the next.
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}

STAMPS = ".build.json"
TOOLS = ("ipykernel", "jupytext", "matplotlib", "nbclient", "nbformat", "nbgrader", "numpy")


def read_source(lesson: Lesson) -> Any:
    """The source as a notebook, with all its metadata and without outputs.

    Raises
    ------
    ValueError
        When a solution region defines no function, or a name stands twice.
    """
    import jupytext  # an author's tool: learners do without it

    text = lesson.source.read_text("utf-8")
    edition = hashlib.sha256(text.encode()).hexdigest()[:8]
    origin = {"lesson": lesson.name, "version": nnlib.__version__, "edition": edition}
    notebook = nbformat.v4.new_notebook(metadata={**_metadata(), "nnlib": origin})
    seen: set[str] = set()
    last, since = "start", 0
    for cell in jupytext.reads(text, fmt="py:percent").cells:
        cell.metadata.pop("lines_to_next_cell", None)
        mark = _mark(cell, lesson, seen)
        if mark:
            cell.metadata["nbgrader"] = {"schema_version": 3, "task": False, **mark}
            last, since = mark["grade_id"], 0
            seen.add(last)
        cell.id = f"{last}-{since}"[-64:] if since else last[-64:]
        since += 1
        notebook.cells.append(cell)
    return notebook


def execute(notebook: Any, folder: Path) -> Any:
    """Run a notebook's cells in a fresh kernel, in place; the first error ends it.

    Raises
    ------
    RuntimeError
        With the cell's traceback.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError
    from nbconvert.preprocessors import CoalesceStreamsPreprocessor

    client = NotebookClient(
        notebook,
        timeout=120,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--log-level=ERROR"],
    )
    try:
        client.execute()
    except CellExecutionError as error:
        title = notebook.metadata.nnlib.lesson
        raise RuntimeError(f"{title}: a cell of the solution failed\n{error}") from error
    # How many pieces a printed text comes in depends on the clock.
    notebook, _ = CoalesceStreamsPreprocessor().preprocess(notebook, {})
    notebook.metadata.update(_metadata())
    return notebook


def write(notebook: Any, path: Path) -> None:
    """Write a notebook, the same bytes for the same cells on every machine."""
    nbformat.validate(notebook)
    path.write_text(nbformat.writes(notebook) + "\n", "utf-8", newline="\n")


def build(
    course: Path, names: Iterable[str] = (), *, force: bool = False, say: Callable[[str], Any]
) -> None:
    """Rebuild the lessons whose source, products or tools changed.

    Parameters
    ----------
    course : Path
        The course folder.
    names : iterable of str
        Which lessons; by default all.
    force : bool
        Rebuild also what did not change.
    say : callable
        Receives one line per lesson.

    Raises
    ------
    LookupError
        When there is no lesson of a name.
    """
    known = {lesson.name: lesson for lesson in lessons(course)}
    for name in names:
        if name not in known:
            raise LookupError(f"there is no lesson {name!r}; there are: {', '.join(known)}")
    stamps = _Stamps(course / STAMPS)
    for name in names or known:
        lesson = known[name]
        if not force and stamps.fresh(lesson):
            say(f"{name}: nothing changed")
            continue
        say(f"{name}: running the solution, writing the lesson")
        write(execute(read_source(lesson), lesson.source.parent), lesson.solution)
        with tempfile.TemporaryDirectory() as folder:
            release(lesson, Path(folder))
            _mirror(Path(folder), lesson.released.parent)
        stamps.record(lesson)


class _Stamps:
    """What every lesson, its products and the tools looked like when it was built last."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = json.loads(path.read_text("utf-8")) if path.exists() else {}

    def fresh(self, lesson: Lesson) -> bool:
        return bool(self._known.get(lesson.name) == _fingerprint(lesson))

    def record(self, lesson: Lesson) -> None:
        self._known[lesson.name] = _fingerprint(lesson)
        self._path.write_text(json.dumps(self._known, indent=1, sort_keys=True) + "\n", "utf-8")


def _fingerprint(lesson: Lesson) -> str:
    """A digest of everything that a lesson is made from, and of what was made."""
    package = Path(nnlib.__file__).parent
    folders = (lesson.source.parent, lesson.released.parent, package)
    paths = [path for folder in folders for path in _files(folder)]
    digest = hashlib.sha256(repr([version(tool) for tool in TOOLS]).encode())
    for path in [lesson.course / "nbgrader_config.py", *paths]:
        digest.update(f"{path}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(folder: Path) -> list[Path]:
    """The files below a folder that people wrote, sorted."""
    made = {"__pycache__", ".ipynb_checkpoints"}
    return sorted(p for p in folder.rglob("*") if p.is_file() and not made & set(p.parts))


def _mirror(made: Path, target: Path) -> None:
    """Make `target` hold exactly the files of `made`."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(made, target)


def _metadata() -> dict[str, Any]:
    return {"kernelspec": dict(KERNEL), "language_info": dict(LANGUAGE)}


def _mark(cell: Any, lesson: Lesson, seen: set[str]) -> dict[str, Any]:
    """What nbgrader must know about a cell; nothing for an ordinary one."""
    if cell.cell_type != "code":
        return {}
    check = CHECK.fullmatch(cell.source)
    if SOLUTION in cell.source:
        mark = {"grade_id": _defined(cell), "grade": False, "locked": False, "solution": True}
    elif check and catalogue.find(check[1]).lesson == lesson.topic:
        points = catalogue.find(check[1]).points
        mark = {"grade_id": f"check_{check[1]}", "points": points}
        mark |= {"grade": True, "locked": True, "solution": False}
    elif "setup" in cell.metadata.get("tags", []):
        mark = {"grade_id": "setup", "grade": False, "locked": True, "solution": False}
    else:
        return {}
    if mark["grade_id"] in seen:
        raise ValueError(f"{lesson.source}: {mark['grade_id']} stands twice, expected it once")
    return mark


def _defined(cell: Any) -> str:
    """The name of the function or class that a cell defines."""
    found = DEFINED.search(cell.source)
    if not found:
        raise ValueError(f"a solution region must stand in a function or class:\n{cell.source}")
    return found[1]
