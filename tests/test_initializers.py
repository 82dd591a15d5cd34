"""How networks start."""

from itertools import pairwise

import numpy as np
import pytest

from nnlib.initializers import glorot_init, he_init


@pytest.mark.parametrize("sizes", [(300, 200), (50, 400, 30)])
@pytest.mark.parametrize(
    ("init", "variance"),
    [
        (he_init, lambda fan_in, fan_out: 2 / fan_in),
        (glorot_init, lambda fan_in, fan_out: 2 / (fan_in + fan_out)),
    ],
)
def test_weights_have_the_promised_variance_and_biases_are_zero(rng, sizes, init, variance):
    params = init(sizes, rng)
    assert [W.shape for W, _ in params] == list(pairwise(sizes))
    for W, b in params:
        expected = variance(*W.shape)
        # The variance of n draws scatters by sqrt(2/n) for a normal distribution.
        assert W.var() == pytest.approx(expected, rel=5 * np.sqrt(2 / W.size))
        assert abs(W.mean()) < 5 * np.sqrt(expected / W.size)
        assert b.shape == W.shape[1:]
        assert not b.any()


def test_a_generator_in_the_same_state_draws_the_same_network():
    one = he_init([3, 4, 2], np.random.default_rng(7))
    two = he_init([3, 4, 2], np.random.default_rng(7))
    for (W, _), (V, _) in zip(one, two, strict=True):
        np.testing.assert_array_equal(W, V)


def test_he_keeps_the_size_of_signals_through_twenty_relu_layers(rng):
    A = rng.normal(size=(50, 256))
    for W, _ in he_init([256] * 21, rng):
        A = np.maximum(A @ W, 0)
    assert 0.2 < np.sqrt((A**2).mean()) < 5
