"""A loss of two numbers as a landscape, and the ways that descents take through it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from nnlib.arrays import Array
from nnlib.figures.base import Figure, drawing
from nnlib.figures.learner import Function, answer, usable
from nnlib.figures.style import COLORS, LINES, MARKERS, QUIET, canvas

GRID = 61


@drawing
def loss_landscape(
    loss: Function, paths: Mapping[str, Array], names: tuple[str, str] = ("w1", "w2")
) -> Figure:
    """Contour lines of a loss of two parameters, and trajectories on it.

    Parameters
    ----------
    loss : callable
        ndarray of shape (2,) to a number.
    paths : mapping of name to ndarray of shape (K, 2)
        The places a descent has been to, start first; at most 7 of them.
    names : two strings
        What the parameters are called.

    Returns
    -------
    Figure
    """
    checked = {name: usable(path, (None, 2), f"{name} is") for name, path in paths.items()}
    figure = canvas(4.2, 6.4)
    axes = figure.subplots()
    draw_landscape(axes, loss, window(list(checked.values())), names)
    facts = []
    for number, (name, path) in enumerate(checked.items()):
        axes.plot(*path.T, color=COLORS[number], linestyle=LINES[number], linewidth=1.6,
                  marker=MARKERS[number], markersize=4.5, markeredgecolor="white",
                  markeredgewidth=0.5, label=name)  # fmt: skip
        ends = [float(answer(loss, place, shape=())) for place in (path[0], path[-1])]
        facts.append(
            f"{name} goes from ({path[0, 0]:.2f}, {path[0, 1]:.2f}), loss {ends[0]:.3g}, to "
            f"({path[-1, 0]:.2f}, {path[-1, 1]:.2f}), loss {ends[1]:.3g}, in {len(path) - 1} steps"
        )
    if checked:
        figure.legend(loc="outside upper left", ncols=4)
    return Figure(
        figure, f"Contour plot of the loss over {names[0]} and {names[1]}. {'; '.join(facts)}."
    )


def window(paths: list[Array]) -> tuple[Array, Array]:
    """Low and high corner of a frame around all places that are not far out."""
    places = np.concatenate([*paths, np.zeros((1, 2))])
    places = places[
        (np.abs(places) <= 10 * np.abs([path[0] for path in paths]).max() + 1).all(axis=1)
    ]
    low, high = places.min(axis=0), places.max(axis=0)
    margin = 0.2 * (high - low) + 0.1 * float((high - low).max()) + 1e-9
    return low - margin, high + margin


def draw_landscape(
    axes: Any, loss: Function, corners: tuple[Array, Array], names: tuple[str, str]
) -> None:
    """Fill `axes` with the loss: bands from low (white) to high (gray), and contour lines."""
    low, high = corners
    across, down = (np.linspace(low[i], high[i], GRID) for i in (0, 1))
    heights = np.array(
        [[float(answer(loss, np.array([x, y]), shape=())) for x in across] for y in down]
    )
    base = heights.min()
    steps = base + (heights.max() - base) * np.linspace(0, 1, 13) ** 2  # finer near the bottom
    levels = np.unique(steps)
    top = base + 2.2 * (heights.max() - base)  # the darkest band stays lighter than the paths
    if len(levels) > 2:
        axes.contourf(across, down, heights, levels, cmap="Greys", vmin=base, vmax=top)
        axes.contour(across, down, heights, levels, colors=QUIET, linewidths=0.5)
    axes.set(xlabel=names[0], ylabel=names[1], xlim=(low[0], high[0]), ylim=(low[1], high[1]))
