"""The four verbs: what is accepted, what is refused, and what the learner is told."""

import html
import re

import numpy as np
import pytest

from nnlib import functional as F
from nnlib.checking import Exercise, Fault, Part, Tolerance, assess, catalogue, check, unfinished
from nnlib.checking.answer import Probe, answer, names_used
from nnlib.checking.assessment import examine
from nnlib.checking.compare import compare, deviation
from nnlib.checking.explain import remarks
from nnlib.checking.judge import judge
from nnlib.checking.plain import MAX_BYTES, MAX_ITEMS, Unusable, describe, plain, same


def exercise_of(reference, questions, parts=("A",), **more):
    """An exercise outside the catalogue."""
    questions.__module__ = f"nnlib.exercises.testing.{reference.__name__}"
    return Exercise(reference, questions, parts, **more)


def verdict_of(exercise, function, seed=0, shown=None):
    def play(probes, substitutes):
        return answer(function, probes, exercise.player, twice=exercise.twice)

    return examine(exercise, play, seed, shown=shown)


def doubled(X):
    return 2 * X


@pytest.fixture
def doubling():
    def questions(rng):
        yield (rng.normal(size=(2, 3)),)
        yield (rng.normal(size=(1, 4)),)

    return exercise_of(doubled, questions)


# Plain data


@pytest.mark.parametrize(
    "value",
    [None, True, 3, 2.5, float("inf"), "text", [1, (2.0, None)], {"a": np.arange(3)}, np.eye(2)],
)
def test_plain_data_are_copied_as_they_are(value):
    assert same(plain(value), value)


def test_a_copy_shares_no_memory():
    value = np.arange(6.0).reshape(2, 3)
    assert not np.shares_memory(plain(value), value)


def test_memory_order_survives():
    assert plain(np.asfortranarray(np.ones((2, 3)))).flags.f_contiguous


class Loud(np.ndarray):
    """An array whose methods must never run."""

    def __array_function__(self, *args, **kwargs):
        raise AssertionError("a method of the learner's object ran")

    __array_ufunc__ = __eq__ = __repr__ = __array_function__
    __hash__ = None


class LoudList(list):
    def __iter__(self):
        raise AssertionError("a method of the learner's object ran")


def endless():
    while True:
        yield 1.0


def nested(depth):
    value = 1.0
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (np.zeros(3).view(Loud), "special kind of array"),
        (np.ma.masked_array([1.0]), "special kind of array"),
        (np.broadcast_to(1.0, (10**5, 10**5)), "more than 64 MB"),
        ([np.zeros(MAX_BYTES // 16), np.zeros(MAX_BYTES // 16), 0.0, "x" * 99], "more than 64 MB"),
        (endless(), "a generator"),
        ([0] * (MAX_ITEMS + 1), "more than"),
        (nested(20), "levels deep"),
        (10**400, "an integer of"),
        (np.array([None, 1]), "dtype object"),
        (np.array(["a"]), "dtype <U1"),
        ({1: 2}, "not all strings"),
        (len, "a builtin_function_or_method"),
    ],
)
def test_what_is_not_plain_is_refused_with_a_reason(value, sentence):
    with pytest.raises(Unusable, match=re.escape(sentence)):
        plain(value)


def test_a_list_with_methods_of_its_own_is_read_as_a_list():
    assert plain(LoudList([1, 2])) == [1, 2]


def test_same_tells_a_bit_apart_and_lets_nan_equal_nan():
    assert same([np.array([np.nan, 1.0])], [np.array([np.nan, 1.0])])
    assert not same(np.array([1.0]), np.array([1.0 + 2e-16]))
    assert not same(np.array([1.0]), np.array([1.0], dtype=np.float32))
    assert not same([1], (1,))


def test_describe_names_shapes_and_kinds():
    assert describe(np.zeros((2, 3))) == "an array of shape (2, 3)"
    assert describe(np.float64(1)) == "a number of type float64"
    assert describe(None) == "None"


# Answering


def test_an_answer_keeps_what_was_printed_and_warned_shortened(doubling):
    def noisy(X):
        print("x" * 5_000)
        return np.log(X) * 0 + 2 * X

    given = answer(noisy, doubling.ask(0))[0]
    assert given.printed.startswith("xxx")
    assert "characters more" in given.printed
    assert len(given.printed) < 2_200


def test_a_numpy_warning_costs_nothing_and_is_shown():
    def sigmoid(Z):
        return 1 / (1 + np.exp(-Z))

    verdict = assess("sigmoid", sigmoid)
    assert verdict.right
    assert "overflow" in verdict.printed


def test_the_first_item_that_shares_memory_is_named(doubling):
    def through(X):
        X *= 2
        return X

    given = answer(through, doubling.ask(0))[0]
    assert given.changed == ("0",)
    assert given.shared[0] == (0, "0")


def test_an_array_that_all_calls_share_is_noticed():
    buffer = {}

    def shared(X):
        A = buffer.setdefault(X.shape, np.empty(X.shape))
        A[...] = np.maximum(X, 0)
        return A

    verdict = assess("relu", shared)
    assert verdict.score == 0.5
    assert "shares memory with an earlier result" in verdict.faults["call"]


def test_state_that_survives_is_noticed():
    calls = []

    def counting(X):
        calls.append(1)
        return F.tanh(X) * 0 + np.maximum(X, 0) + 1e-3 * (len(calls) % 2)

    assert "second call" in assess("relu", counting).faults["call"]


def test_the_reference_is_noticed_also_under_another_name_and_when_swallowed():
    from nnlib.functional import relu as borrowed

    def wrapped(Z):
        try:
            return borrowed(Z)
        except BaseException:
            return np.maximum(Z, 0)

    verdict = assess("relu", wrapped)
    assert verdict.score == 0
    assert "calls nnlib's own relu" in verdict.faults["call"]
    assert F.relu(np.array([-1.0, 2.0])).tolist() == [0, 2]


def test_names_used_looks_through_helpers():
    space = {"np": np}
    exec(
        "def first(x): return second(x)\ndef second(x): return [third(v) for v in x]\n"
        "def third(x): return np.exp(x)",
        space,
    )
    assert {"second", "third", "np", "exp"} <= names_used(space["first"])


# Judging


def test_the_order_of_judgment():
    """Each function has a later fault, too; the earlier one is what is told."""

    def not_written(Z):
        raise NotImplementedError

    def raised(Z):
        Z[...] = np.nan
        raise ValueError("no")

    def changed(Z):
        Z += 1
        return Z.T

    def shape(Z):
        return (Z * np.nan).sum()

    def kind(Z):
        return Z + np.nan * 1j

    def finite(Z):
        return np.where(Z > 0, Z + 1, np.nan)

    told = [
        "not written yet",
        "raised an exception",
        "changed its argument Z",
        "expected shape",
        "expected real numbers",
        "nan or inf",
    ]
    functions = (not_written, raised, changed, shape, kind, finite)
    for function, words in zip(functions, told, strict=True):
        first = next(iter(assess("relu", function).faults.values()))
        assert words in first


def test_a_part_is_a_share_of_the_score():
    def logits_only(X, params):
        logits, cache = forward(X, params)
        return logits, cache[:-1]

    verdict = assess("network_forward", logits_only)
    assert verdict.score == 0.5
    assert list(verdict.faults) == ["cache"]
    assert "Right: logits" in str(verdict)


def forward(X, params):
    A, cache = X, []
    for W, b in params:
        Z = A @ W + b
        cache.append((A, Z))
        A = np.maximum(Z, 0)
    return Z, cache


def test_a_wrong_number_of_parts_says_which_are_expected():
    verdict = assess("network_forward", lambda X, params: X)
    assert "expected 2 values (logits, cache), received an array" in verdict.faults["logits"]


def test_the_part_inside_is_named():
    def late(X, params):
        logits, cache = forward(X, params)
        cache[-1] = (cache[-1][0] + 1, cache[-1][1])
        return logits, cache

    assert re.search(r"the A_in of layer \d", assess("network_forward", late).faults["cache"])


def test_the_last_layer_speaks_first_where_the_order_is_backwards():
    parts = (Part("grads", "layer", ("dW", "db"), backwards=True),)
    right = [(np.eye(2), np.ones(2)), (np.eye(3), np.ones(3))]
    wrong = [(np.eye(2) + 1, np.ones(2)), (np.eye(3), np.ones(3) + 1)]
    assert "the db of layer 2" in compare(parts, right, wrong, Tolerance())["grads"].message


def test_float32_and_number_types_are_accepted():
    assert assess("relu", lambda Z: np.maximum(Z, 0).astype(np.float32)).right
    parts = (Part("loss"),)
    for value in (2.0, np.array(2.0), np.float32(2.0)):
        assert not compare(parts, 2.0, plain(value), Tolerance())


def test_what_is_close_to_a_number_is_no_number():
    parts = (Part("loss"),)
    for value in (np.array([2.0]), "2.0", None, [2.0], 2.001):
        assert compare(parts, 2.0, value, Tolerance()), value


def test_whole_numbers_are_asked_for_where_they_are_meant():
    parts = (Part("counts", integers=True),)
    assert not compare(parts, np.array([1, 2]), np.array([1, 2]), Tolerance())
    assert compare(parts, np.array([1, 2]), np.array([1.0, 2.0]), Tolerance())


def test_lists_and_tuples_are_interchangeable_and_a_flat_list_is_an_array():
    parts = (Part("grads"),)
    assert not compare(parts, [(np.eye(2), np.ones(2))], ([np.eye(2), [1, 1.0]],), Tolerance())
    assert compare(parts, np.eye(2), [[1.0, 0.0], [0.0, 1.0]], Tolerance())


def test_the_tolerance_lies_in_its_gap():
    right = np.array([1.0, 1e-3, 0.0])
    assert deviation(right, right * (1 + 1e-12), Tolerance()) < 0.01
    assert deviation(right, right * (1 + 1e-5), Tolerance()) > 99
    assert deviation(right, right[:2], Tolerance()) == np.inf


def test_an_infinite_answer_is_right_where_infinity_is_expected():
    parts = (Part("losses"),)
    assert not compare(parts, np.array([1.0, np.inf]), np.array([1.0, np.inf]), Tolerance())
    assert compare(parts, np.array([1.0, np.inf]), np.array([1.0, -np.inf]), Tolerance())


def test_a_law_of_an_exercise_decides_instead_of_the_reference(doubling):
    def even(probe, expected, received):
        return {} if np.all(received % 2 == 0) else {"A": Fault("odd", "A holds odd numbers")}

    doubling.accepts = even
    assert verdict_of(doubling, lambda X: np.full(X.shape, 4.0) + 2 * np.arange(X.shape[1])).right
    assert verdict_of(doubling, lambda X: X + 0).faults == {"A": "A holds odd numbers"}


@pytest.mark.parametrize(
    "lazy",
    [np.zeros_like, lambda X: X * np.nan, np.ones_like, np.copy],
    ids=["zeros", "nan", "constant", "the argument"],
)
def test_a_lazy_answer_earns_nothing_also_where_a_part_of_it_is_right(lazy):
    def halves(X):
        return 2 * X, np.zeros_like(X)

    def questions(rng):
        yield (rng.normal(size=(2, 3)),)

    exercise = exercise_of(halves, questions, parts=("A", "B"))
    assert verdict_of(exercise, lambda X: (lazy(X), np.zeros_like(X))).score == 0
    assert verdict_of(exercise, lambda X: (3 * X, np.zeros_like(X))).score == 0.5


# Explaining


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda X: 4 * X, "2 times"),
        (lambda X: X.copy(), "1/2 times"),
        (lambda X: -2 * X, "-1 times"),
        (lambda X: 2 * X / len(X), "right for a single example"),
        (lambda X: 14 * X, "7 times"),
        (lambda X: (2 * X).T, "transpose"),
        (lambda X: (2 * X)[:, 0:-0], "empty"),
        (lambda X: np.log(X - 5) + X, "nan or inf"),
    ],
)
def test_generic_probes_speak_where_no_misconception_matches(doubling, wrong, said):
    assert any(said in hint for hint in verdict_of(doubling, wrong).hints)


def test_a_factor_of_n_is_named_where_no_single_example_is_asked():
    def questions(rng):
        for N in (2, 5):
            yield (rng.normal(size=(N, 3)),)

    exercise = exercise_of(doubled, questions)
    assert "1/N" in verdict_of(exercise, lambda X: 2 * X / len(X)).hints[0]
    assert "N (the number" in verdict_of(exercise, lambda X: 2 * X * len(X)).hints[0]


def test_float32_is_enough_unless_an_exercise_is_about_digits():
    def short(X):
        return (2.00002 * X).astype(np.float32)  # as many float32 steps may end

    def questions(rng):
        yield (rng.normal(size=(4, 3)),)

    assert verdict_of(exercise_of(doubled, questions), short).right
    assert verdict_of(exercise_of(doubled, questions), lambda X: 2.00002 * X).score == 0
    exact = exercise_of(doubled, questions, tolerance=Tolerance(float32=False))
    assert verdict_of(exact, short).score == 0


def test_of_two_mistakes_that_chance_hides_neither_is_named():
    def noisy(X):
        return X + np.random.default_rng().normal(size=X.shape)

    def questions(rng):
        yield (rng.normal(size=(4, 3)),)

    def accepts(probe, expected, received):
        return {"A": Fault("law", "A follows no law")}

    exercise = exercise_of(doubled, questions, accepts=accepts)
    exercise.misconception("first")(lambda X: noisy(X) + 1)
    assert verdict_of(exercise, noisy).hints == ("first",)
    exercise.misconception("second")(lambda X: noisy(X) + 2)
    assert verdict_of(exercise, noisy).misconceptions == ()


def test_what_is_seen_once_among_right_answers_is_not_called_everywhere():
    def questions(rng):
        for number in (1.0, 3.0, 4.0):
            yield (np.array([number]),)

    def said(answer):
        return str(verdict_of(exercise_of(doubled, questions), answer))

    assert "everywhere" not in said(lambda X: 4 * X if X[0] > 3 else 2 * X)
    assert "everywhere" not in said(lambda X: 5 * X if X[0] > 1 else 2 * X)
    assert "2 times what it should be, everywhere" in said(lambda X: 4 * X)
    assert "2.5 times what it should be, everywhere" in said(lambda X: 5 * X)


def test_what_is_kept_from_an_earlier_call_is_named(doubling):
    known = {}

    def stale(X):
        return known.setdefault(X.shape, 2 * X).copy()

    verdict = verdict_of(doubling, stale)
    assert verdict.score == 0
    assert "an earlier call" in verdict.hints[0]
    assert not any("earlier" in hint for hint in verdict_of(doubling, lambda X: 3 * X).hints)


def test_a_factor_of_almost_one_is_none(doubling):
    assert not verdict_of(doubling, lambda X: 2.000001 * X).hints


def test_the_other_axis_and_a_kept_axis_are_named():
    def column_sums(X):
        return X.sum(axis=0)

    def questions(rng):
        yield (rng.normal(size=(4, 3)),)

    exercise = exercise_of(column_sums, questions)
    assert "other axis" in verdict_of(exercise, lambda X: X.sum(axis=1)).hints[0]
    kept = verdict_of(exercise, lambda X: X.sum(axis=0, keepdims=True))
    assert "keeps an axis" in kept.hints[0]


def test_an_axis_is_kept_only_where_it_always_has_the_length_1():
    def column_sums(X):
        return X.sum(axis=0)

    def questions(rng):
        yield (rng.normal(size=(1, 3)),)
        yield (rng.normal(size=(4, 3)),)

    exercise = exercise_of(column_sums, questions)
    assert not any("keeps" in hint for hint in verdict_of(exercise, lambda X: 2 * X).hints)
    kept = verdict_of(exercise, lambda X: X.sum(axis=0, keepdims=True))
    assert "keeps an axis" in kept.hints[0]


def test_generic_probes_are_silent_about_what_is_right(doubling):
    probes = doubling.ask(0)
    answers = answer(doubled, probes)
    assert not remarks(doubling, probes, answers, judge(doubling, probes, answers))


def test_two_mistakes_in_two_parts_are_both_named():
    exercise = catalogue.find("network_forward")
    names = {m.name for m in exercise.misconceptions}
    assert {"relu after the last layer too", "cache swapped"} <= names

    def both(X, params):
        logits, cache = forward(X, params)
        return np.maximum(logits, 0), [(Z, A) for A, Z in cache]

    verdict = verdict_of(exercise, both)
    assert set(verdict.faults) == {"logits", "cache"}
    assert "cache swapped" in verdict.misconceptions


def test_the_smallest_failing_probe_is_the_example():
    shown = dict(assess("relu", np.abs).example)
    assert shown["Example"].count("\n") <= 3


def test_an_earlier_mistake_is_told_first_and_not_counted_twice():
    space = {"np": np}
    source = (
        "def relu(Z): return np.abs(Z)\n"
        "def network_forward(X, params):\n"
        "    A, cache = X, []\n"
        "    for i, (W, b) in enumerate(params):\n"
        "        Z = A @ W + b\n"
        "        cache.append((A, Z))\n"
        "        A = relu(Z) if i + 1 < len(params) else Z\n"
        "    return A, cache\n"
    )
    exec(source, space)
    verdict = assess("network_forward", space["network_forward"])
    assert verdict.right
    assert "mend that first" in str(verdict).split("\n")[1]
    assert space["relu"](np.array([-1.0]))[0] == 1
    exec(source.replace("A @ W + b", "A @ W"), space)
    verdict = assess("network_forward", space["network_forward"])
    assert verdict.misconceptions == ("no bias",)


def test_a_helper_that_is_right_and_slow_is_not_counted_against_its_caller():
    code = """
import sys
import numpy as np

def relu(Z):
    if sys._getframe(1).f_code.co_name == "network_forward":
        raise KeyboardInterrupt  # somebody has lost patience
    return np.maximum(Z, 0)

def network_forward(X, params):
    cache = []
    for layer, (W, b) in enumerate(params):
        Z = X @ W + b
        cache.append((X, Z))
        X = relu(Z) if layer < len(params) - 1 else Z
    return X, cache
"""
    space = {}
    exec(code, space)
    assert assess("relu", space["relu"]).right
    verdict = assess("network_forward", space["network_forward"])
    assert verdict.right
    assert "calls your relu, and ran out of time" in str(verdict)


def test_a_later_exercise_does_not_stand_in_for_an_earlier_one():
    """Else two stubs that call each other would both be right."""
    space = {}
    exec(
        "def dense_backward(dZ, X, W):\n"
        "    (dW, db), = network_backward(dZ, [(X, dZ)], [(W, dZ[0])])\n"
        "    return dZ @ W.T, dW, db\n"
        "def network_backward(dlogits, cache, params): raise NotImplementedError\n",
        space,
    )
    verdict = assess("dense_backward", space["dense_backward"])
    assert verdict.score == 0
    assert "dense_backward calls network_backward, which is not written" in str(verdict)


def test_what_stood_in_is_gone_afterwards():
    space = {}
    exec("def relu(Z): return helper(Z)", space)
    probes = catalogue.find("relu").ask(0)
    substitutes = {"helper": "nnlib.functional:tanh"}
    assert answer(space["relu"], probes, substitutes=substitutes)[0].status == "returned"
    assert "helper" not in space


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("trained", "This cell waits for 'trained': a cell above makes it, once that one works."),
        ("raise TimeoutError('One batch takes too long.')", "One batch takes too long."),
        ("1 / 0", "one is not right yet (ZeroDivisionError: division by zero)."),
        ("raise NotImplementedError", "is not written yet; this cell waits for it."),
    ],
)
def test_an_experiment_ends_in_one_sentence(capsys, body, sentence):
    with unfinished():
        exec(compile(body, "<frozen cell>", "exec"), {})
    printed = capsys.readouterr().out
    assert printed.endswith(f"{sentence}\n")
    assert printed.count("\n") == 1


def test_two_functions_that_call_each_other_end():
    space = {}
    exec("def relu(Z): return sigmoid(Z)\ndef sigmoid(Z): return relu(Z)", space)
    assert assess("relu", space["relu"]).score == 0
    assert assess("sigmoid", space["sigmoid"]).score == 0


def test_a_graded_verdict_shows_nothing_of_the_graded_probes():
    exercise = catalogue.find("sigmoid")

    def shy(Z):
        raise ValueError(f"I saw {Z.ravel()[:2]}")

    graded = verdict_of(exercise, shy, seed=12345, shown=0)
    public = verdict_of(exercise, shy, seed=0)
    assert str(graded) == str(public)

    def only_public_is_right(Z):
        known = [p.args[0] for p in exercise.ask(0)]
        return F.sigmoid(Z) if any(same(Z, k) for k in known) else np.tanh(Z)

    graded = verdict_of(exercise, only_public_is_right, seed=12345, shown=0)
    assert graded.score == 0
    assert "not shown" in graded.faults["A"]
    assert not graded.example


# The learner's traceback, and what a notebook shows


def test_the_traceback_is_the_learners_own():
    def relu(Z):
        return np.concatenate([Z, "no"])

    text = assess("relu", relu).faults["call"]
    assert "in relu:" in text
    assert "_play_once" not in text
    assert "/" not in text


def test_a_helper_that_is_not_written_is_named():
    space = {}
    exec("def helper(Z): raise NotImplementedError\ndef relu(Z): return helper(Z)", space)
    assert "relu calls helper, which is not written" in str(assess("relu", space["relu"]))


def test_text_and_html_say_the_same():
    for function in (np.abs, lambda Z: Z[0], lambda Z: np.maximum(Z, 0)):
        verdict = assess("relu", function)
        bare = html.unescape(re.sub(r"<[^>]+>", " ", verdict._repr_html_()))
        assert re.sub(r"[\s:]+", "", bare) == re.sub(r"[\s:]+", "", str(verdict))


def test_html_is_escaped():
    def relu(Z):
        raise ValueError("<script>alert(1)</script>")

    assert "<script>" not in assess("relu", relu)._repr_html_()


def test_the_points_are_a_plain_float():
    verdict = assess("network_forward", lambda X, params: (forward(X, params)[0], []))
    assert type(verdict.earned) is float
    assert verdict.earned == 2.0


def test_check_returns_the_points_and_finds_the_name_between_the_parentheses(capsys):
    space = {"np": np, "check": check}
    exec("relu = lambda Z: np.maximum(Z, 0)\n", space)
    assert check(space["relu"], name="relu") == 1.0
    assert "relu: right" in capsys.readouterr().out


def test_check_finds_the_name_of_a_lambda_also_where_the_source_is_unknown(capsys):
    space = {"np": np, "check": check}
    exec("relu = lambda Z: np.maximum(Z, 0)\npoints = check(relu)", space)
    assert space["points"] == 1.0


def test_check_speaks_in_sentences_about_what_it_cannot_check(capsys):
    def rellu(Z):
        return Z

    assert check(rellu) == 0.0
    assert check(np.ones(3), name="relu") == 0.0
    out = capsys.readouterr().out
    assert "did you mean relu?" in out
    assert "the function itself" in out
    assert "received an array of shape (3,)" in out


def test_assess_wants_the_function_itself():
    with pytest.raises(TypeError, match="the function relu itself"):
        assess("relu", np.ones(3))
    with pytest.raises(LookupError, match="did you mean relu"):
        assess("rellu", np.abs)


def test_an_interrupt_is_a_sentence():
    def relu(Z):
        raise KeyboardInterrupt

    assert "does a loop never end?" in assess("relu", relu).faults["call"]


def test_an_answer_known_beforehand_needs_no_reference_and_partial_credit_counts(doubling):
    def close(probe, expected, received):
        hits = float(np.mean(received == expected))
        return {} if hits == 1 else {"A": Fault("hits", f"A: {hits:.0%} are right", credit=hits)}

    def questions(rng):
        yield Probe((rng.normal(size=(2, 3)),), expected=np.arange(4))

    questions.__module__ = doubling.questions.__module__
    exercise = Exercise(doubled, questions, ("A",), accepts=close)
    assert verdict_of(exercise, lambda X: np.arange(4)).right
    assert verdict_of(exercise, lambda X: np.array([0, 1, 2, 9])).score == 0.75


def test_an_answer_wrong_only_for_large_inputs_is_not_told_to_look_at_its_rows():
    def log_softmax(Z):
        Z = np.clip(Z, -500, 500)
        return Z - np.logaddexp.reduce(Z, axis=1, keepdims=True)

    hints = assess("log_softmax", log_softmax).hints
    assert not any("rows are combined" in hint for hint in hints)
