"""Penalties with their gradients, early stopping, clipping."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib.gradcheck import compare_gradients
from nnlib.regularizers import (
    L1,
    L2,
    add_l2_gradient,
    clip_gradients,
    early_stopping_epoch,
    l2_penalty,
)


@pytest.fixture
def params(rng):
    return [(rng.normal(size=(5, 4)), rng.normal(size=4)), (rng.normal(size=(4, 3)), np.ones(3))]


@pytest.fixture
def grads(rng):
    return [
        (rng.normal(size=(5, 4)), rng.normal(size=4)),
        (rng.normal(size=(4, 3)), rng.normal(size=3)),
    ]


@pytest.mark.parametrize("regularizer", [L2(0.3), L1(0.3)])
@pytest.mark.parametrize("layer", [0, 1])
def test_a_penalty_and_its_gradient_belong_together(params, grads, regularizer, layer):
    zeros = [(np.zeros_like(W), np.zeros_like(b)) for W, b in params]
    dW, db = regularizer.add_gradient(zeros, params)[layer]

    def penalty(W):
        return regularizer.penalty([*params[:layer], (W, params[layer][1]), *params[layer + 1 :]])

    assert compare_gradients(penalty, params[layer][0], dW).error < 1e-7
    assert not db.any()
    added = regularizer.add_gradient(grads, params)[layer][0]
    np.testing.assert_allclose(added, grads[layer][0] + dW)


def test_the_penalty_leaves_biases_out(params):
    larger = [(W, 10 * b) for W, b in params]
    assert l2_penalty(params, 0.3) == l2_penalty(larger, 0.3)
    assert l2_penalty(params, 0.3) == pytest.approx(0.15 * sum((W**2).sum() for W, _ in params))


def test_adding_the_gradient_changes_no_argument(params, grads):
    before = [W.copy() for W, _ in grads]
    add_l2_gradient(grads, params, 0.3)
    for (W, _), copy in zip(grads, before, strict=True):
        np.testing.assert_array_equal(W, copy)


@pytest.mark.parametrize(
    ("losses", "patience", "best"),
    [
        ([3, 2, 1], 1, 2),
        ([1, 2, 0], 1, 0),
        ([1, 2, 0], 2, 2),
        ([3, 2, 2.5, 2, 1], 2, 1),
        ([3, 2, 2.5, 1.5, 9, 9, 9, 0], 3, 3),
        ([2, 2, 2], 3, 0),
        ([3, np.nan, 2, np.nan], 2, 2),
        ([3, np.nan, np.nan, 1], 2, 0),
        ([5], 1, 0),
    ],
)
def test_early_stopping_goes_back_to_the_best_epoch_it_saw(losses, patience, best):
    assert early_stopping_epoch(losses, patience) == best


def test_a_patience_of_nothing_is_refused():
    with pytest.raises(ValueError, match="patience is 0"):
        early_stopping_epoch([1.0], 0)


def norm(grads):
    return np.sqrt(sum((g**2).sum() for pair in grads for g in pair))


@given(max_norm=st.floats(0.01, 100))
def test_clipping_keeps_the_direction_and_bounds_the_common_norm(max_norm):
    rng = np.random.default_rng(3)
    grads = [(rng.normal(size=(5, 4)), rng.normal(size=4)), (rng.normal(size=(4, 3)), np.ones(3))]
    clipped = clip_gradients(grads, max_norm)
    assert norm(clipped) == pytest.approx(min(norm(grads), max_norm))
    ratio = clipped[0][0] / grads[0][0]
    np.testing.assert_allclose(ratio, ratio[0, 0])
    np.testing.assert_allclose(clipped[1][1] / grads[1][1], ratio[0, 0])


def test_zero_gradients_stay_zero():
    clipped = clip_gradients([(np.zeros((2, 3)), np.zeros(3))], 1.0)
    assert not clipped[0][0].any()


def test_clipping_float32_neither_overflows_nor_widens():
    clipped = clip_gradients([(np.full((2, 3), 1e30, np.float32), np.zeros(3, np.float32))], 1.0)
    assert clipped[0][0].dtype == np.float32
    assert norm(clipped) == pytest.approx(1.0, rel=1e-6)
