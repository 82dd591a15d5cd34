"""The third verb, ``judge``: parts, faults and score. Trusted and pure."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import players
from .answer import Answer, Probe
from .compare import compare
from .exercise import Exercise, Fault
from .plain import arrays_in, describe, plain, same

CALL = "call"


@dataclass(frozen=True)
class Judgment:
    """What the judge found, before it is put into words for the learner.

    Attributes
    ----------
    score : float
        From 0 to 1.
    faults : dict of str to Fault
        By part, or under `CALL` where the whole call is meant.
    failed : dict of str to tuple of int
        The probes on which each faulty part is wrong.
    expected : list
        The reference's value for each probe.
    """

    score: float
    faults: dict[str, Fault] = field(default_factory=dict)
    failed: dict[str, tuple[int, ...]] = field(default_factory=dict)
    expected: list[Any] = field(default_factory=list)


def judge(
    exercise: Exercise,
    probes: Sequence[Probe],
    answers: Sequence[Answer],
    expected: Sequence[Any] | None = None,
) -> Judgment:
    """Compare the answers with the reference's, which are computed unless they are given.

    The order: not written yet, raised, arguments changed, number of parts, shape, dtype kind,
    finiteness, value.
    """
    whole = _whole_call(exercise, answers)
    if whole:
        fault, hits = whole
        return Judgment(0.0, {CALL: fault}, {CALL: hits})
    if expected is None:
        expected = [_right_answer(exercise, probe) for probe in probes]
    found: dict[str, dict[int, Fault]] = {}
    for i, (probe, right, given) in enumerate(zip(probes, expected, answers, strict=True)):
        for part, fault in faults_of(exercise, probe, right, given.value).items():
            found.setdefault(part, {})[i] = fault
    names = [part.name for part in exercise.named_parts]
    credits = [_credit(found.get(name, {})) for name in names]
    score = sum(credits) / len(names)
    if found and trivial(probes, answers):
        score = 0.0
    impure = _impurities(exercise, answers)
    if impure:
        score /= 2
        found = {CALL: impure, **found}
    faults = {name: _smallest(probes, by_probe)[1] for name, by_probe in found.items()}
    failed = {name: tuple(by_probe) for name, by_probe in found.items()}
    return Judgment(score, faults, failed, list(expected))


def faults_of(exercise: Exercise, probe: Probe, expected: Any, received: Any) -> dict[str, Fault]:
    """The faults of one answer, by part."""
    if exercise.accepts is None:
        return compare(exercise.named_parts, expected, received, exercise.tolerance)
    try:
        return exercise.accepts(probe, expected, received)
    except (TypeError, ValueError, IndexError, KeyError, AttributeError):
        # A law may take the structure for granted: what it cannot read is not what was asked for.
        text = f"expected {describe(expected)}, received {describe(received)}"
        return {
            part.name: Fault("structure", f"{part.name}: {text}") for part in exercise.named_parts
        }


def trivial(probes: Sequence[Probe], answers: Sequence[Answer]) -> bool:
    """Whether every answer is a constant, or arguments handed back."""
    scalars, arrays = [], []
    for probe, given in zip(probes, answers, strict=True):
        known = arrays_in([*probe.args, *probe.kwargs.values()])
        flat = arrays_in(_as_arrays(given.value))
        scalars.append([a.item() for a in flat if a.size == 1])
        arrays += [
            bool(np.all(a == a.flat[0])) or bool(np.all(a != a)) or any(same(a, k) for k in known)
            for a in flat
            if a.size > 1
        ]
    steady = all(repr(row) == repr(scalars[0]) for row in scalars)
    return all(arrays) and (steady or bool(arrays))


def _right_answer(exercise: Exercise, probe: Probe) -> Any:
    if probe.expected is not None:
        return probe.expected
    args, kwargs = copy.deepcopy((probe.args, probe.kwargs))
    return plain(players.find(exercise.player)(exercise.reference, *args, **kwargs))


def _credit(by_probe: dict[int, Fault]) -> float:
    """What a part earns: all, unless it is wrong on a probe."""
    return min((fault.credit for fault in by_probe.values()), default=1.0)


def _whole_call(
    exercise: Exercise, answers: Sequence[Answer]
) -> tuple[Fault, tuple[int, ...]] | None:
    """What makes the whole exercise worth nothing, the first that applies."""
    name = exercise.name
    for status in ("stopped", "reference", "not written", "raised", "unusable"):
        hits = tuple(i for i, a in enumerate(answers) if a.status == status)
        if not hits:
            continue
        first = answers[hits[0]]
        inside = status == "not written" and first.message not in ("", name)
        reason = f", for {first.message}" if first.message else ""
        text = {
            "stopped": f"{name} was stopped before it answered{reason}: does a loop never end?",
            "reference": f"{name} calls nnlib's own {exercise.reference.__name__}; "
            "write the formula yourself",
            "not written": f"{name} calls {first.message}, which is not written yet"
            if inside
            else f"{name} is not written yet",
            "raised": f"{name} raised an exception\n{first.message}",
            "unusable": f"{name} returned something that cannot be judged: {first.message}",
        }[status]
        kind = f"raised {first.error}" if status == "raised" else status
        return Fault(kind, text), hits
    return None


def _impurities(exercise: Exercise, answers: Sequence[Answer]) -> dict[int, Fault]:
    """Changed arguments, shared memory, and calls that differ, by probe."""
    parts = exercise.named_parts
    free = {i for i, part in enumerate(parts) if part.name in exercise.passes_on}
    found: dict[int, Fault] = {}
    for i, given in enumerate(answers):
        shared = [name for i, name in given.shared if (i if len(parts) > 1 else 0) not in free]
        if given.changed:
            names = " and ".join(exercise.argument(key) for key in given.changed)
            text = f"{exercise.name} changed its argument {names}; work on a new array instead"
            found[i] = Fault("changed", text)
        elif given.unstable:
            text = "a second call with the same arguments gave another result"
            found[i] = Fault("unstable", f"{text}: what is kept, or never filled in?")
        elif shared:
            key = shared[0]
            whose = key if " " in key else f"the argument {exercise.argument(key)}"
            text = f"the result shares memory with {whose}; return a fresh array"
            found[i] = Fault("shared", text)
    return found


def _smallest(probes: Sequence[Probe], by_probe: dict[int, Fault]) -> tuple[int, Fault]:
    return min(by_probe.items(), key=lambda item: (size_of(probes[item[0]]), item[0]))


def size_of(probe: Probe) -> int:
    """How many numbers a probe holds: the smallest failing one makes the best example."""
    return sum(a.size for a in arrays_in([*probe.args, *probe.kwargs.values()]))


def _as_arrays(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_as_arrays(item) for item in value]
    return np.asarray(value) if isinstance(value, (bool, int, float)) else value
