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

    Returns
    -------
    Figure
    """
    numbers = usable(values, (len(names),), "values is")
    slopes = None if gradients is None else usable(gradients, (len(names),), "gradients is")
    places = _layout(parents) * STEP
    margin = np.array([0.85, 0.55])
    low, high = places.min(axis=0) - margin, places.max(axis=0) + margin
    unit = min(0.75, WIDTH / (high - low)[0])  # inches
    figure = canvas(unit * (high - low)[1], unit * (high - low)[0])
    figure.set_layout_engine("none")
    axes = blank(figure.add_axes((0.0, 0.0, 1.0, 1.0)))
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    edge = np.array([WIDE / 2, 0.0])
    for node, above in enumerate(parents):
        for use, parent in enumerate(above):
            bend = 0.25 * (-1) ** use if above.count(parent) > 1 else 0  # used twice: two arrows
            axes.annotate("", places[node] - edge, places[parent] + edge, arrowprops={
                "arrowstyle": "-|>", "color": QUIET, "shrinkA": 0, "shrinkB": 0,
                "connectionstyle": f"arc3,rad={bend}",
            })  # fmt: skip
    facts = []
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
