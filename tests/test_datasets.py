import numpy as np
import pytest

from nnlib import datasets

TOY_SETS = [datasets.xor, datasets.spirals, datasets.moons, datasets.circles]


@pytest.mark.parametrize("make", TOY_SETS)
def test_a_toy_set_has_n_rows_both_classes_and_finite_numbers(make):
    X, y = make(37, 5)
    assert X.shape == (37, 2)
    assert y.shape == (37,)
    assert np.isfinite(X).all()
    assert sorted(np.bincount(y).tolist()) == [18, 19]


@pytest.mark.parametrize("make", [*TOY_SETS, datasets.noisy_line])
def test_the_same_seed_draws_the_same_set_and_a_generator_goes_on(make):
    first, again, other = make(11, 3), make(11, 3), make(11, 4)
    assert np.array_equal(first[0], again[0])
    assert not np.array_equal(first[0], other[0])
    rng = np.random.default_rng(3)
    assert np.array_equal(make(11, rng)[0], first[0])
    assert not np.array_equal(make(11, rng)[0], first[0])


@pytest.mark.parametrize("make", [*TOY_SETS, datasets.noisy_line])
def test_an_empty_set_is_refused(make):
    with pytest.raises(ValueError, match="n is 0; a data set needs at least 1 example"):
        make(0, 1)


@pytest.mark.parametrize("make", TOY_SETS)
def test_no_toy_set_can_be_told_apart_by_a_line(make):
    X, y = make(600, 7)
    features = np.column_stack([X, np.ones(len(X))])
    w = np.linalg.lstsq(features, 2.0 * y - 1, rcond=None)[0]
    assert ((features @ w > 0) == y).mean() < 0.93


def test_spirals_may_have_more_classes():
    _, y = datasets.spirals(31, 0, classes=3)
    assert np.bincount(y).tolist() == [11, 10, 10]


def test_noisy_line_scatters_around_its_line():
    X, y = datasets.noisy_line(4000, 2, slope=-2.0, intercept=1.0, noise=0.5)
    residuals = y - (-2.0 * X[:, 0] + 1.0)
    assert X.shape == (4000, 1)
    assert abs(residuals.mean()) < 0.04
    assert 0.48 < residuals.std() < 0.52
