"""Learning rates: how large, and how they change."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib.schedules import (
    Constant,
    CosineDecay,
    StepDecay,
    cosine_decay,
    largest_stable_learning_rate,
    learning_rate_range_test,
    step_decay,
)


def descend(A, learning_rate, steps=2000):
    x = np.ones(len(A))
    for _ in range(steps):
        x = x - learning_rate * (A @ x)
    return np.linalg.norm(x)


def test_just_below_the_limit_descent_arrives_and_just_above_it_runs_away(rng):
    B = rng.normal(size=(5, 4))
    A = B.T @ B + np.eye(4)
    limit = largest_stable_learning_rate(A)
    assert descend(A, 0.99 * limit) < 1e-3
    assert descend(A, 1.01 * limit) > 1e3


@pytest.mark.parametrize("A", [np.ones((2, 3)), np.array([[1.0, 2.0], [0.0, 1.0]]), np.ones(3)])
def test_a_matrix_that_is_not_symmetric_is_refused(A):
    with pytest.raises(ValueError, match="symmetric"):
        largest_stable_learning_rate(A)


@given(st.integers(0, 200))
def test_step_decay_falls_exactly_at_its_steps(epoch):
    rate = step_decay(0.8, epoch, 0.5, 7)
    assert rate == 0.8 * 0.5 ** (epoch // 7)
    assert StepDecay(0.8, drop=0.5, every=7)(epoch) == rate


@given(st.integers(0, 49))
def test_cosine_decay_falls_from_start_to_final_and_is_symmetric(step):
    def rate(step):
        return cosine_decay(0.9, step, 50, final=0.1)

    assert rate(step + 1) < rate(step)
    assert rate(step) + rate(50 - step) == pytest.approx(1.0)
    assert CosineDecay(0.9, total_steps=50, final=0.1)(step) == rate(step)


def test_cosine_decay_starts_ends_and_stays():
    assert [cosine_decay(0.9, step, 50, 0.1) for step in (0, 50, 80)] == pytest.approx(
        [0.9, 0.1, 0.1]
    )


def test_a_constant_schedule_stays():
    assert {Constant(0.3)(step) for step in range(5)} == {0.3}


def test_the_range_test_starts_from_the_same_place_every_time():
    def loss_and_grads(params):
        [(W, b)] = params
        return float((W**2).sum() + (b**2).sum()), [(2 * W, 2 * b)]

    params = [(np.array([[2.0, 1.0]]), np.array([3.0, 0.5]))]
    start, _ = loss_and_grads(params)
    rates = [0.0, 0.25, 0.5, 1.0, 1e200]
    losses = learning_rate_range_test(loss_and_grads, params, rates)
    np.testing.assert_allclose(losses, [start, start / 4, 0, start, np.inf])
    np.testing.assert_array_equal(params[0][0], [[2.0, 1.0]])
