"""Where the error begins, and how it passes through a dense layer: slopes and shapes."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from matplotlib.patches import Rectangle

from nnlib.figures.base import Figure, drawing
from nnlib.figures.learner import Function, answer
from nnlib.figures.style import COLORS, INK, QUIET, TINTS, WIDTH, blank, canvas, listed

UNIT = 0.29  # inches: the side of a matrix entry

_Matrix: TypeAlias = tuple[str, tuple[int, int], Callable[[int, int], bool]]
"""What stands before it and its name, its shape, and which of its entries are marked."""


@drawing
def backward_shapes(N: int = 4, D: int = 3, H: int = 2) -> Figure:
    """The shapes in a dense layer's three gradients, with what one entry of each is made of.

    Parameters
    ----------
    N, D, H : int
        Examples, inputs, neurons.

    Returns
    -------
    Figure
    """
    heights = [max(N, H), max(N, D), N]
    figure = canvas(UNIT * (sum(heights) + 1.7 * len(heights)))
    figure.set_layout_engine("none")
    axes = blank(figure.add_axes((0.0, 0.0, 1.0, 1.0)))
    axes.set(xlim=(-0.6, WIDTH / UNIT - 0.6), ylim=(-sum(heights) - 1.7 * len(heights), 0))
    i, j, d = min(1, N - 1), H - 1, D - 1  # the example, the neuron and the input that are marked
    rows: list[tuple[str, list[_Matrix]]] = [
        (f"{H} products,\none per neuron", [
            ("dX", (N, D), lambda r, c: (r, c) == (i, d)),
            ("= dZ", (N, H), lambda r, c: r == i),
            ("@ W.T", (H, D), lambda r, c: c == d),
        ]),
        (f"{N} products,\none per example", [
            ("dW", (D, H), lambda r, c: (r, c) == (d, j)),
            ("= X.T", (D, N), lambda r, c: r == d),
            ("@ dZ", (N, H), lambda r, c: c == j),
        ]),
        (f"{N} numbers,\none per example", [
            ("db", (1, H), lambda r, c: c == j),
            ("= sum over the rows of dZ", (N, H), lambda r, c: c == j),
        ]),
    ]  # fmt: skip
    top = 0.0
    for height, (words, matrices) in zip(heights, rows, strict=True):
        middle, x = top - 1.4 - height / 2, 0.0
        for number, (name, shape, marked) in enumerate(matrices):
            sign, _, name = name.rpartition(" ")
            gap = 1.5 + 0.33 * max(len(sign) - 1, 0) if number else 0.0
            axes.text(x + gap / 2, middle, sign, ha="center", va="center")
            _matrix(axes, (x + gap, middle), shape, name, marked, 0 if number else 4)
            x += gap + max(shape[1], 2.2)
        axes.text(16.8, middle, words, va="center", color=QUIET, linespacing=1.3)
        top -= height + 1.7
    return Figure(
        figure,
        f"Drawing of three products. dX ({N}, {D}) is dZ ({N}, {H}) times W.T ({H}, {D}): an entry "
        f"adds {H} products, one per neuron. dW ({D}, {H}) is X.T ({D}, {N}) times dZ ({N}, {H}): "
        f"an entry adds {N} products, one per example. db ({H},) is the sum of the {N} rows of dZ.",
    )


def _matrix(
    axes: Any,
    place: tuple[float, float],
    shape: tuple[int, int],
    name: str,
    marked: Callable[[int, int], bool],
    kind: int,
) -> None:
    """A grid of entries whose left edge and middle height are given, with its name above."""
    (x, middle), (rows, columns) = place, shape
    for r in range(rows):
        for c in range(columns):
            axes.add_patch(Rectangle((x + c, middle + rows / 2 - r - 1), 1, 1, edgecolor=INK,
                           facecolor=TINTS[kind] if marked(r, c) else "white", linewidth=1.0,
                           hatch="///" if marked(r, c) and kind else None))  # fmt: skip
    text = f"({columns},)" if name == "db" else f"({rows}, {columns})"
    axes.text(
        x + columns / 2, middle + rows / 2 + 0.25, f"{name} {text}", ha="center", fontsize=9.5
    )


@drawing
def where_the_error_begins(
    backward: Function,
    softmax: Function,
    logits: Sequence[float],
    label: int,
    classes: Sequence[str],
) -> Figure:
    """One example's probabilities beside the derivative of its loss with respect to each logit.

    Parameters
    ----------
    backward : callable
        ``(logits (N, C), y (N,))`` to ndarray of shape (N, C).
    softmax : callable
        ndarray of shape (N, C) to ndarray of shape (N, C).
    logits : sequence of C floats
    label : int
    classes : sequence of C strings

    Returns
    -------
    Figure
    """
    row = np.array([logits], dtype=float)
    slopes = answer(backward, row, np.array([label]), shape=row.shape)[0]
    probabilities = answer(softmax, row, shape=row.shape)[0]
    names = [f"{name} (label)" if k == label else name for k, name in enumerate(classes)]
    figure = canvas(0.9 + 0.42 * len(names))
    left, right = figure.subplots(1, 2, sharey=True)
    for axes, values in ((left, probabilities), (right, slopes)):
        kinds = [int(value < 0) for value in values]
        bars = axes.barh(range(len(names)), values, color=[TINTS[k] for k in kinds],
                         edgecolor=[COLORS[k] for k in kinds])  # fmt: skip
        axes.bar_label(bars, [f"{v:.3f}".replace("-", "−") for v in values], padding=4)
        axes.axvline(0, color=QUIET, linewidth=0.8)
        axes.margins(x=0.25)
        axes.tick_params(left=False)
        axes.spines["left"].set_visible(False)
    left.set(title="probability", yticks=range(len(names)), yticklabels=names)
    right.set_title("slope of the loss by the logit")
    left.invert_yaxis()
    pairs = zip(names, probabilities, slopes, strict=True)
    facts = [f"{name} has probability {p:.3f} and slope {s:.3f}" for name, p, s in pairs]
    return Figure(figure, f"Two bar charts for one example. {listed(facts)}.")
