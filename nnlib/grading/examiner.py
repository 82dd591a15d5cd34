"""Judging what a sandboxed submission answers, out of its reach."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..checking import Exercise, Probe, Verdict, catalogue
from ..checking.answer import Answer
from ..checking.assessment import PUBLIC_SEED, examine
from ..checking.judge import CALL
from .sandbox import Session
from .times import Times
from .uses import names_used, reached


def checked(cell: Any) -> Exercise | None:
    """The exercise that a graded cell checks."""
    marks = cell.metadata.get("nbgrader", {})
    if cell.cell_type != "code" or not marks.get("grade") or marks.get("solution"):
        return None
    return exercise_in(cell.source)


@functools.lru_cache(4_096)  # a class shares most of its cells
def exercise_in(source: str) -> Exercise | None:
    """The exercise of a cell whose whole text is ``check(NAME)``, if the catalogue has it."""
    try:
        tree = ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    match tree:
        case ast.Call(func=ast.Name(id="check"), args=[ast.Name(id=name)], keywords=[]):
            return catalogue.find(name) if name in catalogue.names() else None
    return None


class Examiner:
    """Judges the exercises of one notebook, each once.

    Parameters
    ----------
    sources : iterable of str
        The texts of the notebook's code cells: who calls whom is read there.
    seeds : mapping of str to int
        For each exercise, the seed that its score is judged with.
    shown : int or None
        The seed of the questions that verdicts may show; None for the graded ones.
    times : Times
        Learns how long the answers took.
    """

    def __init__(
        self,
        sources: Iterable[str],
        seeds: Mapping[str, int],
        shown: int | None,
        times: Times,
    ) -> None:
        self._uses = names_used(sources)
        self._seeds = seeds
        self._shown = shown
        self._times = times
        self._known: dict[str, Verdict] = {}

    def judge(self, session: Session, exercise: Exercise) -> Verdict:
        """The verdict on an exercise, as the submission is at this moment."""

        def unfinished(late: bool) -> list[str]:
            used = reached([exercise.name], self._uses)
            earlier = [
                catalogue.find(name)
                for name in exercise.builds_on
                if name in used & self._uses.keys()
            ]
            return [e.name for e in earlier if late or not self._is_right(session, e)]

        verdict = examine(
            exercise,
            self._play(session, exercise),
            self._seeds[exercise.name],
            shown=self._shown,
            unfinished=unfinished,
        )
        self._known[exercise.name] = verdict
        return verdict

    def _play(self, session: Session, exercise: Exercise) -> Callable[..., list[Answer]]:
        """One answer for every probe: silence is a wrong one."""

        def play(probes: Sequence[Probe], substitutes: Mapping[str, str]) -> list[Answer]:
            with self._times.taken("answers"):
                played = session.play(
                    exercise.name,
                    probes,
                    exercise.player,
                    reference=exercise.reference_path,
                    substitutes=substitutes,
                    twice=exercise.twice,
                    seconds=exercise.seconds,
                )
            answers = list(played.answers)
            if answers and answers[-1].status == "stopped":
                answers[-1] = replace(answers[-1], message=played.overdue)
            if len(answers) < len(probes) and not (answers and answers[-1].status == "stopped"):
                reason = played.ended or played.overdue or "it gave no answer"
                answers.append(Answer("raised", error="NoAnswer", message=f"  {reason}"))
            return answers

        return play

    def _is_right(self, session: Session, exercise: Exercise) -> bool:
        """Whether another function that an answer calls is right by itself."""
        if exercise.name not in self._known:
            play = self._play(session, exercise)
            self._known[exercise.name] = examine(exercise, play, PUBLIC_SEED)
        return self._known[exercise.name].right


def no_verdict(exercise: Exercise, reason: str) -> Verdict:
    """What stands where there could be no judgment: nothing earned, and why."""
    parts = tuple(part.name for part in exercise.named_parts)
    text = f"{exercise.name} was not judged: {reason}"
    return Verdict(exercise.name, 0.0, exercise.points, parts, faults={CALL: text})
