"""Every exercise of the catalogue, tested alike: a new file gets all of this by existing."""

import copy
import functools
import inspect
import operator

import numpy as np
import pytest

from nnlib.checking import assess, catalogue
from nnlib.checking.answer import answer
from nnlib.checking.assessment import PUBLIC_SEED, examine
from nnlib.checking.compare import deviation, split
from nnlib.checking.judge import judge
from nnlib.checking.plain import arrays_in

NAMES = list(catalogue.names())
MISCONCEPTIONS = [(name, m.name) for name in NAMES for m in catalogue.find(name).misconceptions]
ALTERNATIVES = [(name, a.__name__) for name in NAMES for a in catalogue.find(name).alternatives]
PROVEN = [name for name in NAMES if catalogue.find(name).proof is not None]


def seeds_of(exercise):
    return range(PUBLIC_SEED, PUBLIC_SEED + exercise.seeds)


def judged(exercise, function, seed):
    """Judge a trusted function; unlike a learner's, it may call the reference."""
    probes = exercise.ask(seed)
    answers = answer(function, probes, exercise.player, twice=exercise.twice)
    return judge(exercise, probes, answers)


def explained(exercise, function, seed):
    def play(probes, substitutes):
        return answer(function, probes, exercise.player, twice=exercise.twice)

    return examine(exercise, play, seed)


@functools.cache
def mistake_of(name, mistake):
    return next(m for m in catalogue.find(name).misconceptions if m.name == mistake)


@pytest.mark.parametrize("name", NAMES)
def test_the_reference_is_right(name):
    exercise = catalogue.find(name)
    for seed in seeds_of(exercise):
        found = judged(exercise, exercise.reference, seed)
        assert found.score == 1, found.faults


@pytest.mark.parametrize(("name", "which"), ALTERNATIVES)
def test_an_alternative_is_right_with_room_to_spare(name, which):
    exercise = catalogue.find(name)
    function = next(a for a in exercise.alternatives if a.__name__ == which)
    for seed in seeds_of(exercise)[:10]:
        found = judged(exercise, function, seed)
        assert found.score == 1, found.faults
    if exercise.accepts is None:
        assert deviation_of(exercise, function, PUBLIC_SEED) < 0.01


@pytest.mark.parametrize(("name", "which"), MISCONCEPTIONS)
def test_a_misconception_is_rejected_and_named(name, which):
    exercise, mistake = catalogue.find(name), mistake_of(name, which).function
    for seed in seeds_of(exercise)[:5]:
        assert judged(exercise, mistake, seed).score < 1
    for seed in seeds_of(exercise)[:2]:
        assert explained(exercise, mistake, seed).misconceptions == (which,)


@pytest.mark.parametrize(("name", "which"), MISCONCEPTIONS)
def test_a_misconception_lies_far_outside_the_tolerance(name, which):
    exercise = catalogue.find(name)
    mistake = mistake_of(name, which).function
    found = judged(exercise, mistake, PUBLIC_SEED)
    if all(fault.kind == "value" for fault in found.faults.values()) and not exercise.accepts:
        room = min(100, 0.5 / max(exercise.tolerance.relative, 1e-9))  # of 1 %, half the value
        assert deviation_of(exercise, mistake, PUBLIC_SEED) > room


def deviation_of(exercise, function, seed):
    """The largest error of any part on any probe, in units of the tolerance."""
    probes = exercise.ask(seed)
    rights = answer(exercise.reference, probes, exercise.player)
    values = answer(function, probes, exercise.player)
    return max(
        deviation(a, b, exercise.tolerance)
        for right, value in zip(rights, values, strict=True)
        for a, b in zip(
            split(exercise.named_parts, right.value),
            split(exercise.named_parts, value.value),
            strict=True,
        )
    )


@pytest.mark.parametrize("name", NAMES)
def test_there_is_enough_to_judge_by(name):
    exercise = catalogue.find(name)
    assert (exercise.points == 0) == (exercise.lesson == "start_here")  # practice alone is free
    assert len(exercise.alternatives) >= 3
    assert len(exercise.misconceptions) >= 6
    hints = [m.hint for m in exercise.misconceptions]
    assert len(set(hints)) == len(hints)
    assert all(hint.endswith((".", "?")) for hint in hints)


@pytest.mark.parametrize("name", NAMES)
def test_an_unwritten_function_says_so(name):
    def stub(*args, **kwargs):
        raise NotImplementedError

    verdict = assess(name, stub)
    assert verdict.score == 0
    assert "not written yet" in str(verdict)


@pytest.mark.parametrize("name", NAMES)
def test_a_starter_earns_nothing(name):
    exercise = catalogue.find(name)
    if exercise.starter is not None:
        assert judged(exercise, exercise.starter, PUBLIC_SEED).score == 0


def zeros(exercise):
    def like(value):
        if isinstance(value, (list, tuple)):
            return type(value)(like(item) for item in value)
        return 0.0 * value if isinstance(value, (int, float)) else np.zeros_like(value)

    return lambda *args, **kwargs: like(exercise.reference(*args, **kwargs))


def arguments_back(exercise):
    count = len(exercise.parts)
    return lambda *args, **kwargs: args[0] if count == 1 else (args * count)[:count]


def nothing(exercise):
    return lambda *args, **kwargs: None


@pytest.mark.parametrize("lazy", [zeros, arguments_back, nothing])
@pytest.mark.parametrize("name", NAMES)
def test_a_lazy_answer_earns_nothing(name, lazy):
    exercise = catalogue.find(name)
    if exercise.player == "call":
        assert judged(exercise, lazy(exercise), PUBLIC_SEED).score == 0


def sizes(value):
    if isinstance(value, np.ndarray):
        return value.shape
    if isinstance(value, (list, tuple)):
        return tuple(map(sizes, value))
    return value if isinstance(value, (bool, int, str)) else type(value).__name__


def remembered(function):
    """Right, but a second input of the same sizes gets what the first one got."""
    known = {}

    def stale(*args, **kwargs):
        key = repr((sizes(args), sizes(list(kwargs.items()))))
        if key not in known:
            known[key] = function(*args, **kwargs)
        return copy.deepcopy(known[key])

    return stale


@pytest.mark.parametrize("name", [name for name in NAMES if catalogue.find(name).twice])
def test_what_is_kept_by_sizes_is_noticed(name):
    exercise = catalogue.find(name)
    for seed in range(2):
        assert judged(exercise, remembered(exercise.reference), seed).score < 1


@pytest.mark.parametrize("name", NAMES)
def test_calling_the_reference_earns_nothing(name):
    verdict = assess(name, catalogue.find(name).reference)
    assert verdict.score == 0
    assert "calls nnlib's own" in str(verdict)


@pytest.mark.parametrize("name", PROVEN)
def test_the_reference_agrees_with_central_differences(name):
    exercise = catalogue.find(name)
    for seed in range(3):
        for probe in exercise.ask(seed):
            parts = split(exercise.named_parts, exercise.reference(*probe.args, **probe.kwargs))
            by_name = {p.name: v for p, v in zip(exercise.named_parts, parts, strict=True)}
            for part, f, x in exercise.proof(*probe.args, **probe.kwargs):
                name, *path = [part] if isinstance(part, str) else part
                gradient = functools.reduce(operator.getitem, path, by_name[name])
                assert central_difference_error(f, x, gradient) < 1e-7


def central_difference_error(f, x, gradient, h=1e-5):
    """Error along random directions, relative to the gradient's norm; written without nnlib."""
    rng = np.random.default_rng(0)
    x = np.asarray(x, dtype=float)
    worst = 0.0
    for _ in range(5):
        direction = rng.normal(size=x.shape)
        slope = (f(x + h * direction) - f(x - h * direction)) / (2 * h)
        size = np.linalg.norm(gradient) * np.linalg.norm(direction) + 1e-12
        worst = max(worst, abs(slope - np.sum(gradient * direction)) / size)
    return worst


def test_central_differences_reject_a_gradient_that_is_off_by_a_thousandth():
    x = np.array([1.0, -2.0, 0.5])
    assert central_difference_error(lambda x: np.sum(x**2), x, 2 * x) < 1e-7
    assert central_difference_error(lambda x: np.sum(x**2), x, 2.002 * x) > 1e-4


@pytest.mark.parametrize("name", NAMES)
def test_the_probes_are_not_lazy(name):
    """Several questions of several sizes; zeros or ones, where there are any, are the exception."""
    probes = catalogue.find(name).ask(PUBLIC_SEED)
    assert len(probes) >= 3 or catalogue.find(name).seeds == 1
    arrays = [a for p in probes for a in arrays_in([*p.args, *p.kwargs.values()])]
    assert not arrays or len({a.shape for a in arrays}) > 1
    constant = [a for a in arrays if a.size > 2 and np.unique(a).size == 1]
    assert len(constant) <= len(arrays) / 3


@pytest.mark.parametrize("name", NAMES)
def test_it_builds_on_exercises_of_its_lesson_that_do_not_build_on_it(name):
    exercise = catalogue.find(name)
    pending = list(exercise.builds_on)
    while pending:
        earlier = catalogue.find(pending.pop())
        assert earlier.lesson == exercise.lesson
        assert earlier.reference is not exercise.reference
        pending += earlier.builds_on
        assert name not in pending


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_gives_the_same_questions_and_another_seed_others(name):
    exercise = catalogue.find(name)
    first, again, other = (repr(exercise.ask(seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize("name", NAMES)
def test_the_name_stands_in_the_file_and_in_the_reference(name):
    exercise = catalogue.find(name)
    assert exercise.name == name
    assert exercise.reference.__name__ == name or exercise.starter is not None
    assert inspect.getmodule(exercise.questions).__doc__
