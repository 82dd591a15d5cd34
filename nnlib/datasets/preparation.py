"""From pictures to numbers a network can learn from, and from answers to a table of mistakes."""

from collections.abc import Sequence

import numpy as np

from nnlib.arrays import Array, as_floats


def images_to_features(images: Array) -> Array:
    """One row of numbers per picture, scaled from 0…255 to 0…1.

    Parameters
    ----------
    images : ndarray of shape (N, height, width, channels), uint8

    Returns
    -------
    ndarray of shape (N, height * width * channels)
        float64, in [0, 1].

    Raises
    ------
    ValueError
        When `images` has another shape or dtype.

    Examples
    --------
    >>> images_to_features(np.array([[[[0], [51]], [[102], [255]]]], dtype=np.uint8))
    array([[0. , 0.2, 0.4, 1. ]])
    """
    if images.ndim != 4 or images.dtype != np.uint8:
        raise ValueError(
            f"images has shape {images.shape} and dtype {images.dtype}; "
            "expected (N, height, width, channels) and uint8."
        )
    return np.asarray(images.reshape(len(images), -1) / 255.0)


def center_columns(X: Array) -> Array:
    """Subtract from each column its mean.

    Parameters
    ----------
    X : ndarray of shape (N, D)

    Returns
    -------
    ndarray of shape (N, D)

    Examples
    --------
    >>> center_columns(np.array([[1.0, 10.0], [3.0, 40.0]]))
    array([[ -1., -15.],
           [  1.,  15.]])
    """
    return np.asarray(X - X.mean(axis=0))


def standardize(X_train: Array, X_other: Array) -> tuple[Array, Array]:
    """Give each column mean 0 and standard deviation 1, as measured on the training data.

    Parameters
    ----------
    X_train : ndarray of shape (N, D)
    X_other : ndarray of shape (M, D)
        Validation or test data: scaled by the statistics of `X_train`, never by its own.

    Returns
    -------
    two ndarrays of shapes (N, D) and (M, D)
        A column that is constant in `X_train` becomes 0 in both.

    Examples
    --------
    >>> standardize(np.array([[1.0, 7.0], [3.0, 7.0]]), np.array([[5.0, 8.0]]))
    (array([[-1.,  0.],
           [ 1.,  0.]]), array([[3., 0.]]))
    """
    X_train, X_other = as_floats(X_train, "X_train"), as_floats(X_other, "X_other")
    if X_train.ndim != 2 or X_other.shape[1:] != X_train.shape[1:]:
        raise ValueError(
            f"X_train has shape {X_train.shape} and X_other {X_other.shape}; "
            "expected (N, D) and (M, D) with the same D."
        )
    varies = X_train.max(axis=0) > X_train.min(axis=0)  # a sum's rounding can make std 1e-17, not 0
    mean, scale = X_train.mean(axis=0), np.where(varies, X_train.std(axis=0), 1)
    train, other = ((X - mean) / scale * varies for X in (X_train, X_other))
    return train, other


def train_validation_test_split(
    y: Array, fractions: Sequence[float], rng: np.random.Generator
) -> tuple[Array, Array, Array]:
    """Shuffle the examples into three parts, each class by the same fractions.

    Parameters
    ----------
    y : ndarray of shape (N,)
        Labels.
    fractions : three floats
        Shares of training, validation and test; they sum to 1.
    rng : numpy Generator

    Returns
    -------
    three ndarrays of indices
        Disjoint, together 0 to N-1; in each part every class is within one example of its share.

    Raises
    ------
    ValueError
        When the fractions are not three shares that sum to 1.

    Examples
    --------
    >>> y = np.array([0] * 10 + [1] * 20)
    >>> parts = train_validation_test_split(y, (0.7, 0.2, 0.1), np.random.default_rng(0))
    >>> [np.bincount(y[part]).tolist() for part in parts]
    [[7, 14], [2, 4], [1, 2]]
    """
    if len(fractions) != 3 or min(fractions) < 0 or abs(sum(fractions) - 1) > 1e-9:
        raise ValueError(f"fractions is {fractions}; expected three shares that sum to 1.")
    parts: list[list[Array]] = [[], [], []]
    for label in np.unique(y):
        members = rng.permutation(np.flatnonzero(y == label))
        cuts = np.round(np.cumsum(fractions[:2]) * len(members)).astype(int)
        for part, chosen in zip(parts, np.split(members, cuts), strict=True):
            part.append(chosen)
    train, validation, test = (rng.permutation(np.concatenate(part)) for part in parts)
    return train, validation, test


def augment_flip(images: Array, rng: np.random.Generator, p: float = 0.5) -> Array:
    """Mirror each picture left to right with probability `p`; a mirrored cat is still a cat.

    Parameters
    ----------
    images : ndarray of shape (N, height, width, channels)
    rng : numpy Generator
    p : float

    Returns
    -------
    ndarray of the same shape and dtype

    Examples
    --------
    >>> images = np.array([[[[1], [2], [3]]]], dtype=np.uint8)
    >>> augment_flip(images, np.random.default_rng(0), p=1.0)[0, 0, :, 0]
    array([3, 2, 1], dtype=uint8)
    """
    mirrored = rng.random(len(images)) < p
    return np.where(mirrored[:, None, None, None], images[:, :, ::-1], images)


def confusion_matrix(y_true: Array, y_predicted: Array, classes: int) -> Array:
    """Count how often each class was taken for each.

    Parameters
    ----------
    y_true, y_predicted : ndarray of shape (N,)
        Labels 0 to C-1.
    classes : int
        The number C.

    Returns
    -------
    ndarray of shape (C, C) of ints
        Entry (t, p): examples of class t that were called p.

    Raises
    ------
    ValueError
        When the lengths differ or a label lies outside 0 to C-1.

    Examples
    --------
    >>> confusion_matrix(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]), 2)
    array([[1, 1],
           [0, 2]])
    """
    y_true, y_predicted = np.asarray(y_true), np.asarray(y_predicted)
    if y_true.shape != y_predicted.shape or y_true.ndim != 1:
        raise ValueError(
            f"y_true has shape {y_true.shape} and y_predicted {y_predicted.shape}; "
            "expected (N,) for both."
        )
    for name, labels in (("y_true", y_true), ("y_predicted", y_predicted)):
        if len(labels) and not (labels.min() >= 0 and labels.max() < classes):
            raise ValueError(
                f"{name} holds labels from {labels.min()} to {labels.max()}; "
                f"expected 0 to {classes - 1}."
            )
    counts = np.bincount(
        y_true.astype(int) * classes + y_predicted.astype(int), minlength=classes**2
    )
    return counts.reshape(classes, classes)
