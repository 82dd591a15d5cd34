"""What a run leaves in the course folder: executed notebooks that know how they were graded.

The notebook is written last and whole, so its record is the mark of finished work: whoever finds
it with the right fingerprint, and the same scores in the gradebook, has nothing left to do.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.utils import determine_grade

from .submission import Submission

REPORTS = "reports"  # the folder of tables and logs


@dataclass
class Row:
    """One student in the class's table.

    Attributes
    ----------
    student, status : str
        ``graded``, ``unchanged`` or ``not graded``.
    reason : str
        Why it was not graded, or what did not work afterwards.
    scores : dict of str to (float or None)
        By graded cell; None where a person must look.
    verdicts : dict of str to dict
        By check cell: `Verdict.to_dict`.
    notes : list of str
    before : dict of str to (float or None)
        The gradebook's scores when the run began.
    """

    student: str
    status: str
    reason: str = ""
    scores: dict[str, float | None] = field(default_factory=dict)
    verdicts: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    before: dict[str, float | None] = field(default_factory=dict)

    @property
    def changes(self) -> dict[str, tuple[float | None, float | None]]:
        """The cells whose score is another than before: old and new."""
        both = {key: (self.before.get(key), new) for key, new in self.scores.items()}
        return {key: pair for key, pair in both.items() if pair[0] != pair[1]}


def scores_of(notebook: Any) -> dict[str, float | None]:
    """The automatic scores that nbgrader reads from an executed notebook."""
    found = {}
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("grade"):
            found[marks["grade_id"]] = determine_grade(cell)[0]
        elif marks.get("task"):
            found[marks["grade_id"]] = None
    return found


def read_record(path: Path) -> dict[str, Any]:
    """How an executed notebook was graded; empty where it does not say, or is not whole."""
    try:
        found = json.loads(path.read_bytes())["metadata"]["nnlib"]["graded"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def mark(notebook: Any, record: Mapping[str, Any]) -> None:
    """Write into a notebook how it was graded."""
    origin = notebook.metadata.setdefault("nnlib", nbformat.from_dict({}))
    origin["graded"] = nbformat.from_dict(dict(record))


def to_text(notebook: Any) -> str:
    """A notebook as JSON. It was made here: nbformat need not validate it, which takes longer.

    Not indented either: Python's encoder takes several times as long where it indents.
    """
    return json.dumps(notebook, ensure_ascii=False, sort_keys=True) + "\n"


def from_text(text: str) -> Any:
    """The inverse of `to_text`."""
    return json.loads(text, object_hook=nbformat.NotebookNode)


def write_graded(folder: Path, submission: Submission, notebooks: Mapping[str, str]) -> None:
    """Fill a student's folder of graded work; it appears whole, or not at all.

    Parameters
    ----------
    folder : Path
        As nbgrader names it.
    submission : Submission
    notebooks : mapping of str to str
        Their JSON texts.
    """
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    texts = {f"{name}.ipynb": text.encode() for name, text in notebooks.items()}
    for name, content in {**submission.files, **submission.exchange, **texts}.items():
        _write(draft / name, content)
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is the old one or the new one at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(content)
    os.replace(draft, path)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o444)
