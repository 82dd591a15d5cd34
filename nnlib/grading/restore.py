"""Restoring a submission: the cells that grading relies on come from the gradebook.

Of a submission only the answers are believed, never its metadata: cells that were edited, deleted,
duplicated, reordered or labeled anew are rebuilt, keyed by their id, in the source's order. What
a learner added stays behind the cell that it stood behind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import nbformat

from . import harmless
from .template import Original, Template, definitions

DELETED = "# The cell {} was not in the submission."


def restore(notebook: Any, template: Template) -> tuple[Any, list[str]]:
    """Rebuild a submitted notebook.

    Parameters
    ----------
    notebook : NotebookNode
        As `read_notebook` gives it; left as it is.
    template : Template

    Returns
    -------
    notebook : NotebookNode
        Its outputs are empty.
    notes : list of str
        What was mended, a sentence each.
    """
    cells = template.cells
    chosen = _choose(notebook.cells, template)
    extras, anchor = _extras(notebook.cells, cells, chosen), _anchors(notebook.cells, chosen)
    following: dict[str | None, list[Any]] = {}
    for index in extras:
        following.setdefault(anchor[index], []).append(_extra(notebook.cells[index]))
    rebuilt = following.get(None, [])
    for original in cells:
        stood = chosen.get(original.id)
        rebuilt.append(_rebuilt(original, None if stood is None else notebook.cells[stood]))
        rebuilt += following.get(original.id, [])
    for number, cell in enumerate(rebuilt):
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        cell.id = f"{number}-{re.sub('[^a-zA-Z0-9_-]', '_', grade_id)}"[:64].rstrip("-")
    restored = nbformat.NotebookNode(
        cells=rebuilt, metadata=_metadata(notebook.metadata), nbformat=4, nbformat_minor=5
    )
    return restored, _notes(notebook.cells, cells, chosen)


def _choose(submitted: Sequence[Any], template: Template) -> dict[str, int]:
    """Which submitted cell stands for which original.

    An answer is preferred that is no longer the stub, then one that defines the function, then
    the label, then the last: so an answer survives in a new cell, under another's label, or
    beside a fresh copy of the stub. A released cell without a label is nobody's answer.
    """
    labels = [_label(cell) for cell in submitted]
    defined = [definitions(cell.source) for cell in submitted]
    locked = {cell.id for cell in template.cells if not cell.keeps_answer}
    given = set(template.given) - {cell.source.strip() for cell in template.cells}
    chosen: dict[str, int] = {}
    for original in template.cells:
        wanted = original.defines
        candidates = [
            (
                original.keeps_answer and cell.source.strip() != original.source.strip(),
                wanted <= defined[index],
                label == original.id,
                index,
            )
            for index, (cell, label) in enumerate(zip(submitted, labels, strict=True))
            if label == original.id
            or (
                wanted
                and label not in locked
                and wanted <= defined[index]
                and cell.source.strip() not in given
            )
        ]
        free = [found for found in candidates if found[-1] not in chosen.values()]
        if free:
            chosen[original.id] = max(free)[-1]
    return chosen


def _extras(
    submitted: Sequence[Any], cells: Sequence[Original], chosen: dict[str, int]
) -> list[int]:
    """The cells that stand for no original; copies of what was given out say nothing new."""
    given = {cell.source.strip() for cell in cells}
    taken = set(chosen.values())
    return [
        index
        for index, cell in enumerate(submitted)
        if index not in taken and not (_label(cell) and cell.source.strip() in given)
    ]


def _anchors(submitted: Sequence[Any], chosen: dict[str, int]) -> list[str | None]:
    """For every submitted cell, the original that it stands behind."""
    names = {index: name for name, index in chosen.items()}
    anchors: list[str | None] = []
    for index in range(len(submitted)):
        anchors.append(names.get(index, anchors[-1] if anchors else None))
    return anchors


def _rebuilt(original: Original, cell: Any | None) -> Any:
    source = original.source
    if cell is not None and original.keeps_answer:
        source = cell.source
    elif cell is None and original.solution and original.points is None:
        source = DELETED.format(original.id)  # a stub would overwrite the answer in another cell
    words = harmless.tags(cell.metadata) if cell is not None else []
    return _cell(original.cell_type, source, words, {"nbgrader": original.metadata()})


def _extra(cell: Any) -> Any:
    words = harmless.tags(cell.metadata)
    if cell.cell_type == "raw":
        return _cell("markdown", harmless.preformatted(cell.source), words, {})
    return _cell(cell.cell_type, cell.source, words, {})


def _cell(kind: str, source: str, words: list[str], metadata: dict[str, Any]) -> Any:
    """A fresh cell; `nbformat.v4.new_code_cell` would validate each one, for 1 ms."""
    if words:
        metadata = {**metadata, "tags": words}
    marks = nbformat.from_dict(metadata)
    if kind != "code":
        source = harmless.markdown(source)
        return nbformat.NotebookNode(cell_type=kind, source=source, metadata=marks)
    return nbformat.NotebookNode(
        cell_type=kind, source=source, metadata=marks, outputs=[], execution_count=None
    )


def _label(cell: Any) -> str:
    marks = cell.metadata.get("nbgrader")
    label = marks.get("grade_id") if isinstance(marks, dict) else None
    return label if isinstance(label, str) else ""


def _metadata(submitted: Any) -> Any:
    """The notebook's metadata: what it was made from; the rest is ours."""
    kept: dict[str, Any] = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
    }
    origin = submitted.get("nnlib")
    if isinstance(origin, dict):
        kept["nnlib"] = {
            key: harmless.line(origin[key], 80)
            for key in ("lesson", "version", "edition")
            if isinstance(origin.get(key), str)
        }
    return nbformat.from_dict(kept)


def _notes(
    submitted: Sequence[Any], cells: Sequence[Original], chosen: dict[str, int]
) -> list[str]:
    notes = []
    labels = [_label(cell) for cell in submitted]
    order = [chosen[cell.id] for cell in cells if cell.id in chosen]
    if order != sorted(order):
        notes.append("cells stood in another order")
    for original in cells:
        if original.id not in chosen:
            notes.append(f"the cell {original.id} was missing")
            continue
        cell = submitted[chosen[original.id]]
        if _label(cell) != original.id:
            notes.append(f"the cell {original.id} had lost its label")
        elif labels.count(original.id) > 1:
            notes.append(f"the cell {original.id} stood there more than once")
        if not original.keeps_answer and cell.source != original.source:
            notes.append(f"the cell {original.id} had been edited")
        if cell.cell_type != original.cell_type:
            notes.append(f"the cell {original.id} had become another kind of cell")
    return notes
