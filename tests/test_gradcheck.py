"""The gradient checker: it must agree with right derivatives and say no to wrong ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib.gradcheck import (
    check_network,
    compare_gradients,
    gradient_check,
    numerical_gradient,
    relative_error,
)
from nnlib.layers import Conv2D, Dense, Flatten, MaxPool2D, ReLU, Sigmoid, Tanh
from nnlib.losses import BinaryCrossEntropy, MeanSquaredError, SoftmaxCrossEntropy
from nnlib.network import Sequential


def f(x):
    return float((np.sin(x) * np.arange(1, x.size + 1).reshape(x.shape)).sum())


def df(x):
    return np.cos(x) * np.arange(1, x.size + 1).reshape(x.shape)


@pytest.fixture
def x(rng):
    return rng.normal(size=(3, 4))


def one_entry_wrong(x):
    gradient = df(x)
    gradient[1, 2] += 0.01
    return gradient


def with_a_nan(x):
    gradient = df(x)
    gradient[2, 0] = np.nan
    return gradient


WRONG = {
    "wrong by 0.1 %": lambda x: 1.001 * df(x),
    "wrong in one entry": one_entry_wrong,
    "a wrong sign": lambda x: -df(x),
    "zeros": np.zeros_like,
    "a nan": with_a_nan,
    "an inf": lambda x: np.full_like(x, np.inf),
    "transposed": lambda x: df(x).T,
    "a shape that broadcasts": lambda x: df(x)[:1],
}


def test_a_right_derivative_passes_with_room_to_spare(x):
    assert gradient_check(f, x, df) < 1e-7
    assert compare_gradients(f, x, df(x)).error < 1e-9


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_derivative_is_rejected(x, mistake):
    assert gradient_check(f, x, WRONG[mistake]) > 1e-4
    assert compare_gradients(f, x, WRONG[mistake](x)).error > 1e-4


@pytest.mark.parametrize("mistake", ["a nan", "an inf", "transposed", "a shape that broadcasts"])
def test_what_cannot_be_compared_is_infinitely_wrong(x, mistake):
    assert gradient_check(f, x, WRONG[mistake]) == np.inf
    assert compare_gradients(f, x, WRONG[mistake](x)).error == np.inf


def test_a_step_of_a_tenth_is_too_coarse_to_pass(x):
    assert gradient_check(f, x, df, h=0.1) > 1e-4
    assert compare_gradients(f, x, df(x), h=0.1).error > 1e-4


def test_forward_differences_would_not_reach_the_accuracy_of_central_ones(x):
    h = 1e-5
    forward = np.array([(f(x + h * e.reshape(3, 4)) - f(x)) / h for e in np.eye(12)]).reshape(3, 4)
    assert relative_error(forward, df(x)) > 100 * relative_error(numerical_gradient(f, x), df(x))


def test_the_report_names_the_entry_and_both_numbers(x):
    report = compare_gradients(f, x, one_entry_wrong(x))
    assert report.index == (1, 2)
    assert report.claimed - report.numerical == pytest.approx(0.01, rel=1e-4)
    assert "at entry (1, 2): claimed" in str(report)


def test_the_report_says_why_nothing_was_compared(x):
    assert str(compare_gradients(f, x, df(x).T)) == (
        "The gradient has shape (4, 3); expected (3, 4)."
    )
    assert "entry (2, 0) is nan" in str(compare_gradients(f, x, with_a_nan(x)))


def relu_sum(x):
    return float(np.maximum(x, 0).sum())


def test_a_kink_within_the_step_is_noticed_and_not_held_against_the_gradient():
    x = np.array([0.5, 3e-6, -4e-6, -0.5, 0.0])
    report = compare_gradients(relu_sum, x, (x > 0) * 1.0)
    assert report.kinks == ((1,), (2,), (4,))
    assert report.error < 1e-9
    assert "crosses a kink at 3 entries" in str(report)


def test_a_wrong_gradient_beside_a_kink_is_still_wrong():
    x = np.array([0.5, 3e-6])
    report = compare_gradients(relu_sum, x, np.array([1.001, 1.0]))
    assert report.error > 1e-4
    assert report.index == (0,)


def test_a_wrong_gradient_at_a_kink_is_still_wrong():
    report = compare_gradients(relu_sum, np.array([0.5, 3e-6]), np.array([1.0, 2.0]))
    assert report.kinks == ()
    assert report.index == (1,)


@pytest.mark.parametrize("order", ["C", "F"])
def test_numerical_gradient_leaves_x_alone_in_any_memory_order(x, order):
    x = np.array(x, order=order)
    before = x.copy()
    np.testing.assert_allclose(numerical_gradient(f, x), df(x), rtol=1e-7, atol=1e-9)
    np.testing.assert_array_equal(x, before)


def test_numerical_gradient_takes_integers_and_float32_in_double_precision():
    np.testing.assert_allclose(
        numerical_gradient(lambda x: float(x @ x), np.array([1, -3])), [2, -6], rtol=1e-8
    )
    x = np.array([1, -3], dtype=np.float32)
    np.testing.assert_allclose(numerical_gradient(lambda x: float(x @ x), x), [2, -6], rtol=1e-8)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_relative_error_is_symmetric_and_between_zero_and_one(a, b):
    assert relative_error(a, b) == relative_error(b, a)
    assert 0 <= relative_error(a, b) <= 1


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (0.0, 0.0, 0.0),
        (1.0, 3.0, 0.5),
        (1e-13, 0.0, 0.1),
        ([1.0, np.nan], [1.0, 1.0], np.inf),
        (np.inf, np.inf, np.inf),
        ([1.0, 2.0], [1.0, -2.0], 1.0),
    ],
)
def test_relative_error_at_its_edges(a, b, expected):
    assert relative_error(a, b) == pytest.approx(expected)


def test_relative_error_refuses_shapes_that_would_broadcast():
    with pytest.raises(ValueError, match=r"\(3, 1\).*\(3,\)"):
        relative_error(np.ones((3, 1)), np.ones(3))


NETWORKS = {
    "ReLU, three classes": lambda rng: (
        Sequential([Dense(5, 7, rng), ReLU(), Dense(7, 3, rng)]),
        SoftmaxCrossEntropy(),
        rng.normal(size=(6, 5)),
        np.array([0, 1, 2, 2, 1, 0]),
    ),
    "tanh and sigmoid, yes or no": lambda rng: (
        Sequential([Dense(5, 7, rng), Tanh(), Dense(7, 4, rng), Sigmoid(), Dense(4, 1, rng)]),
        BinaryCrossEntropy(),
        rng.normal(size=(6, 5)),
        np.array([0, 1, 1, 0, 1, 0]),
    ),
    "wide enough for random directions": lambda rng: (
        Sequential([Dense(40, 30, rng), Tanh(), Dense(30, 2, rng)]),
        MeanSquaredError(),
        rng.normal(size=(6, 40)),
        rng.normal(size=(6, 2)),
    ),
    "convolution and pooling": lambda rng: (
        Sequential(
            [Conv2D(2, 3, 3, rng, padding=1), ReLU(), MaxPool2D(2), Flatten(), Dense(18, 3, rng)]
        ),
        SoftmaxCrossEntropy(),
        rng.normal(size=(4, 2, 7, 5)),
        np.array([0, 1, 2, 2]),
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_gradient_of_a_network_agrees_with_central_differences(rng, name):
    network, loss, X, y = NETWORKS[name](rng)
    before = [W.copy() for W, _ in network.parameters]
    reports = check_network(network, loss, X, y)
    assert len(reports) == 2 * len(network.parameters)
    for parameter, report in reports.items():
        assert report.error < 1e-7, f"{parameter}: {report}"
    for (W, _), same in zip(network.parameters, before, strict=True):
        np.testing.assert_array_equal(W, same)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_whose_layer_is_wrong_by_a_thousandth_is_rejected(rng, name):
    network, loss, X, y = NETWORKS[name](rng)
    first = network.layers[0]
    backward = first.backward

    def slightly_wrong(dA, input_gradient=True):
        dX = backward(dA, input_gradient)
        first.gradients["W"] = first.gradients["W"] * 1.001
        return dX

    first.backward = slightly_wrong
    reports = check_network(network, loss, X, y)
    assert reports["layers[0].W"].error > 1e-4
    assert reports["layers[0].b"].error < 1e-7


def test_a_network_in_float32_is_not_checked_but_told_why(rng):
    network = Sequential([Dense(5, 3, rng, dtype=np.float32)])
    with pytest.raises(ValueError, match="needs float64"):
        check_network(network, SoftmaxCrossEntropy(), rng.normal(size=(4, 5)), np.arange(4) % 3)
