"""A notebook as it was given out: what the gradebook and the released file know of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.nbgraderformat import SCHEMA_VERSION

import nnlib

DEFINITION = re.compile(r"^(?:async +)?(?:def|class) +(\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Original:
    """A cell as the gradebook knows it.

    Attributes
    ----------
    id, cell_type, source, checksum : str
    points : float or None
        What it is worth, where it is graded.
    solution, task, locked : bool
    """

    id: str
    cell_type: str
    source: str
    checksum: str | None
    points: float | None
    solution: bool
    task: bool
    locked: bool

    @property
    def keeps_answer(self) -> bool:
        """Whether the learner writes in it."""
        return self.solution or self.task or not self.locked

    @property
    def defines(self) -> set[str]:
        """The functions that a solution cell is there to define."""
        return definitions(self.source) if self.solution and self.cell_type == "code" else set()

    def metadata(self) -> dict[str, Any]:
        """What nbgrader writes into such a cell."""
        return {
            "schema_version": SCHEMA_VERSION,
            "grade_id": self.id,
            "grade": self.points is not None and not self.task,
            "solution": self.solution,
            "task": self.task,
            "locked": self.locked,
            "checksum": self.checksum,
            "cell_type": self.cell_type,
            **({} if self.points is None else {"points": self.points}),
        }


@dataclass(frozen=True)
class Template:
    """A notebook as it was given out.

    Attributes
    ----------
    cells : tuple of Original
        The cells that grading relies on, in the source's order.
    given : tuple of str
        The texts of all cells that were released.
    origin : dict of str to str
        The lesson and the version that it was made from.
    """

    cells: tuple[Original, ...]
    given: tuple[str, ...] = ()
    origin: dict[str, str] = field(default_factory=dict)


def template(gradebook: Any, assignment: str, notebook: str, released: Path) -> Template:
    """Put together what the gradebook and the released notebook (if it is there) know.

    A gradebook keeps no order: after an update it may be any. So the released notebook gives it.
    """
    cells = _originals(gradebook.find_notebook(notebook, assignment))
    try:
        given = nbformat.read(released, 4)
    except OSError:
        return Template(tuple(cells), origin={"version": nnlib.__version__})
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in given.cells]
    place = {name: number for number, name in enumerate(ids)}
    cells.sort(key=lambda cell: place.get(cell.id, len(place)))
    texts = tuple(cell.source.strip() for cell in given.cells)
    return Template(tuple(cells), texts, dict(given.metadata.get("nnlib", {})))


def outdated(gradebook: Any, assignment: str, notebook: str, released: Path) -> bool:
    """Whether the released notebook has other cells or points than the gradebook, if it is there.

    Texts are compared, but for cells with hidden tests or a mark scheme: released without them.
    """
    try:
        given = nbformat.read(released, 4)
    except OSError:
        return False
    cells = [cell for cell in given.cells if cell.metadata.get("nbgrader", {}).get("grade_id")]
    new = {cell.metadata.nbgrader.grade_id: cell for cell in cells}
    old = {cell.id: cell for cell in _originals(gradebook.find_notebook(notebook, assignment))}
    return new.keys() != old.keys() or any(
        cell.points not in (None, float(new[name].metadata.nbgrader.get("points", 0)))
        or ("### BEGIN " not in cell.source and cell.source != new[name].source)
        for name, cell in old.items()
    )


def _originals(entry: Any) -> list[Original]:
    """The cells of a notebook that the gradebook keeps."""
    graded = {cell.name: cell.max_score for cell in [*entry.grade_cells, *entry.task_cells]}
    solutions = {cell.name for cell in entry.solution_cells}
    tasks = {cell.name for cell in entry.task_cells}
    return [
        Original(
            id=cell.name,
            cell_type=cell.cell_type,
            source=cell.source or "",
            checksum=cell.checksum,
            points=graded.get(cell.name),
            solution=cell.name in solutions,
            task=cell.name in tasks,
            locked=bool(cell.locked),
        )
        for cell in entry.source_cells
    ]


def definitions(source: str) -> set[str]:
    """The functions and classes that a cell defines, also where it has a syntax error."""
    return set(DEFINITION.findall(source))
