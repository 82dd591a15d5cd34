"""The computation graph: every node with its value, and the derivative that flows back to it."""

from collections.abc import Sequence

import numpy as np
from matplotlib.patches import FancyBboxPatch

from nnlib.arrays import Array
from nnlib.figures.base import Figure, drawing
from nnlib.figures.learner import usable
from nnlib.figures.style import COLORS, QUIET, TINTS, WIDTH, blank, canvas

WIDE, HIGH = 1.5, 0.86
STEP = np.array([2.1, 1.3])  # from one box to the next, right and up


@drawing
def computation_graph(
    names: Sequence[str],
    parents: Sequence[tuple[int, ...]],
    values: Sequence[float],
    gradients: Sequence[float] | None = None,
    local_grads: Sequence[tuple[float, ...]] | None = None,
) -> Figure:
    """A calculation as boxes and arrows, from the inputs on the left to the result on the right.

    Parameters
    ----------
    names : sequence of K strings
        What each node is, such as ``"w"`` or ``"w * x"``; nodes stand in topological order.
    parents : sequence of K tuples of node numbers
    values : sequence of K floats
    gradients : sequence of K floats, optional
        Derivative of the last node with respect to each, as `graph_backward` returns.
    local_grads : sequence of K tuples of floats, optional
        Derivative of each node with respect to each of its parents, written on the edges.

    Returns
    -------
    Figure
    """
    numbers = usable(values, (len(names),), "values is")
    slopes = None if gradients is None else usable(gradients, (len(names),), "gradients is")
    room = 1.0 if local_grads is None else 1.2  # for a number on the edge
    places = _layout(parents) * STEP * (room, 1.0)
    flat = not np.ptp(places[:, 1])  # an arrow may have to go over the only row
    margin = np.array([0.85, 0.9 if flat else 0.55])
    low, high = places.min(axis=0) - margin, places.max(axis=0) + margin
    unit = min(0.75, WIDTH / (high - low)[0])  # inches
    figure = canvas(unit * (high - low)[1], unit * (high - low)[0])
    figure.set_layout_engine("none")
    axes = blank(figure.add_axes((0.0, 0.0, 1.0, 1.0)))
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    edge = np.array([WIDE / 2, 0.0])
    facts = []
    for node, above in enumerate(parents):
        for use, parent in enumerate(above):
            start, end = places[parent] + edge, places[node] - edge
            twice = above.count(parent) > 1  # two arrows, one above the other
            bend = 0.6 * (-1) ** use if twice else _bend(start, end, places)
            axes.annotate("", end, start, arrowprops={
                "arrowstyle": "-|>", "color": QUIET, "shrinkA": 0, "shrinkB": 0,
                "connectionstyle": f"arc3,rad={bend}",
            })  # fmt: skip
            if local_grads is not None:
                number = f"{local_grads[node][use]:.3g}"
                middle = (start + end) / 2 + bend / 2 * np.array([1, -1]) * (end - start)[::-1]
                axes.text(*middle, number.replace("-", "−"), ha="center", va="center",
                          fontsize=14.2 * unit, color=COLORS[1], zorder=5,
                          bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})  # fmt: skip
                short = [names[k].partition(" = ")[0] for k in (parent, node)]
                facts.append(f"edge from {short[0]} to {short[1]} {number}")
    for node, (name, (x, y)) in enumerate(zip(names, places, strict=True)):
        kind = 0 if not parents[node] else 2 if node == len(names) - 1 else 4
        axes.add_patch(FancyBboxPatch((x - WIDE / 2, y - HIGH / 2), WIDE, HIGH, zorder=2,
                       boxstyle="round,pad=0,rounding_size=0.12", linewidth=1.5,
                       facecolor=TINTS[kind], edgecolor=COLORS[kind]))  # fmt: skip
        lines = [name, f"{numbers[node]:.4g}"]
        fact = f"{name} is {numbers[node]:.4g}"
        if slopes is not None:
            lines.append(f"slope {slopes[node]:.4g}")
            fact += f" with derivative {slopes[node]:.4g}"
        axes.text(x, y, "\n".join(lines).replace("-", "−"), ha="center", va="center", zorder=3,
                  fontsize=14.2 * unit, linespacing=1.2)  # fmt: skip
        facts.append(fact)
    count = sum(len(above) for above in parents)
    return Figure(
        figure, f"Computation graph of {len(names)} nodes and {count} edges: {'; '.join(facts)}."
    )


def _bend(start: Array, end: Array, places: Array) -> float:
    """How far an arrow must bend to pass the boxes between its ends; 0 where it need not."""
    for x, y in places:
        if start[0] < x < end[0]:
            height = start[1] + (end[1] - start[1]) * (x - start[0]) / (end[0] - start[0]) - y
            if abs(height) < HIGH / 2 + 0.1:
                way = 2 * (HIGH / 2 + 0.2 - abs(height)) / (end[0] - start[0])
                return float(-way if height >= 0 else way)
    return 0.0


def _layout(parents: Sequence[tuple[int, ...]]) -> Array:
    """Columns by the longest way from an input; inputs stand just before they are used."""
    depth = [0] * len(parents)
    for node, above in enumerate(parents):
        depth[node] = 1 + max((depth[parent] for parent in above), default=-1)
    for node in reversed(range(len(parents))):
        uses = [depth[other] for other, above in enumerate(parents) if node in above]
        if not parents[node] and uses:
            depth[node] = min(uses) - 1
    places = np.zeros((len(parents), 2))
    for column in range(max(depth) + 1):
        members = [node for node, d in enumerate(depth) if d == column]
        for row, node in enumerate(members):
            places[node] = column, (len(members) - 1) / 2 - row
    return places
