"""Losses as pictures: areas, curves over the logit with their slopes, lost digits, staircases."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle

from nnlib.arrays import Array
from nnlib.figures.base import Figure, drawing
from nnlib.figures.learner import Function, answer
from nnlib.figures.style import COLORS, INK, LINES, MARKERS, QUIET, TINTS, canvas, listed


@drawing
def squared_errors(
    mean_squared_error: Function,
    predictions: Sequence[float],
    targets: Sequence[float],
    labels: Sequence[str],
) -> Figure:
    """Each error as a square between prediction and target: its area is what counts.

    Parameters
    ----------
    mean_squared_error : callable
        ``(predictions (N,), targets (N,))`` to a number.
    predictions, targets : sequences of N floats
    labels : sequence of N strings

    Returns
    -------
    Figure
    """
    p, t = np.asarray(predictions, float), np.asarray(targets, float)
    mean = answer(mean_squared_error, p, t, shape=())
    gap = np.abs(p - t).max() + 3
    figure = canvas(3.4)
    axes = figure.subplots()
    for i, (side, low) in enumerate(zip(np.abs(p - t), np.minimum(p, t), strict=True)):
        axes.add_patch(Rectangle((i * gap, low), side, side, facecolor=TINTS[1],
                                 edgecolor=COLORS[1], hatch="//", linewidth=1.2))  # fmt: skip
        axes.text(i * gap + side + 0.5, low + side / 2, f"area {side**2:g}", va="center")
    where = gap * np.arange(len(p))
    axes.plot(where, p, MARKERS[0], color=COLORS[0], markersize=8, label="prediction")
    axes.plot(where, t, MARKERS[1], color=INK, markersize=8, label="target")
    axes.set(aspect="equal", xlim=(-2, where[-1] + gap), xticks=where, xticklabels=labels)
    axes.set_title(f"mean of the areas: {mean:.2f}")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    parts = zip(labels, p, t, strict=True)
    facts = [f"{label} {a:g} against {b:g} (area {(a - b) ** 2:g})" for label, a, b in parts]
    return Figure(
        figure,
        f"Predictions against targets, each error drawn as a square: {listed(facts)}. "
        f"The mean of the {len(p)} areas is {mean:.2f}.",
    )


@drawing
def surprise(probabilities: Mapping[str, float]) -> Figure:
    """The surprise ``-ln p`` over the probability p, with some probabilities marked.

    Parameters
    ----------
    probabilities : mapping of name to probability, above 0

    Returns
    -------
    Figure
    """
    p = np.linspace(0.004, 1, 400)
    figure = canvas(3.2, 6.0)
    axes = figure.subplots()
    axes.plot(p, -np.log(p), color=COLORS[0])
    for number, (name, value) in enumerate(probabilities.items()):
        axes.plot(value, -np.log(value), MARKERS[number], color=COLORS[1], markersize=8,
                  label=f"{name}: p = {value:g}, surprise {-np.log(value):.3f}")  # fmt: skip
    axes.set(xlabel="probability p given to what came true", ylabel="surprise −ln p, in nats")
    axes.set(xlim=(0, 1.02), ylim=(-0.1, 5.6))
    axes.legend()
    axes.grid(visible=True)
    facts = [f"{-np.log(v):.3f} at p = {v:g} ({name})" for name, v in probabilities.items()]
    return Figure(
        figure,
        f"Line plot of the surprise −ln p: it falls from {-np.log(p[0]):.2f} at p = {p[0]:g} "
        f"to 0 at p = 1, steeply near 0. Marked: {listed(facts)}.",
    )


@drawing
def losses_by_logit(
    losses: Mapping[str, Function], reach: float = 6.0, mark: float | None = None
) -> Figure:
    """Losses of one example with label 1 over its logit on the left, their slopes on the right.

    Parameters
    ----------
    losses : mapping of name to function
        Each takes ``(logits (1,), y (1,))`` and returns a number.
    reach : float
        The picture spans -reach to reach.
    mark : float, optional
        A logit whose losses and slopes are marked and named.

    Returns
    -------
    Figure
    """
    z = np.linspace(-reach, reach, 161)
    figure = canvas(3.4)
    left, right = figure.subplots(1, 2)
    facts = []
    for number, (name, loss) in enumerate(losses.items()):
        values = _one_by_one(loss, z, 1, name)
        slopes = np.diff(values) / np.diff(z)
        middle = (z[:-1] + z[1:]) / 2
        look: dict[str, Any] = {"color": COLORS[number], "linestyle": LINES[number]}
        left.plot(z, values, label=name, **look)
        right.plot(middle, slopes, **look)
        places = [-reach, reach] if mark is None else [mark]
        for place in places:
            value, slope = np.interp(place, z, values), np.interp(place, middle, slopes)
            facts.append(
                f"{name} at logit {place:g} is {_near(value, 3)} with slope {_near(slope, 3)}"
            )
            if mark is not None:
                left.plot(mark, value, MARKERS[number], color=COLORS[number], markersize=8)
                right.plot(mark, slope, MARKERS[number], color=COLORS[number], markersize=8)
    left.set(xlabel="logit z (the label is 1)", title="loss")
    right.set(xlabel="logit z (the label is 1)", title="slope: change of loss per unit of z")
    for axes in (left, right):
        axes.axhline(0, color=QUIET, linewidth=0.8)
        axes.grid(visible=True)
    left.legend()
    return Figure(
        figure,
        f"Line plots over the logit of one example with label 1, loss left and slope right: "
        f"{listed(losses)}. {'; '.join(facts)}.",
    )


@drawing
def lost_digits(losses: Mapping[str, Function], low: float = 30.0, high: float = 42.0) -> Figure:
    """Losses of a confident mistake (label 0, large logit): where digits are lost and inf comes.

    Parameters
    ----------
    losses : mapping of name to function
        Each takes ``(logits (1,), y (1,))`` and returns a number, which may be inf or nan.
    low, high : float
        The logits that the picture spans.

    Returns
    -------
    Figure
    """
    z = np.linspace(low, high, 241)
    figure = canvas(3.4, 6.4)
    axes = figure.subplots()
    facts = []
    for number, (name, loss) in enumerate(losses.items()):
        with np.errstate(all="ignore"):
            values = _one_by_one(loss, z, 0, name)
        lost = ~np.isfinite(values)
        shown = np.where(lost, np.nan, values)
        axes.plot(z, shown, LINES[number], color=COLORS[number], label=name)
        fact = f"{name} is at most {_near(np.nanmax(np.abs(shown - z)), 2)} away from the logit"
        if lost.any():
            axes.plot(z[lost][::8], np.full(lost[::1].sum(), high)[::8], "^", color=COLORS[number],
                      label=f"{name}: inf")  # fmt: skip
            fact += f" while it is finite, and infinite from logit {z[lost][0]:.1f} on"
        facts.append(fact)
    axes.set(xlabel="logit z (the label is 0)", ylabel="loss", ylim=(low - 1, high + 1))
    axes.grid(visible=True)
    axes.legend()
    return Figure(
        figure,
        f"Line plot of the loss of one example with label 0 for logits from {low:g} to {high:g}. "
        f"{'; '.join(facts)}.",
    )


@drawing
def accuracy_and_loss(
    logits_at: Function, y: Array, accuracy: Function, loss: Function, weights: Array, name: str
) -> Figure:
    """Accuracy and loss while one weight moves: a staircase and a smooth curve.

    Parameters
    ----------
    logits_at : callable
        From the weight, a number, to logits of shape (N, C).
    y : ndarray of shape (N,)
    accuracy, loss : callables
        ``(logits (N, C), y (N,))`` to a number.
    weights : ndarray of shape (K,)
        Where the weight is tried.
    name : str
        What the weight is called.

    Returns
    -------
    Figure
    """
    logits = [np.asarray(logits_at(w)) for w in weights]
    shares = np.array([answer(accuracy, Z, y, shape=()) for Z in logits])
    losses = np.array([answer(loss, Z, y, shape=()) for Z in logits])
    figure = canvas(3.2)
    for number, (axes, title, values) in enumerate(
        zip(figure.subplots(1, 2), ("accuracy", "loss"), (shares, losses), strict=True)
    ):
        axes.plot(weights, values, color=COLORS[number], linestyle=LINES[number])
        axes.set(xlabel=name, title=title)
        axes.grid(visible=True)
    flat = np.mean(np.diff(shares) == 0)
    best = weights[losses.argmin()]
    return Figure(
        figure,
        f"Two line plots over {name} from {weights[0]:g} to {weights[-1]:g}. Accuracy moves "
        f"between {shares.min():.2f} and {shares.max():.2f} in steps and is flat over {flat:.0%} "
        f"of the {len(weights) - 1} small moves. The loss is smooth, with its smallest value "
        f"{losses.min():.3f} at {best:.2f}.",
    )


def _one_by_one(loss: Function, logits: Array, label: int, name: str) -> Array:
    """The loss of each logit as a batch of one."""
    y = np.array([label])
    return np.array([answer(loss, np.array([z]), y, shape=(), name=name) for z in logits])


def _near(value: float, digits: int) -> str:
    """So many decimals; rounding errors read as 0, with no minus sign."""
    return f"{round(float(value), digits) + 0.0:.{digits}f}"
