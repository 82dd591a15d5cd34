"""Drawings of a neuron, of a network, and of the shapes in ``Z = X @ W + b``."""

from collections.abc import Sequence
from itertools import pairwise, product
from typing import Any, TypeAlias

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle, Rectangle

from nnlib.figures.base import Figure, drawing
from nnlib.figures.learner import Function, answer
from nnlib.figures.style import COLORS, INK, QUIET, TINTS, blank, canvas, listed

Place: TypeAlias = tuple[float, float]

PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 2}  # behind text that lies on lines
MOST_DRAWN = 7  # neurons of one layer; a wider layer is shown with dots


@drawing
def neuron(
    x: Sequence[float], w: Sequence[float], b: float, activation: Function | None = None
) -> Figure:
    """One neuron as a picture: inputs times weights, their sum plus the bias, the activation.

    Parameters
    ----------
    x, w : sequences of D floats
    b : float
    activation : callable, optional
        ndarray to ndarray of the same shape.

    Returns
    -------
    Figure
    """
    z = float(np.dot(x, w) + b)
    a = None if activation is None else float(answer(activation, np.array([z]), shape=(1,))[0])
    figure = canvas(1.0 + 0.75 * len(x))
    axes = blank(figure.subplots())
    heights = np.arange(len(x))[::-1] - (len(x) - 1) / 2
    strongest = max(np.abs(w).max(), 1e-12)
    for number, (height, value, weight) in enumerate(zip(heights, x, w, strict=True)):
        _arrow(axes, (0, height), (3.4, 0), weight, 0.8 + 2.6 * abs(weight) / strongest)
        axes.text(1.6, height * 0.53, f"w{number + 1} = {_signed(weight)}", ha="center",
                  va="center", bbox=PAPER)  # fmt: skip
        _node(axes, (0, height), f"{_signed(value)}", 0)
        axes.text(-0.48, height, f"x{number + 1}", ha="right", va="center", color=QUIET)
    _node(axes, (3.4, 0), _signed(z), 4, 0.46)
    low = min(heights[-1], -1.15)
    axes.text(3.4, 0.62, "z = x·w + b", ha="center", color=QUIET)
    axes.annotate(f"b = {_signed(b)}", (3.4, -0.48), (3.4, low), ha="center", va="center",
                  arrowprops={"arrowstyle": "-", "color": QUIET})  # fmt: skip
    if a is not None:
        name = getattr(activation, "__name__", "activation")
        _arrow(axes, (3.4, 0), (5.9, 0), 1.0, 1.4)
        axes.text(4.62, 0.14, name, ha="center", va="bottom")
        _node(axes, (5.9, 0), f"{_signed(round(a, 3))}", 2, 0.46)
        axes.text(5.9, 0.62, "a", ha="center", color=QUIET)
    axes.set(xlim=(-0.9, 6.5 if a is not None else 4.0), ylim=(low - 0.35, heights[0] + 0.5))
    terms = " + ".join(f"{xi:g} times {wi:g}" for xi, wi in zip(x, w, strict=True))
    ending = "." if a is None else f", and the activation makes {a:.3g} of it."
    return Figure(
        figure, f"Drawing of a neuron with {len(x)} inputs. {terms} + bias {b:g} is {z:.3g}{ending}"
    )


@drawing
def network_diagram(sizes: Sequence[int]) -> Figure:
    """The layers of a network as columns of circles, with the shapes of its weights.

    Parameters
    ----------
    sizes : sequence of ints
        Inputs first, outputs last.

    Returns
    -------
    Figure
    """
    figure = canvas(1.25 + 0.82 * min(max(sizes), MOST_DRAWN) / 2)
    draw_network(figure.subplots(), sizes)
    count = sum((d + 1) * h for d, h in pairwise(sizes))
    layers = listed(f"{d} to {h}" for d, h in pairwise(sizes))
    return Figure(
        figure,
        f"Drawing of a network with {len(sizes) - 1} dense layers: {layers}. "
        f"Every neuron is joined to every neuron of the next layer; {count} numbers to learn.",
    )


@drawing
def matrix_shapes(N: int = 5, D: int = 3, H: int = 4) -> Figure:
    """The shapes in ``Z = X @ W + b``, with one row and one column that make one entry of Z.

    Parameters
    ----------
    N, D, H : int
        Examples, inputs, neurons.

    Returns
    -------
    Figure
    """
    row, column = min(1, N - 1), min(2, H - 1)
    figure = canvas(0.9 + 0.42 * max(N, D))
    axes = blank(figure.subplots())
    gap, left = 1.9, 0.0
    parts = (("X", N, D, "@"), ("W", D, H, "+"), ("b", 1, H, "="), ("Z", N, H, ""))
    for number, (name, rows, columns, sign) in enumerate(parts):
        for i in range(rows):
            for j in range(columns):
                marked = (i == row or name in "Wb") and (j == column or name == "X")
                axes.add_patch(Rectangle((left + j, rows / 2 - i - 1), 1, 1, linewidth=1.1,
                               facecolor=TINTS[number] if marked else "white", edgecolor=INK,
                               hatch="///" if marked and name == "Z" else None))  # fmt: skip
        shape = f"({columns},)" if name == "b" else f"({rows}, {columns})"
        axes.text(left + columns / 2, max(N, D) / 2 + 0.35, f"{name} {shape}", ha="center")
        left += columns + gap
        axes.text(left - gap / 2, 0, sign, ha="center", va="center", fontsize=15)
    axes.set(xlim=(-0.2, left - gap + 0.2), ylim=(-max(N, D) / 2 - 0.2, max(N, D) / 2 + 1.3))
    return Figure(
        figure,
        f"Drawing of the shapes in Z = X @ W + b: X ({N}, {D}) times W ({D}, {H}) plus b ({H},) "
        f"is Z ({N}, {H}). Row {row} of X and column {column} of W, {D} products in all, with "
        f"entry {column} of b make the entry in row {row}, column {column} of Z.",
    )


def draw_network(axes: Any, sizes: Sequence[int]) -> tuple[list[Any], list[Any]]:
    """Draw a network's layers on `axes`.

    Returns
    -------
    edges : list of LineCollection
        The lines that each dense layer draws.
    captions : list of Text
        What stands under each, at first the shapes of its weights.
    """
    blank(axes)
    columns = [_column(size) for size in sizes]
    gap = 9.6 / max(len(sizes) - 1, 1)
    top = max(max(column) for column in columns)
    edges, captions = [], []
    for layer, (D, H) in enumerate(pairwise(sizes)):
        ends = [layer * gap, (layer + 1) * gap]
        lines = [
            list(zip(ends, pair, strict=True)) for pair in product(*columns[layer : layer + 2])
        ]
        edges.append(axes.add_collection(LineCollection(lines, colors=QUIET, linewidths=0.6)))
        shapes = f"W{layer + 1} ({D}, {H})\nb{layer + 1} ({H},)"
        captions.append(axes.text(sum(ends) / 2, -top - 0.75, shapes, ha="center", va="top"))
    for layer, (size, column) in enumerate(zip(sizes, columns, strict=True)):
        kind = 0 if layer == 0 else 2 if layer == len(sizes) - 1 else 4
        for height in column:
            axes.add_patch(Circle((layer * gap, height), 0.3, facecolor=TINTS[kind],
                                  edgecolor=COLORS[kind], linewidth=1.6, zorder=3))  # fmt: skip
        if size > MOST_DRAWN:
            axes.text(layer * gap, 0, "⋮", ha="center", va="center", fontsize=16, bbox=PAPER)
        role = "input" if layer == 0 else "output" if layer == len(sizes) - 1 else "hidden"
        plural = "s" if size > 1 and role != "hidden" else ""
        space = " " if len(sizes) < 6 else "\n"  # many layers stand close to each other
        axes.text(layer * gap, top + 0.55, f"{size}{space}{role}{plural}", ha="center", va="bottom")
    axes.set(xlim=(-1, 10.6), ylim=(-top - 2.1, top + (1.2 if len(sizes) < 6 else 1.7)))
    return edges, captions


def _column(size: int) -> list[float]:
    """Heights of the circles of a layer: all, or three above and three below the dots."""
    shown = min(size, MOST_DRAWN)
    heights = [shown / 2 - 0.5 - i for i in range(shown)]
    return heights if size <= MOST_DRAWN else [h for h in heights if h != 0]


def _node(axes: Any, place: Place, text: str, kind: int, radius: float = 0.36) -> None:
    axes.add_patch(Circle(place, radius, facecolor=TINTS[kind], edgecolor=COLORS[kind],
                          linewidth=1.8, zorder=3))  # fmt: skip
    axes.text(*place, text, ha="center", va="center", zorder=4)


def _arrow(
    axes: Any, start: Place, end: Place, sign: float, width: float, radius: float = 0.46
) -> None:
    """An arrow to the rim of a node; a negative weight is orange and dashed."""
    way = np.subtract(end, start)
    rim = np.subtract(end, way * radius / np.hypot(*way))
    axes.annotate("", rim, start, zorder=1, arrowprops={
        "arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "linewidth": width,
        "color": COLORS[0] if sign >= 0 else COLORS[1], "linestyle": "-" if sign >= 0 else "--",
        "mutation_scale": 14,
    })  # fmt: skip


def _signed(value: float) -> str:
    return f"{value:g}".replace("-", "−")
