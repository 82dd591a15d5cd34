"""What a case is, and how it becomes a submission."""

from __future__ import annotations

import functools
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import graded_course as gc
import nbformat

POINTS = {"check_relu": 1.0, "check_dense_forward": 1.0, "test_seven": 2.0}
ALL = tuple(POINTS)
SEVEN = ("test_seven",)

RIGHT = {**gc.RIGHT, "seven": "seven = 7"}
WRONG = {**gc.WRONG, "seven": "seven = 8"}

# Every honest student looks around: what is seen must be the same, whoever came before.
LOOK_AROUND = """\
import builtins, os, sys, threading
print(os.listdir(), os.listdir("/tmp"), os.listdir("/dev/shm"), sorted(os.environ))
print(sum(map(str.isdigit, os.listdir("/proc"))), threading.active_count(), len(sys.modules))
print(np.allclose(0, 1), np.geterr(), np.random.rand(), sys.path, len(dir(builtins)))"""


@dataclass(frozen=True)
class Case:
    """One submission, as data.

    In its texts and files ``@MARK@`` stands for a word of its own by which its traces are found,
    ``@CANARY@`` for a file outside that holds a secret and must stay as it is, ``@COURSE@`` for
    the course folder and ``@PORT@`` for a server that listens on this machine.

    Attributes
    ----------
    name : str
        Also the student's, unless `student` is given.
    tries : str
        What it attempts, or what befalls it.
    cell, last : str
        Code of its own: behind the imports; at the end.
    code : mapping of str to str
        What stands in place of an answer: ``relu``, ``dense_forward``, ``seven``, ``essay``.
    earns : tuple of str
        The graded cells whose answers are right; the others' are wrong.
    edit : callable
        Changes the notebook, or gives the file's text.
    files : mapping of str to bytes
        What lies beside the notebook.
    place : callable
        Changes the folder that was handed in; it is also given where the class's folders are.
    says : str
        A part of what the report must say; "a | b" where it depends on the load which one comes.
    refused : bool
        Whether it cannot be graded.
    plain : bool
        Whether plain nbgrader can be shown it: it would not harm the machine, nor hang forever.
    kind : str
        ``hostile``, ``unlucky``, or ``open``: it earns points, and is meant to.
    """

    name: str
    tries: str
    cell: str = ""
    last: str = ""
    code: Mapping[str, str] = field(default_factory=dict)
    earns: tuple[str, ...] = ALL
    edit: Callable[[Any], Any] | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    place: Callable[[Path], object] | None = None
    says: str = ""
    refused: bool = False
    plain: bool = True
    kind: str = "hostile"
    student: str = ""

    @property
    def deserved(self) -> dict[str, float]:
        """The points of its honest answers, by graded cell."""
        return {key: POINTS[key] * (key in self.earns) for key in POINTS}


def notebook_of(root: Path, case: Case, fill: Callable[[str], str]) -> Any:
    """The notebook that a case hands in."""
    right = {name.removeprefix("check_").removeprefix("test_") for name in case.earns}
    chosen = {name: (RIGHT if name in right else WRONG)[name] for name in RIGHT}
    chosen = {name: fill(text) for name, text in {**chosen, **case.code}.items()}
    seven = chosen.pop("seven")
    notebook = _released(root)
    for name, text in {"essay": "Seven is odd.", **chosen}.items():
        gc.cell_of(notebook, name).source = text
    (cell,) = [cell for cell in notebook.cells if cell.source.startswith("seven = ")]
    cell.source = seven
    if case.cell:
        notebook.cells.insert(2, nbformat.v4.new_code_cell(fill(case.cell)))
    if case.last:
        notebook.cells.append(nbformat.v4.new_code_cell(fill(case.last)))
    return notebook


@functools.cache
def _text(root: Path) -> str:
    return json.dumps(gc.released(root))


def _released(root: Path) -> Any:
    return nbformat.from_dict(json.loads(_text(root)))


def hand_in(root: Path, student: str, case: Case, tokens: Mapping[str, str]) -> None:
    """Lay a case where the collector would."""

    def fill(text: str) -> str:
        for token, value in tokens.items():
            text = text.replace(f"@{token}@", value)
        return text

    notebook = notebook_of(root, case, fill)
    if case.edit:
        edited = case.edit(notebook)
        notebook = notebook if edited is None else edited
    files = {
        name: fill(data.decode("latin-1")).encode("latin-1") for name, data in case.files.items()
    }
    text = notebook if isinstance(notebook, str) else json.dumps(notebook)
    folder = gc.hand_in(root, student, text, files)
    if case.place:
        shutil.copy(tokens["CANARY"], folder.parent / "canary")  # for links that lead out
        case.place(folder)


def honest() -> Case:
    """Somebody whose grade must not depend on the others."""
    return Case("honest", "everything right", cell=LOOK_AROUND, kind="honest")
