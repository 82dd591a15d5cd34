"""From a candidate to a verdict: the four verbs in their order.

The same steps serve a learner's check and grading. They differ in where `play` runs the
candidate, and in the seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from . import catalogue
from .answer import Answer, Probe, answer, names_used
from .compare import split
from .exercise import Exercise
from .explain import recognize, remarks
from .judge import Judgment, judge, size_of
from .plain import arrays_in, describe
from .verdict import Block, Verdict

PUBLIC_SEED = 0


class Play(Protocol):
    """Runs a candidate: here, or in a sandbox."""

    def __call__(
        self, probes: Sequence[Probe], substitutes: Mapping[str, str]
    ) -> Sequence[Answer]: ...


def assess(name: str, candidate: Callable[..., Any], seed: int = PUBLIC_SEED) -> Verdict:
    """Judge a function as the answer to an exercise.

    Parameters
    ----------
    name : str
        The exercise.
    candidate : callable
        The learner's function.
    seed : int
        Which questions are drawn.

    Returns
    -------
    Verdict

    Raises
    ------
    LookupError
        If there is no such exercise.
    TypeError
        If the candidate cannot be called.
    """
    exercise = catalogue.find(name)
    if not callable(candidate):
        raise TypeError(
            f"expected the function {name} itself, without calling it; received "
            f"{describe(candidate)}"
        )
    mine = getattr(candidate, "__globals__", {})

    def unfinished(late: bool) -> list[str]:
        used = names_used(candidate)
        called = [n for n in exercise.builds_on if n in used and callable(mine.get(n))]
        earlier = [(catalogue.find(name), mine[name]) for name in called]
        return [
            e.name for e, own in earlier if late or _attempt(e, _here(e, own), seed, {})[2].faults
        ]

    return examine(exercise, _here(exercise, candidate), seed, unfinished=unfinished)


def _here(exercise: Exercise, candidate: Callable[..., Any]) -> Play:
    """Play the candidate in this process."""

    def play(probes: Sequence[Probe], substitutes: Mapping[str, str]) -> list[Answer]:
        return answer(
            candidate,
            probes,
            exercise.player,
            reference=exercise.reference_path,
            substitutes=substitutes,
            twice=exercise.twice,
        )

    return play


def examine(
    exercise: Exercise,
    play: Play,
    seed: int,
    *,
    shown: int | None = None,
    unfinished: Callable[[bool], Sequence[str]] = lambda late: (),
) -> Verdict:
    """Ask, let it answer, judge, explain.

    Parameters
    ----------
    exercise : Exercise
    play : Play
    seed : int
        The seed that decides the score.
    shown : int, optional
        The seed from which everything is drawn that the verdict shows; the same by default.
    unfinished : callable
        Which of the exercise's `builds_on` the learner's function calls and has not right; all that
        it calls if it ran out of time. They are replaced by the references meanwhile, so that an
        early mistake, or a slow helper, is not counted twice.
    """
    probes, answers, found = _attempt(exercise, play, seed, {})
    late = any(answer.status == "stopped" for answer in answers)
    broken = list(unfinished(late)) if found.faults else []
    notes = (_first_mend(exercise.name, broken, late),) if broken else ()
    paths = {name: catalogue.find(name).reference_path for name in broken}
    if broken:
        probes, answers, found = _attempt(exercise, play, seed, paths)
    if not found.faults:
        printed = _printed(answers) if shown is None else ""
        return _verdict(exercise, found, printed=printed, notes=notes)
    if shown is not None:
        return _verdict_without_secrets(exercise, play, found, shown, paths, notes)
    known = recognize(exercise, probes, answers, found)
    return _explained(exercise, probes, answers, found, known, notes)


def _attempt(
    exercise: Exercise, play: Play, seed: int, substitutes: Mapping[str, str]
) -> tuple[list[Probe], list[Answer], Judgment]:
    probes = exercise.ask(seed)
    answers = list(play(probes, substitutes))
    return probes, answers, judge(exercise, probes[: len(answers)], answers)


def _first_mend(name: str, broken: Sequence[str], late: bool) -> str:
    names = " and ".join(broken)
    why = "and ran out of time" if late else "not right yet: mend that first"
    judged = f"Here {name} was judged with nnlib's {names} in its place."
    return f"{name} calls your {names}, {why}. {judged}"


def _verdict_without_secrets(
    exercise: Exercise,
    play: Play,
    graded: Judgment,
    shown: int,
    substitutes: Mapping[str, str],
    notes: tuple[str, ...],
) -> Verdict:
    """The graded score, explained by an example that is redrawn from a public seed."""
    probes, answers, public = _attempt(exercise, play, shown, substitutes)
    known = recognize(exercise, probes, answers, public) if public.faults else []
    verdict = _explained(exercise, probes, answers, public, known, notes)
    hidden = "wrong on inputs that are not shown; other inputs than those of check tell the same"
    faults = {key: verdict.faults.get(key, f"{key}: {hidden}") for key in graded.faults}
    return Verdict(**{**verdict.__dict__, "score": graded.score, "faults": faults})


def _explained(
    exercise: Exercise,
    probes: Sequence[Probe],
    answers: Sequence[Answer],
    found: Judgment,
    known: Sequence[Any],
    notes: tuple[str, ...],
) -> Verdict:
    hints = [mistake.hint for mistake in known] or remarks(exercise, probes, answers, found)
    return _verdict(
        exercise,
        found,
        misconceptions=tuple(mistake.name for mistake in known),
        hints=tuple(hints[:3]),
        example=_example(exercise, probes, answers, found),
        printed=_printed(answers),
        notes=notes,
    )


def _verdict(exercise: Exercise, found: Judgment, **more: Any) -> Verdict:
    return Verdict(
        exercise=exercise.name,
        score=found.score,
        points=exercise.points,
        parts=tuple(part.name for part in exercise.named_parts),
        faults={name: fault.message for name, fault in found.faults.items()},
        **more,
    )


def _printed(answers: Sequence[Answer]) -> str:
    """The output of the first call that printed."""
    return next((a.printed for a in answers if a.printed), "")


def _example(
    exercise: Exercise, probes: Sequence[Probe], answers: Sequence[Answer], found: Judgment
) -> tuple[Block, ...]:
    """The smallest probe that fails, with its numbers."""
    failing = sorted({i for hits in found.failed.values() for i in hits})
    kinds = {fault.kind for fault in found.faults.values()}
    if not failing or kinds <= {"not written", "reference", "stopped"}:
        return ()
    i = min(failing, key=lambda k: (size_of(probes[k]), k))
    probe = probes[i]
    keys = [exercise.argument(str(k)) for k in range(len(probe.args))]
    given = {**dict(zip(keys, probe.args, strict=True)), **probe.kwargs}
    lines = [f"{exercise.name}({', '.join(given)}) with"]
    lines += [_assignment(key, value) for key, value in given.items()]
    blocks = [("Example", "\n".join(lines))]
    wrong = [k for k, part in enumerate(exercise.named_parts) if part.name in found.faults]
    rights = split(exercise.named_parts, found.expected[i]) if found.expected else None
    values = split(exercise.named_parts, answers[i].value)
    for title, parts in (("Expected", rights), ("Received", values)):
        if parts is not None and wrong and answers[i].status == "returned":
            named = [_assignment(exercise.named_parts[k].name, parts[k]) for k in wrong]
            blocks.append((title, "\n".join(named)))
    return tuple(blocks)


def _assignment(name: str, value: Any, lines: int = 14) -> str:
    """``name = value``, with the shape, aligned, and shortened where it is long."""
    if isinstance(value, (list, tuple)) and arrays_in(value):
        rows = [_assignment(f"{name}[{i}]", item) for i, item in enumerate(value[:12])]
        return "\n".join(rows + [f"{name} has {len(value)} entries"] * (len(value) > 12))
    shape = f"  # shape {value.shape}" if isinstance(value, np.ndarray) and value.ndim else ""
    plainly = any(bool(np.any(np.abs(a) > 1e-3)) for a in arrays_in(value))
    with np.printoptions(precision=5, threshold=60, edgeitems=2, linewidth=88, suppress=plainly):
        text = str(value) if isinstance(value, np.ndarray) else repr(value)
    rows = [row if len(row) <= 200 else f"{row[:197]}..." for row in text.split("\n")]
    if len(rows) > lines:
        rows = [*rows[: lines - 2], "...", rows[-1]]
    pad = " " * (len(name) + 3)
    return f"{name} = " + ("\n" + pad).join(rows) + shape
