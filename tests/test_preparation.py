import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib.datasets import (
    augment_flip,
    confusion_matrix,
    images_to_features,
    standardize,
    train_validation_test_split,
)


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def test_features_are_the_pixels_in_reading_order_between_0_and_1(rng):
    images = rng.integers(0, 256, size=(5, 3, 4, 2), dtype=np.uint8)
    X = images_to_features(images)
    assert X.shape == (5, 24)
    assert X.dtype == np.float64
    assert np.array_equal(np.round(X * 255).astype(np.uint8).reshape(images.shape), images)
    assert not np.shares_memory(X, images)


@pytest.mark.parametrize("images", [np.zeros((5, 3, 4), np.uint8), np.zeros((5, 3, 4, 1))])
def test_features_of_anything_but_uint8_pictures_are_refused(images):
    with pytest.raises(ValueError, match=r"expected \(N, height, width, channels\) and uint8"):
        images_to_features(images)


def test_standardized_training_data_have_mean_0_and_deviation_1(rng):
    X_train, X_other = rng.normal(3, 5, size=(40, 6)), rng.normal(3, 5, size=(7, 6))
    train, other = standardize(X_train, X_other)
    assert np.allclose(train.mean(axis=0), 0, atol=1e-14)
    assert np.allclose(train.std(axis=0), 1)
    assert np.allclose(other * X_train.std(axis=0) + X_train.mean(axis=0), X_other)
    assert abs(other.mean()) > 1e-3


def test_a_constant_column_becomes_0_even_where_its_deviation_is_rounding(rng):
    X_train = np.column_stack([np.full(7, 0.1), rng.normal(size=7)])
    assert X_train[:, 0].std() > 0
    train, other = standardize(X_train, np.array([[0.7, 0.0]]))
    assert not train[:, 0].any()
    assert other[0, 0] == 0


def test_other_columns_are_refused():
    with pytest.raises(ValueError, match=r"X_train has shape \(4, 3\) and X_other \(5, 2\)"):
        standardize(np.ones((4, 3)), np.ones((5, 2)))


def test_float32_stays_float32(rng):
    train, other = standardize(*(rng.normal(size=(n, 3)).astype(np.float32) for n in (8, 5)))
    assert train.dtype == other.dtype == np.float32


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=4),
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(0, 99),
)
def test_a_split_covers_all_once_and_keeps_every_class_s_shares(counts, a, b, seed):
    y = np.repeat(np.arange(len(counts)), counts)
    if not len(y):
        return
    fractions = (a, (1 - a) * b, (1 - a) * (1 - b))
    parts = train_validation_test_split(y, fractions, np.random.default_rng(seed))
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(y)))
    for part, fraction in zip(parts, fractions, strict=True):
        for label, count in enumerate(counts):
            assert abs((y[part] == label).sum() - fraction * count) <= 1 + 1e-9


def test_a_split_is_shuffled_by_its_generator():
    y = np.arange(60) % 2
    first, again, other = (
        train_validation_test_split(y, (0.5, 0.3, 0.2), np.random.default_rng(seed))[0]
        for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert not np.array_equal(first, np.sort(first))


@pytest.mark.parametrize("fractions", [(0.5, 0.5), (0.5, 0.4, 0.2), (1.2, -0.1, -0.1)])
def test_fractions_that_do_not_sum_to_1_are_refused(fractions, rng):
    with pytest.raises(ValueError, match="expected three shares that sum to 1"):
        train_validation_test_split(np.zeros(9, int), fractions, rng)


def test_about_p_of_the_pictures_are_mirrored_whole_and_left_to_right(rng):
    images = rng.integers(0, 256, size=(2000, 2, 3, 1), dtype=np.uint8)
    flipped = augment_flip(images, rng, p=0.3)
    same = (flipped == images).all(axis=(1, 2, 3))
    mirrored = (flipped == images[:, :, ::-1]).all(axis=(1, 2, 3))
    assert (same | mirrored).all()
    assert 0.26 < (~same).mean() < 0.34
    assert flipped.dtype == np.uint8
    assert not np.shares_memory(augment_flip(images, rng, p=0.0), images)


def test_confusion_counts_every_repeat_in_the_row_of_the_truth():
    matrix = confusion_matrix([0, 0, 0, 2, 2], [1, 1, 0, 2, 0], 3)
    assert matrix.tolist() == [[1, 2, 0], [0, 0, 0], [1, 0, 1]]
    assert confusion_matrix([], [], 2).tolist() == [[0, 0], [0, 0]]


def test_labels_outside_the_classes_and_different_lengths_are_refused():
    with pytest.raises(ValueError, match="y_predicted holds labels from 0 to 2; expected 0 to 1"):
        confusion_matrix([0, 1], [0, 2], 2)
    with pytest.raises(ValueError, match="y_true holds labels from -1 to 1"):
        confusion_matrix([-1, 1], [0, 1], 2)
    with pytest.raises(ValueError, match=r"y_true has shape \(2,\) and y_predicted \(3,\)"):
        confusion_matrix([0, 1], [0, 1, 1], 2)
