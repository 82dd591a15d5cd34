"""Where a classifier says which class: decision regions, with the data on top."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.colors import ListedColormap

from nnlib.arrays import Array
from nnlib.figures.base import Figure, drawing
from nnlib.figures.learner import Function, Unusable, answer
from nnlib.figures.style import COLORS, INK, MARKERS, TINTS, canvas, listed

GRID = 240


@drawing
def scatter(X: Array, y: Array) -> Figure:
    """A data set of points in the plane, one marker and color per class.

    Parameters
    ----------
    X : ndarray of shape (N, 2)
    y : ndarray of shape (N,)
        Labels 0 to C-1.

    Returns
    -------
    Figure
    """
    figure = canvas(4.2, 5.0)
    axes = figure.subplots()
    points(axes, X, y)
    low, high, _ = window(X)
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    counts = listed(f"{count} of class {label}" for label, count in enumerate(np.bincount(y)))
    return Figure(
        figure,
        f"Scatter plot of {len(X)} points: {counts}. x1 runs from {X[:, 0].min():.1f} to "
        f"{X[:, 0].max():.1f}, x2 from {X[:, 1].min():.1f} to {X[:, 1].max():.1f}.",
    )


@drawing
def decision_region(predict: Function, X: Array, y: Array, title: str = "") -> Figure:
    """The plane, tinted by the class that `predict` gives each place, under the data.

    Parameters
    ----------
    predict : callable
        ndarray of shape (N, 2) to labels (N,), scores or probabilities (N, C), or one score or
        probability per point, (N,) or (N, 1): see `labels_of`.
    X : ndarray of shape (N, 2)
    y : ndarray of shape (N,)
        Labels 0 to C-1, at most 7 classes.
    title : str

    Returns
    -------
    Figure
    """
    return _regions({title: predict}, X, y, canvas(4.2, 5.0))


@drawing
def decision_regions(classifiers: Mapping[str, Function], X: Array, y: Array) -> Figure:
    """Several classifiers side by side on the same data, such as under- and overfitting ones.

    Parameters
    ----------
    classifiers : mapping of title to predict
        Each as in `decision_region`; two or three fit.
    X : ndarray of shape (N, 2)
    y : ndarray of shape (N,)

    Returns
    -------
    Figure
    """
    return _regions(classifiers, X, y, canvas(0.9 + 6.6 / len(classifiers)))


def labels_of(predict: Function, X: Array) -> Array:
    """Ask `predict` and read its answer as labels.

    Rows of C > 1 numbers mean the largest wins. One number per point is a label when all are whole,
    a probability (of class 1, from 0.5 on) when all lie in [0, 1], and otherwise a score, positive
    for class 1.

    Parameters
    ----------
    predict : callable
    X : ndarray of shape (N, 2)

    Returns
    -------
    ndarray of shape (N,) of ints

    Raises
    ------
    Unusable
        For another shape, or a label outside 0 to 6.
    """
    values = answer(predict, X, shape=[(len(X),), (len(X), None)])
    if values.ndim == 2 and values.shape[1] > 1:
        return np.asarray(values.argmax(axis=1))
    values = values.reshape(len(X))
    if (values == np.round(values)).all():
        if values.min() < 0 or values.max() >= len(COLORS):
            raise Unusable(
                f"predict returned labels from {values.min():g} to {values.max():g}; "
                f"this figure needs labels from 0 to {len(COLORS) - 1}."
            )
        return values.astype(int)
    threshold = 0.5 if values.min() >= 0 and values.max() <= 1 else 0.0
    return (values > threshold).astype(int)


def points(axes: Any, X: Array, y: Array, size: float = 26) -> None:
    """Put the data on `axes`, with one legend of classes above the figure."""
    for label in np.unique(y):
        axes.scatter(
            *X[y == label].T,
            s=size,
            color=COLORS[label],
            marker=MARKERS[label],
            edgecolor="white",
            linewidth=0.6,
            label=f"class {label}",
        )
    axes.set(xlabel="x1", ylabel="x2", aspect="equal")
    figure = axes.figure
    if not figure.legends:
        figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=7,
                      handletextpad=0.1, columnspacing=1.0)  # fmt: skip


def window(X: Array) -> tuple[Array, Array, Array]:
    """Low and high corner of a square that holds the data, and a grid of places in it."""
    middle = (X.min(axis=0) + X.max(axis=0)) / 2
    reach = 0.55 * float((X.max(axis=0) - X.min(axis=0)).max()) or 1.0
    steps = np.linspace(-reach, reach, GRID)
    places = np.stack(np.meshgrid(*(middle[:, None] + steps)), axis=-1).reshape(-1, 2)
    return middle - reach, middle + reach, places


def tint(axes: Any, low: Array, high: Array, labels: Array) -> None:
    """Color the square by class and draw a line between the classes."""
    field = labels.reshape(GRID, GRID)
    extent = (low[0], high[0], low[1], high[1])
    axes.imshow(
        field,
        extent=extent,
        origin="lower",
        vmin=0,
        vmax=len(TINTS) - 1,
        cmap=ListedColormap(TINTS),
    )
    for label in range(field.max()):
        if (field <= label).any():
            axes.contour(
                field > label, [0.5], extent=extent, origin="lower", colors=INK, linewidths=1.2
            )


def _regions(classifiers: Mapping[str, Function], X: Array, y: Array, figure: Any) -> Figure:
    low, high, places = window(X)
    facts = []
    panels = figure.subplots(1, len(classifiers), squeeze=False, sharey=True)[0]
    for axes, (title, predict) in zip(panels, classifiers.items(), strict=True):
        right = labels_of(predict, X) == y
        labels = labels_of(predict, places)
        tint(axes, low, high, labels)
        points(axes, X, y)
        axes.set_title(f"{title + ': ' if title else ''}{right.mean():.1%} right")
        axes.label_outer()
        shares = np.bincount(labels, minlength=int(y.max()) + 1) / len(labels)
        covers = listed(f"class {label} {share:.0%}" for label, share in enumerate(shares))
        facts.append(
            f"{title or 'The classifier'} puts {right.sum()} of {len(X)} points in their own "
            f"class's region; of the plane shown it gives {covers}."
        )
    return Figure(figure, f"Decision regions with the data on top. {' '.join(facts)}")
