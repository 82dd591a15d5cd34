"""Drawings of arrays: their numbers, which axis a sum runs along, what broadcasting does."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from nnlib.arrays import Array
from nnlib.figures.base import Figure, drawing
from nnlib.figures.learner import usable
from nnlib.figures.style import INK, QUIET, TINTS, blank, canvas, listed

WIDE, HIGH = 1.5, 1.0  # one entry, in the drawing's own units


@drawing
def number_tables(arrays: Mapping[str, ArrayLike], marked: Mapping[str, ArrayLike] = {}) -> Figure:
    """Small matrices side by side, each under its title; unmarked entries stand on a white ground.

    Parameters
    ----------
    arrays : mapping of title to array_like of shape (rows, columns)
    marked : mapping of title to array_like of bool, of the same shape, optional
        Which entries of an array to show on colored ground; all of them unless given.

    Returns
    -------
    Figure
    """
    tables = {name: usable(values, (None, None), f"{name} is") for name, values in arrays.items()}
    rows = max(len(values) for values in tables.values())
    figure = canvas(0.45 + 0.34 * rows)
    axes = blank(figure.subplots())
    left, facts = 0.0, []
    for number, (name, values) in enumerate(tables.items()):
        mine = np.broadcast_to(np.asarray(marked.get(name, True), bool), values.shape)
        _grid(axes, values, (left, 0), number, mine)
        axes.text(left, 0.25, name, ha="left")
        left += values.shape[1] * WIDE + 1.5
        words = "" if mine.all() else f", marked {_row(values[mine])}"
        facts.append(f"{name}, shape {values.shape}: {_rows(values)}{words}")
    axes.set(xlim=(-0.1, max(left - 1.4, 22)), ylim=(-rows * HIGH - 0.1, 0.95))
    return Figure(figure, f"Tables of numbers, rows in parentheses. {'. '.join(facts)}.")


@drawing
def axis_sums(X: ArrayLike) -> Figure:
    """A matrix with its sums along axis 0 below it and its sums along axis 1 beside it.

    Parameters
    ----------
    X : array_like of shape (N, D)

    Returns
    -------
    Figure
    """
    X = np.asarray(X)
    N, D = X.shape
    figure = canvas(0.55 + 0.36 * (N + 3))
    axes = blank(figure.subplots())
    down, beside = X.sum(axis=0), X.sum(axis=1)
    right, below = (D + 1.4) * WIDE, -(N + 1.2) * HIGH
    _grid(axes, X, (0, 0), 0)
    _grid(axes, down[None], (0, below), 1)
    _grid(axes, beside[:, None], (right, 0), 2)
    _arrow(axes, (-0.45, 0), (-0.45, -N * HIGH), "axis 0", (-0.65, -N * HIGH / 2), "right")
    _arrow(axes, (0, 0.35), (D * WIDE, 0.35), "axis 1", (D * WIDE / 2, 0.5), "center")
    text = f"X.sum(axis=0), shape {down.shape}"
    axes.text(D * WIDE + 0.4, below - HIGH / 2, text, va="center")
    text = f"X.sum(axis=1), shape {beside.shape}"
    axes.text(right + WIDE + 0.4, -N * HIGH / 2, text, va="center")
    axes.set(xlim=(-3, right + 7.5), ylim=(below - HIGH - 0.1, 1.2))
    return Figure(
        figure,
        f"Drawing of a matrix of shape ({N}, {D}), rows {_rows(X)}. Axis 0 points down, axis 1 to "
        f"the right. The sum along axis 0 is {_row(down)}, one number per column; the sum along "
        f"axis 1 is {_row(beside)}, one number per row.",
    )


@drawing
def broadcasting(a: ArrayLike, b: ArrayLike) -> Figure:
    """What ``a + b`` does with two shapes: entries that are repeated stand on a white ground.

    Parameters
    ----------
    a, b : array_like of one or two dimensions
        Shapes that broadcast.

    Returns
    -------
    Figure
    """
    a, b = np.asarray(a), np.asarray(b)
    total = np.atleast_2d(a + b)
    N, D = total.shape
    figure = canvas(0.6 + 0.36 * N)
    axes = blank(figure.subplots())
    left = 0.0
    for number, (array, sign) in enumerate(((a, "+"), (b, "="), (a + b, ""))):
        own = np.atleast_2d(array).shape
        mine = np.zeros(total.shape, bool)
        mine[: own[0], : own[1]] = True
        _grid(axes, np.broadcast_to(array, total.shape), (left, 0), number, mine)
        stretched = "" if own == total.shape else f", used as {total.shape}"
        axes.text(left, 0.25, f"{array.shape}{stretched}", ha="left")
        left += D * WIDE
        axes.text(left + 0.75, -N * HIGH / 2, sign, ha="center", va="center", fontsize=14)
        left += 1.5
    axes.set(xlim=(-0.1, max(left - 1.3, 15)), ylim=(-N * HIGH - 0.1, 0.95))
    return Figure(
        figure,
        f"Drawing of a sum of two arrays. Shape {a.shape}, {_rows(a)}, plus shape {b.shape}, "
        f"{_rows(b)}, is shape {(a + b).shape}, {_rows(a + b)}. Entries that are repeated to fit "
        "stand on a white ground.",
    )


def _grid(
    axes: Any,
    values: Array,
    corner: tuple[float, float],
    tint: int,
    marked: ArrayLike = True,
) -> None:
    """Boxes with numbers from `corner` right and down; only marked ones are tinted."""
    marks = np.broadcast_to(marked, values.shape)
    for (i, j), value in np.ndenumerate(values):
        mine = marks[i, j]
        place = (corner[0] + j * WIDE, corner[1] - (i + 1) * HIGH)
        axes.add_patch(
            Rectangle(
                place,
                WIDE,
                HIGH,
                facecolor=TINTS[tint] if mine else "white",
                edgecolor=INK if mine else QUIET,
                linestyle="-" if mine else ":",
                zorder=2 if mine else 1,
            )
        )
        text = f"{value:g}".replace("-", "−")
        middle = (place[0] + WIDE / 2, place[1] + HIGH / 2)
        axes.text(*middle, text, ha="center", va="center", color=INK if mine else QUIET, zorder=3)


def _arrow(
    axes: Any,
    start: tuple[float, float],
    end: tuple[float, float],
    text: str,
    place: tuple[float, float],
    side: str,
) -> None:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": QUIET})
    axes.text(*place, text, ha=side, va="bottom" if side == "center" else "center", color=QUIET)


def _rows(array: Array) -> str:
    return listed(_row(row) for row in np.atleast_2d(array))


def _row(row: Array) -> str:
    return f"({', '.join(f'{value:g}' for value in row)})"
