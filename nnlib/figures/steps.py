"""A descent step by step: in a valley, on a line that is fitted, as a loop, over several seeds."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from nnlib.arrays import Array
from nnlib.figures.base import Figure, drawing
from nnlib.figures.landscape import draw_landscape, window
from nnlib.figures.learner import Function, Unusable, answer, usable
from nnlib.figures.style import COLORS, INK, LINES, MARKERS, QUIET, TINTS, blank, canvas


@drawing
def valley(loss: Function, walks: Mapping[str, Sequence[float]], name: str = "w") -> Figure:
    """A loss of one parameter as a valley, and where descents have been in it, side by side.

    Parameters
    ----------
    loss : callable
        A number to a number.
    walks : mapping of title to sequence of floats
        The places of each descent, start first; two or three fit.
    name : str
        What the parameter is called.

    Returns
    -------
    Figure
    """
    paths = {title: usable(walk, (None,), f"{title} is") for title, walk in walks.items()}
    places = np.concatenate(list(paths.values()))
    reach = 0.15 * float(np.ptp(places)) + 1e-9
    ground = np.linspace(places.min() - reach, places.max() + reach, 201)
    figure = canvas(3.2)
    panels = figure.subplots(1, len(paths), squeeze=False, sharey=True)[0]
    facts = []
    for number, (axes, (title, path)) in enumerate(zip(panels, paths.items(), strict=True)):
        heights = _heights(loss, path)
        axes.plot(ground, _heights(loss, ground), color=QUIET, linewidth=1.6)
        axes.plot(path, heights, color=COLORS[number], linestyle=LINES[number], linewidth=1.2,
                  marker=MARKERS[number], markersize=6.5, markeredgecolor="white")  # fmt: skip
        inward = 1 if path[0] < ground.mean() else -1  # where the curve leaves room for a word
        axes.annotate("start", (path[0], heights[0]), (9 * inward, 2), va="center",
                      textcoords="offset points", ha="left" if inward > 0 else "right")  # fmt: skip
        axes.set(title=title, xlabel=name)
        axes.grid(visible=True)
        facts.append(
            f"{title}: from {name} = {path[0]:.3g}, loss {heights[0]:.3g}, "
            f"to {name} = {path[-1]:.3g}, loss {heights[-1]:.3g}, in {len(path) - 1} steps"
        )
    panels[0].set_ylabel("loss")
    panels[0].margins(y=0.12)
    return Figure(figure, f"Curve of a loss with descents on it. {'; '.join(facts)}.")


@drawing
def line_fits(
    fit_line: Function,
    X: Array,
    y: Array,
    learning_rate: float,
    steps: Sequence[int] = (0, 1, 2, 5, 20),
) -> Figure:
    """A line that is fitted: among the points on the left, as places on its loss on the right.

    Parameters
    ----------
    fit_line : callable
        ``(X (N, 1), y (N,), learning_rate, steps)`` to ``(w (1,), b)``.
    X : ndarray of shape (N, 1)
    y : ndarray of shape (N,)
    learning_rate : float
    steps : sequence of ints
        After how many steps to look; at most 7.

    Returns
    -------
    Figure
    """

    def fitted(count: int) -> Array:
        w, b = fit_line(X.copy(), y.copy(), learning_rate, count)
        return np.concatenate([np.ravel(w), np.ravel(b)])

    def loss(place: Array) -> Any:
        return ((X[:, 0] * place[0] + place[1] - y) ** 2).mean()

    path = np.array([answer(fitted, count, shape=(2,), name="fit_line") for count in steps])
    if not np.isfinite(path).all():
        raise Unusable("fit_line ran away to infinity; this figure needs lines near the points.")
    figure = canvas(3.7)
    left, right = figure.subplots(1, 2)
    left.plot(X[:, 0], y, "o", color=QUIET, markersize=4.5, markeredgecolor="white")
    ends = np.array([X.min(), X.max()])
    for number, (w, b) in enumerate(path):
        left.plot(ends, w * ends + b, color=COLORS[number], linestyle=LINES[number],
                  label=f"{steps[number]}")  # fmt: skip
    left.set(xlabel="x", ylabel="y", title="the line among the points")
    left.grid(visible=True)
    draw_landscape(right, loss, window([path[::-1]]), ("w", "b"))  # as wide as the last line asks
    right.plot(*path.T, color=INK, linewidth=1.0)
    for number, place in enumerate(path):
        right.plot(*place, MARKERS[number], color=COLORS[number], markersize=7,
                   markeredgecolor="white", zorder=3)  # fmt: skip
    right.set_title("the line as a place on its loss")
    figure.legend(*_keys(len(path), [str(count) for count in steps]), loc="outside lower left",
                  title="steps", ncols=7)  # fmt: skip
    facts = [
        f"after {count} the line is {w:.2f} x {'+' if b >= 0 else '-'} {abs(b):.2f}, "
        f"loss {loss(np.array([w, b])):.3g}"
        for count, (w, b) in zip(steps, path, strict=True)
    ]
    return Figure(
        figure,
        f"Left, {len(y)} points and lines; right, contour lines of the loss over w and b with a "
        f"place per line. Steps: {'; '.join(facts)}.",
    )


@drawing
def training_loop() -> Figure:
    """The four parts of a training step as a ring, with what passes from each to the next.

    Returns
    -------
    Figure
    """
    words = ("1 forward\nanswers for a batch", "2 loss\nhow wrong are they?",
             "3 backward\nwhich way is down?", "4 update\na small step that way")  # fmt: skip
    passed = ("logits (N, C)", "dlogits (N, C)", "grads", "new params")
    corners = np.array([(0.0, 0.0), (5.6, 0.0), (5.6, -2.5), (0.0, -2.5)])
    half = np.array([1.5, 0.6])
    figure = canvas(2.9)
    axes = blank(figure.subplots())
    for number, (start, end) in enumerate(zip(corners, np.roll(corners, -1, axis=0), strict=True)):
        way = np.sign(end - start)
        width, height = 2 * half
        axes.add_patch(FancyBboxPatch(start - half, width, height,
                       boxstyle="round,pad=0,rounding_size=0.2", facecolor=TINTS[number],
                       edgecolor=COLORS[number], linewidth=1.6))  # fmt: skip
        axes.text(*start, words[number], ha="center", va="center", linespacing=1.5)
        axes.annotate("", end - way * half, start + way * half, arrowprops={
            "arrowstyle": "-|>", "color": INK, "shrinkA": 0, "shrinkB": 0, "linewidth": 1.6,
            "mutation_scale": 16,
        })  # fmt: skip
        beside = (start + end) / 2 + [0.2 * abs(way[1]), 0.15 * abs(way[0])]
        axes.text(*beside, passed[number], color=QUIET, va="bottom" if way[0] else "center",
                  ha="center" if way[0] else "left")  # fmt: skip
    axes.set(xlim=(-1.6, 8.4), ylim=(-3.3, 0.8))
    return Figure(
        figure,
        "Drawing of 4 boxes in a ring. 1, forward, passes logits to 2, loss; that passes dlogits "
        "to 3, backward; that passes grads to 4, update; and that passes new params to 1.",
    )


@drawing
def spread_curves(
    runs: Mapping[str, ArrayLike], xlabel: str = "epoch", ylabel: str = "loss", log: bool = False
) -> Figure:
    """Curves of several runs each: the median as a line, all runs as a band around it.

    Parameters
    ----------
    runs : mapping of name to array of shape (runs, K)
        At most 7 names.
    xlabel, ylabel : str
    log : bool
        Whether the vertical axis is logarithmic.

    Returns
    -------
    Figure
    """
    figure = canvas(3.3)
    axes = figure.subplots()
    facts = []
    for number, (name, values) in enumerate(runs.items()):
        curves = usable(values, (None, None), f"{name} is")
        low, middle, high = curves.min(axis=0), np.median(curves, axis=0), curves.max(axis=0)
        axes.fill_between(range(len(middle)), low, high, color=TINTS[number], alpha=0.8)
        axes.plot(middle, color=COLORS[number], linestyle=LINES[number], label=name)
        facts.append(
            f"{name}: median {middle[0]:.3g} at {xlabel} 0 and {middle[-1]:.3g} at {xlabel} "
            f"{len(middle) - 1}, there from {low[-1]:.3g} to {high[-1]:.3g} over {len(curves)} runs"
        )
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if log:
        axes.set_yscale("log")
    axes.grid(visible=True)
    figure.legend(loc="outside right upper")
    return Figure(figure, f"Line plot of {ylabel} over {xlabel}s with bands. {'; '.join(facts)}.")


def _heights(loss: Function, places: Array) -> Array:
    return np.array([float(answer(loss, place, shape=())) for place in places])


def _keys(count: int, labels: list[str]) -> tuple[list[Any], list[str]]:
    """A legend that shows line and marker of each place together."""
    handles = [
        Line2D([], [], color=COLORS[k], linestyle=LINES[k], marker=MARKERS[k], markersize=6,
               markeredgecolor="white")
        for k in range(count)
    ]  # fmt: skip
    return handles, labels
