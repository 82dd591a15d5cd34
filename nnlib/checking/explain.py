"""The fourth verb, ``explain``: which mistake gives the same wrong numbers?

First the misconceptions that the exercise knows are played on the same probes. Where none gives
what the learner's function gave, generic probes speak: a factor, the transpose, an axis, right
only for a single example, nan where the input is large.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .answer import Answer, Probe, answer
from .compare import deviation, split
from .exercise import Exercise, Misconception, Tolerance
from .judge import Judgment, judge, size_of
from .plain import arrays_in


def recognize(
    exercise: Exercise, probes: Sequence[Probe], answers: Sequence[Answer], found: Judgment
) -> list[Misconception]:
    """The misconceptions that explain the faults, the one that explains most first."""
    exact: list[tuple[int, Misconception]] = []
    alike: list[tuple[int, Misconception]] = []
    for mistake in _candidates(exercise, probes, answers, found):
        theirs = answer(mistake.function, probes, exercise.player, twice=exercise.twice)
        judged = judge(exercise, probes, theirs, found.expected or None)
        if not judged.faults or not set(judged.faults) <= set(found.faults):
            continue
        kinds = all(found.faults[key].kind == fault.kind for key, fault in judged.faults.items())
        if not kinds:
            continue
        if _same_mistake(exercise, answers, theirs, judged):
            exact.append((len(judged.faults), mistake))
        elif set(judged.faults) == set(found.faults) and _alike(exercise, answers, theirs, found):
            alike.append((len(judged.faults), mistake))
    # Random numbers differ, so equal kinds of faults must do; of two that fit, neither is named.
    ranked = sorted(exact or (alike if len(alike) == 1 else []), key=lambda pair: -pair[0])
    return [mistake for _, mistake in ranked]


@np.errstate(all="ignore")
def remarks(
    exercise: Exercise, probes: Sequence[Probe], answers: Sequence[Answer], found: Judgment
) -> list[str]:
    """What can be said of a wrong part without knowing the mistake."""
    said = []
    for index, part in enumerate(exercise.named_parts):
        failed = found.failed.get(part.name)
        if not failed:
            continue
        rights = [split(exercise.named_parts, right) for right in found.expected]
        values = [split(exercise.named_parts, given.value) for given in answers]
        cases = []
        for i in failed:
            if (right := rights[i]) is not None and (value := values[i]) is not None:
                earlier = [other[index] for other in rights[:i] if other is not None]
                old = _is_old(value[index], right[index], earlier, exercise.tolerance)
                cases.append(_Case(probes[i], right[index], value[index], old))
        passed = [p for i, p in enumerate(probes) if i not in failed]
        for test in (
            _stale,
            _empty,
            _single_example,
            _factor,
            _transposed,
            _kept_axis,
            _other_axis,
            _not_finite,
        ):
            sentence = test(cases, passed) if len(cases) == len(failed) else None
            if sentence:
                said.append(f"{part.name} {sentence}")
                break
    return said


def _is_old(value: Any, right: Any, earlier: Sequence[Any], tolerance: Tolerance) -> bool:
    """Whether a wrong value of several numbers is the right one of an earlier probe."""
    several = max((a.size for a in arrays_in(right)), default=1) > 1
    return several and any(
        deviation(other, value, tolerance) <= 1 < deviation(other, right, tolerance)
        for other in earlier
    )


def _candidates(
    exercise: Exercise, probes: Sequence[Probe], answers: Sequence[Answer], found: Judgment
) -> list[Misconception]:
    """The misconceptions that go wrong in the same way on one probe, the cheapest that fails."""
    failing = {i for hits in found.failed.values() for i in hits}
    i = min(failing, key=lambda k: (size_of(probes[k]), k))
    one, expected = probes[i : i + 1], found.expected[i : i + 1] or None
    mine = judge(exercise, one, answers[i : i + 1], expected).faults
    candidates = []
    for mistake in exercise.misconceptions:
        theirs = answer(mistake.function, one, exercise.player, twice=exercise.twice)
        faults = judge(exercise, one, theirs, expected).faults
        if all(part in mine and mine[part].kind == fault.kind for part, fault in faults.items()):
            candidates.append(mistake)
    return candidates


def _same_mistake(
    exercise: Exercise, answers: Sequence[Answer], theirs: Sequence[Answer], judged: Judgment
) -> bool:
    """Whether every part that this misconception gets wrong has the learner's wrong values."""
    wrong = [i for i, part in enumerate(exercise.named_parts) if part.name in judged.faults]
    for mine, other in zip(answers, theirs, strict=True):
        if _manner(mine) != _manner(other):
            return False
        values = split(exercise.named_parts, mine.value)
        others = split(exercise.named_parts, other.value)
        if values is None or others is None:
            if values is not others:
                return False
        elif any(deviation(others[i], values[i], exercise.tolerance) > 1 for i in wrong):
            return False
    return True


def _alike(
    exercise: Exercise, answers: Sequence[Answer], theirs: Sequence[Answer], found: Judgment
) -> bool:
    """Whether answers that chance makes differ are wrong in the same way, by what can be compared.

    That a number is wrong says nothing of why, and a shape or an exception only where it is equal.
    """
    kinds = {fault.kind for fault in found.faults.values()}
    if exercise.accepts is None or "value" in kinds:
        return False
    pairs = list(zip(answers, theirs, strict=True))
    if "shape" in kinds and any(_shapes(a.value) != _shapes(b.value) for a, b in pairs):
        return False
    return all(_manner(a) == _manner(b) for a, b in pairs)


def _shapes(value: Any) -> list[tuple[int, ...]]:
    return [array.shape for array in arrays_in(value)]


def _manner(given: Answer) -> tuple[Any, ...]:
    """How a call went: what it raised and said, and what it did to its arguments."""
    said = given.message.rpartition("\n")[2]
    return given.status, given.error, said, given.changed, given.unstable


class _Case:
    """One failing probe: expected and received as arrays of numbers, where they are."""

    def __init__(self, probe: Probe, expected: Any, received: Any, old: bool) -> None:
        self.old = old  # whether the right answer to an earlier probe was received
        self.right, self.value = _array(expected), _array(received)
        self.count = _examples(probe)
        inputs = [np.abs(a).max(initial=0.0) for a in arrays_in(list(probe.args)) if a.size]
        self.largest_input = max(inputs, default=0.0)


def _array(value: Any) -> np.ndarray | None:
    if isinstance(value, (list, tuple)):
        flat = arrays_in(value)
        return flat[-1] if flat else None
    return np.asarray(value) if isinstance(value, (np.ndarray, int, float)) else None


def _examples(probe: Probe) -> int:
    """How many rows the first array of a probe has."""
    shapes = [a.shape for a in arrays_in(list(probe.args)) if a.ndim]
    return shapes[0][0] if shapes else 1


def _stale(cases: Sequence[_Case], passed: Sequence[Probe]) -> str | None:
    if any(case.old for case in cases):
        return "is what an earlier call should give: is something kept from call to call?"
    return None


def _empty(cases: Sequence[_Case], passed: Sequence[Probe]) -> str | None:
    both = [(c.value, c.right) for c in cases if c.value is not None and c.right is not None]
    if both and all(right.size and not value.size for value, right in both):
        return "is empty in places where it should not be: a slice a[k:-k] is empty when k is 0"
    return None


def _single_example(cases: Sequence[_Case], passed: Sequence[Probe]) -> str | None:
    alone = passed and all(_examples(probe) == 1 for probe in passed)
    if alone and cases and all(case.count > 1 for case in cases):
        return "is right for a single example and wrong for several: are rows combined wrongly?"
    return None


def _factor(cases: Sequence[_Case], passed: Sequence[Probe]) -> str | None:
    ratios = []
    for case in cases:
        if case.right is None or case.value is None or case.right.shape != case.value.shape:
            return None
        used = (np.abs(case.right) > 1e-9) & np.isfinite(case.right) & np.isfinite(case.value)
        if not used.any():
            return None
        these = case.value[used] / case.right[used]
        if np.ptp(these) > 1e-6 * abs(these[0]) or not these[0]:
            return None
        ratios.append(float(these.flat[0]))
    if np.allclose(ratios, 1, rtol=1e-3):
        return None  # almost right is another mistake than a factor
    for name, of in _FACTORS.items():
        same = [np.isclose(r, of(c), rtol=1e-6) for r, c in zip(ratios, cases, strict=True)]
        if same and all(same) and (len(same) > 1 or not passed):  # seen once is not everywhere
            return f"is {name} times what it should be, everywhere"
    if ratios and not passed and np.ptp(ratios) < 1e-6 * abs(ratios[0]):
        return f"is {ratios[0]:.6g} times what it should be, everywhere"
    return None


_FACTORS: dict[str, Callable[[_Case], float]] = {
    "-1": lambda case: -1.0,
    "2": lambda case: 2.0,
    "1/2": lambda case: 0.5,
    "N (the number of examples)": lambda case: case.count,
    "1/N (one over the number of examples)": lambda case: 1 / case.count,
}


def _transposed(cases: Sequence[_Case], passed: Sequence[Probe]) -> str | None:
    for case in cases:
        if case.right is None or case.value is None or case.right.ndim != 2:
            return None
        if case.value.shape != case.right.T.shape or not np.allclose(case.value, case.right.T):
            return None
    return "is the transpose of what it should be" if cases else None


def _kept_axis(cases: Sequence[_Case], passed: Sequence[Probe]) -> str | None:
    text = None
    for case in cases:
        if case.right is None or case.value is None or case.right.ndim != 1:
            return None
        shape = case.right.shape
        if case.value.shape not in ((1, *shape), (*shape, 1)):
            return None
        text = text or f"keeps an axis of length 1: {case.value.shape} where {shape} is meant"
    return text


def _other_axis(cases: Sequence[_Case], passed: Sequence[Probe]) -> str | None:
    for case in cases:
        if case.right is None or case.value is None:
            return None
        if case.right.ndim != 1 or case.value.shape != (case.count,):
            return None
        if case.right.shape == case.value.shape:
            return None
    return "has one entry per example: it was combined along the other axis" if cases else None


def _not_finite(cases: Sequence[_Case], passed: Sequence[Probe]) -> str | None:
    broken = [c for c in cases if c.value is not None and not np.isfinite(c.value).all()]
    if not broken or len(broken) < len(cases):
        return None
    smallest = min(case.largest_input for case in broken)
    if smallest > 100 and all(_largest(p) < smallest for p in passed):
        return f"is nan or inf only where inputs are as large as {smallest:.0f}: what overflows?"
    return "holds nan or inf: which step divides by zero, or takes the logarithm of zero?"


def _largest(probe: Probe) -> float:
    return max((float(np.abs(a).max(initial=0)) for a in arrays_in(list(probe.args))), default=0.0)
