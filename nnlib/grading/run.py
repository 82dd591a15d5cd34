"""Running a restored notebook: its cells in a sandbox, its checks here.

A check cell is never executed. Its text, restored from the gradebook, names an exercise; the
questions go into the sandbox, the answers come back, and the verdict is written here as a kernel
would have written it. Test cells of other authors run in the sandbox, as nbgrader would run them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nbformat import NotebookNode
from nbgrader.utils import determine_grade

from ..checking import Exercise, Verdict
from ..checking.assessment import PUBLIC_SEED
from . import harmless
from .examiner import Examiner, checked, no_verdict
from .sandbox import Session
from .times import Times
from .uses import is_demo, needs_demos

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
    times : Times
        Where the time went.
    """

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    times: Times = field(default_factory=Times)


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

    A cell that ends its process is left out in another try, so that the rest still counts.

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
    latest = time.monotonic() + seconds
    for _ in range(TRIES):
        with running.report.times.taken("start"):
            session = begin()
        try:
            ended = running.go(session)
        finally:
            with running.report.times.taken("end"):
                session.close()
        if not ended or time.monotonic() > latest:
            break
    running.finish()
    return running.report


class _Running:
    """One notebook on its way through one or more sessions."""

    def __init__(
        self, notebook: Any, seeds: Mapping[str, int], demo: bool, shown: int | None
    ) -> None:
        self.report = Report()
        code = [(i, c) for i, c in enumerate(notebook.cells) if c.cell_type == "code"]
        for _, cell in code:
            cell.outputs, cell.execution_count = [], None
        self._cells = [(i, cell) for i, cell in code if cell.source.strip()]
        for count, (_, cell) in enumerate(self._cells, 1):
            cell.execution_count = count
        self._checks = {i: e for i, cell in self._cells if (e := checked(cell))}
        sources = [cell.source for _, cell in self._cells]
        self._examiner = Examiner(sources, seeds, shown, self.report.times)
        asked = {exercise.name for exercise in self._checks.values()}
        self._demo = demo or needs_demos(asked, [cell for _, cell in code])
        self._shown: dict[int, list[Any]] = {}  # outputs; later cells may still update displays
        self._deadly: dict[int, str] = {}  # cells that ended the process, and how

    def go(self, session: Session) -> bool:
        """Run every cell that has not ended the process before; whether it ended now."""
        self._shown = {}
        for index, cell in self._cells:
            if index in self._checks:
                self._judge(session, self._checks[index], cell)
            elif index in self._deadly:
                self._shown[index] = [_not_run(self._deadly[index])]
            elif self._left_out(cell):
                self._shown[index] = [{"output_type": "stream", "text": LEFT_OUT}]
            else:
                self._shown[index] = self._run_cell(session, cell)
            if session.ended:
                self._deadly.setdefault(index, session.ended)
                return True
        return False

    def finish(self) -> None:
        """Write the outputs, as a kernel would have."""
        for index, cell in self._cells:
            if index in self._checks:
                cell.outputs = self._verdict_outputs(self._checks[index], cell)
                continue
            unreached = [_not_run("another cell ended the process")]
            cell.outputs = harmless.outputs(self._shown.get(index, unreached))
            self._refuse_impossible_points(cell)
        for index, reason in sorted(self._deadly.items()):
            self.report.notes.append(f"cell {index + 1} was ended: {reason}")

    def _left_out(self, cell: Any) -> bool:
        """Whether grading leaves a cell out."""
        return is_demo(cell) and not self._demo

    def _run_cell(self, session: Session, cell: Any) -> list[Any]:
        with self.report.times.taken("cells"):
            ran = session.run_cell(cell.source, cell.execution_count)
        if ran.ended:
            return [*ran.outputs, _not_run(ran.ended)]
        if ran.overdue:
            sentence = f"The cell was interrupted: {ran.overdue}"
            return [*ran.outputs, _error("CellTimeoutError", sentence)]
        return ran.outputs

    def _judge(self, session: Session, exercise: Exercise, cell: Any) -> None:
        """Judge an exercise once, whatever the number of tries."""
        grade_id = cell.metadata.nbgrader["grade_id"]
        if grade_id in self.report.verdicts:
            return
        with self.report.times.taken("checks"):
            try:
                verdict = self._examiner.judge(session, exercise)
            except Exception as error:  # what a submission sends must not end the run
                name = type(error).__name__
                self.report.failures.append(f"{exercise.name} could not be judged ({name})")
                verdict = no_verdict(exercise, "what it answered could not be judged")
        self.report.verdicts[grade_id] = verdict

    def _verdict_outputs(self, exercise: Exercise, cell: Any) -> list[Any]:
        """What `check` would have left in its cell: the verdict, then the points."""
        points = float(cell.metadata.nbgrader["points"])
        grade_id = cell.metadata.nbgrader["grade_id"]
        unreached = no_verdict(exercise, "it was not reached: the process had ended before")
        verdict = replace(self.report.verdicts.get(grade_id, unreached), points=points)
        self.report.verdicts[grade_id] = verdict
        shown = {"text/plain": str(verdict), "text/html": verdict._repr_html_()}
        result = {"text/plain": repr(min(verdict.earned, points))}
        return [
            NotebookNode(output_type="display_data", data=shown, metadata={}),
            NotebookNode(
                output_type="execute_result",
                data=result,
                metadata={},
                execution_count=cell.execution_count,
            ),
        ]

    def _refuse_impossible_points(self, cell: Any) -> None:
        """Other authors' test cells: nbgrader loses a submission whose result it cannot read.

        It takes nan for full marks; here that is no number of points either.
        """
        if cell.metadata.get("nbgrader", {}).get("grade"):
            try:
                determine_grade(cell)
                if any(_result(output).strip().lower() == "nan" for output in cell.outputs):
                    raise ValueError("nan")
            except (ValueError, KeyError) as problem:
                text = f"The result of this cell is no number of points: {problem}"
                cell.outputs.insert(0, *harmless.outputs([_error("ImpossiblePoints", text)]))


def _result(output: Any) -> str:
    """The text of a cell's result; empty for other outputs."""
    if output.output_type != "execute_result":
        return ""
    return str(output.data.get("text/plain", ""))


def _not_run(reason: str) -> dict[str, Any]:
    sentence = f"This cell was not run to its end: {reason}. The other cells ran without it."
    return _error("ProcessEnded", sentence)


def _error(name: str, sentence: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": sentence, "traceback": [sentence]}
