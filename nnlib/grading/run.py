"""Running a restored notebook: its cells in a sandbox, its checks here.

A check cell is never executed. Its text, restored from the gradebook, names an exercise; the
questions go into the sandbox, the answers come back, and the verdict is written here as a kernel
would have written it. Test cells of other authors run in the sandbox, as nbgrader would run them.
"""

from __future__ import annotations

import ast
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from nbformat import NotebookNode
from nbgrader.utils import determine_grade

from ..checking import Exercise, Probe, Verdict, catalogue
from ..checking.answer import Answer
from ..checking.assessment import PUBLIC_SEED, examine
from ..checking.judge import CALL
from . import harmless
from .sandbox import Session
from .uses import names_used

TRIES = 6
LEFT_OUT = "[Left out while grading: nothing that is checked depends on this cell.]\n"


@dataclass
class Report:
    """What came of one notebook.

    Attributes
    ----------
    verdicts : dict of str to Verdict
        By the id of the check cell.
    notes : list of str
        What happened that is not in a verdict, a sentence each.
    failures : list of str
        What went wrong on our side.
    seconds : dict of str to float
        Where the time went.
    """

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))


def checked(cell: Any) -> Exercise | None:
    """The exercise that a graded cell checks: its whole text is ``check(NAME)``."""
    marks = cell.metadata.get("nbgrader", {})
    if cell.cell_type != "code" or not marks.get("grade") or marks.get("solution"):
        return None
    return exercise_in(cell.source)


def exercise_in(source: str) -> Exercise | None:
    """The exercise that ``check(NAME)`` names, if the catalogue has it."""
    try:
        tree = ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    match tree:
        case ast.Call(func=ast.Name(id="check"), args=[ast.Name(id=name)], keywords=[]):
            return catalogue.find(name) if name in catalogue.names() else None
    return None


def run(
    notebook: Any,
    begin: Callable[[], Session],
    seeds: Mapping[str, int],
    *,
    demo: bool = False,
    seconds: float = 600,
    secretive: bool = True,
) -> Report:
    """Run a notebook and fill in its outputs.

    Parameters
    ----------
    notebook : NotebookNode
        Restored; changed in place.
    begin : callable
        Opens a fresh session of the sandbox.
    seeds : mapping of str to int
        For each exercise, the seed that its score is judged with.
    demo : bool
        Whether to run cells tagged ``demo``, too.
    seconds : float
        No new try begins after so long.
    secretive : bool
        Whether verdicts are explained by other questions than the graded ones.

    Returns
    -------
    Report
    """
    running = _Running(notebook, seeds, demo, PUBLIC_SEED if secretive else None)
    started = time.monotonic()
    for number in range(1, TRIES + 1):
        with running.timed("start"):
            session = begin()
        with session:
            ended = running.go(session)
        late = time.monotonic() - started > seconds
        if not ended or number == TRIES or late:
            break
    running.finish()
    return running.report


class _Running:
    """One notebook on its way through one or more sessions."""

    def __init__(
        self, notebook: Any, seeds: Mapping[str, int], demo: bool, shown: int | None
    ) -> None:
        self.notebook = notebook
        self.report = Report()
        self._seeds = seeds
        self._demo = demo
        self._shown_seed = shown
        self._uses = names_used(c.source for c in notebook.cells if c.cell_type == "code")
        self._names = {e.name for c in notebook.cells if (e := checked(c))}
        self._deadly: dict[int, str] = {}  # cells that ended the process, and how
        self._shown: dict[int, Sequence[Any]] = {}
        self._judged: dict[str, Verdict] = {}

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Add the time that passes to an entry of the report."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.report.seconds[what] += time.perf_counter() - began

    def go(self, session: Session) -> bool:
        """Run every cell that has not ended the process before; whether it ended now."""
        self._shown = {}
        for index, cell in enumerate(self.notebook.cells):
            if cell.cell_type != "code":
                continue
            exercise = checked(cell)
            if exercise is not None:
                self._judge(session, exercise, index, cell)
            elif index in self._deadly:
                self._shown[index] = [_error("ProcessEnded", _deadly(self._deadly[index]))]
            elif self._left_out(cell):
                self._shown[index] = [{"output_type": "stream", "text": LEFT_OUT}]
            elif cell.source.strip():
                self._run_cell(session, index, cell)
            if session.ended:
                self._deadly.setdefault(index, session.ended)
                return True
        return False

    def finish(self) -> None:
        """Write the outputs as a kernel would have, with execution counts."""
        count = 0
        for index, cell in enumerate(self.notebook.cells):
            if cell.cell_type != "code":
                continue
            cell.outputs, cell.execution_count = [], None
            if not cell.source.strip():
                continue
            count += 1
            cell.execution_count = count
            exercise = checked(cell)
            if exercise is not None:
                cell.outputs = self._verdict_outputs(exercise, cell, count)
            elif index in self._shown:
                cell.outputs = harmless.outputs(self._shown[index])
                self._refuse_impossible_points(cell)
            else:
                reason = _deadly(self._deadly.get(index, "another cell ended the process"))
                cell.outputs = harmless.outputs([_error("ProcessEnded", reason)])
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count
        for index, reason in sorted(self._deadly.items()):
            self.report.notes.append(f"cell {index + 1} was ended: {reason}")

    def _refuse_impossible_points(self, cell: Any) -> None:
        """Other authors' test cells: nbgrader loses a submission whose result it cannot read."""
        if cell.metadata.get("nbgrader", {}).get("grade"):
            try:
                determine_grade(cell)
            except (ValueError, KeyError) as problem:
                text = f"The result of this cell is no number of points: {problem}"
                cell.outputs.insert(0, *harmless.outputs([_error("ImpossiblePoints", text)]))

    def _left_out(self, cell: Any) -> bool:
        """Whether grading leaves a cell out: a demo that defines nothing that is asked for."""
        if self._demo or "nbgrader" in cell.metadata:
            return False
        return "demo" in cell.metadata.get("tags", []) and not (
            self._names & set(names_used([cell.source]))
        )

    def _run_cell(self, session: Session, index: int, cell: Any) -> None:
        with self.timed("cells"):
            ran = session.run_cell(cell.source)
        shown = ran.outputs
        if ran.ended:
            shown = [*shown, _error("ProcessEnded", _deadly(ran.ended))]
        elif ran.overdue:
            shown = [*shown, _error("CellTimeoutError", f"The cell was interrupted: {ran.overdue}")]
        self._shown[index] = shown

    def _judge(self, session: Session, exercise: Exercise, index: int, cell: Any) -> None:
        """Judge an exercise once, whatever the number of tries."""
        grade_id = cell.metadata.nbgrader["grade_id"]
        if grade_id in self.report.verdicts:
            return
        with self.timed("checks"):
            try:
                verdict = self._examine(session, exercise)
            except Exception as error:  # what a submission sends must not end the run
                name = type(error).__name__
                self.report.failures.append(f"{exercise.name} could not be judged ({name})")
                verdict = _no_verdict(exercise, "what it answered could not be judged")
        points = float(cell.metadata.nbgrader["points"])
        self._judged.setdefault(exercise.name, verdict)
        self.report.verdicts[grade_id] = replace(verdict, points=points)

    def _examine(self, session: Session, exercise: Exercise) -> Verdict:
        def play(probes: Sequence[Probe], substitutes: Mapping[str, str]) -> list[Answer]:
            with self.timed("answers"):
                return _played(session, exercise, probes, substitutes)

        def unfinished() -> list[str]:
            others = [e for e in catalogue.of_lesson(exercise.lesson) if e is not exercise]
            used = self._closure(exercise.name)
            return [e.name for e in others if e.name in used and not self._is_right(session, e)]

        seed = self._seeds[exercise.name]
        return examine(exercise, play, seed, shown=self._shown_seed, unfinished=unfinished)

    def _is_right(self, session: Session, exercise: Exercise) -> bool:
        """Whether another function that an answer calls is right by itself."""
        if exercise.name not in self._judged:

            def play(probes: Sequence[Probe], substitutes: Mapping[str, str]) -> list[Answer]:
                return _played(session, exercise, probes, substitutes)

            self._judged[exercise.name] = examine(exercise, play, PUBLIC_SEED)
        return self._judged[exercise.name].right

    def _closure(self, name: str) -> set[str]:
        """The names that a function of the notebook mentions, also through others."""
        seen: set[str] = set()
        pending = [name]
        while pending:
            new = self._uses.get(pending.pop(), set()) - seen
            seen |= new
            pending += new
        return seen & self._uses.keys()

    def _verdict_outputs(self, exercise: Exercise, cell: Any, count: int) -> list[Any]:
        """What `check` would have left in its cell: the verdict, then the points."""
        marks = cell.metadata.nbgrader
        points = float(marks["points"])
        verdict = self.report.verdicts.get(marks["grade_id"])
        if verdict is None:
            reason = "it was not reached: the process had ended before"
            verdict = replace(_no_verdict(exercise, reason), points=points)
            self.report.verdicts[marks["grade_id"]] = verdict
        shown = {"text/plain": str(verdict), "text/html": verdict._repr_html_()}
        result = {"text/plain": repr(min(verdict.earned, points))}
        return [
            NotebookNode(output_type="display_data", data=shown, metadata={}),
            NotebookNode(
                output_type="execute_result", data=result, metadata={}, execution_count=count
            ),
        ]


def _played(
    session: Session, exercise: Exercise, probes: Sequence[Probe], substitutes: Mapping[str, str]
) -> list[Answer]:
    """One answer for every probe: silence is a wrong one."""
    played = session.play(
        exercise.name,
        probes,
        exercise.player,
        reference=exercise.reference_path,
        substitutes=substitutes,
        twice=exercise.twice,
    )
    answers = list(played.answers)
    if len(answers) < len(probes) and not (answers and answers[-1].status == "stopped"):
        reason = played.ended or played.overdue or "it gave no answer"
        answers.append(Answer("raised", error="NoAnswer", message=f"  {reason}"))
    return answers


def _no_verdict(exercise: Exercise, reason: str) -> Verdict:
    parts = tuple(part.name for part in exercise.named_parts)
    text = f"{exercise.name} was not judged: {reason}"
    return Verdict(exercise.name, 0.0, exercise.points, parts, faults={CALL: text})


def _deadly(reason: str) -> str:
    return f"This cell was not run to its end: {reason}. The other cells ran without it."


def _error(name: str, sentence: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": sentence, "traceback": [sentence]}
