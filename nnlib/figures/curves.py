"""Numbers over time, and curves through points: losses, learning rates, fits that are too stiff."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.ticker import MaxNLocator

from nnlib.arrays import Array
from nnlib.figures.base import Figure, drawing
from nnlib.figures.learner import Function, Unusable, answer, usable
from nnlib.figures.style import COLORS, INK, LINES, MARKERS, SEQUENTIAL, canvas


@drawing
def loss_curves(
    curves: Mapping[str, Sequence[float]],
    xlabel: str = "epoch",
    ylabel: str = "loss",
    log: bool = False,
) -> Figure:
    """Lines of numbers over time, such as training and validation loss, or learning rates.

    Parameters
    ----------
    curves : mapping of name to sequence of floats
        At most 7. Each line's lowest point is marked where it is not its last.
    xlabel, ylabel : str
    log : bool
        Whether the vertical axis is logarithmic.

    Returns
    -------
    Figure
    """
    figure = canvas(3.2)
    axes = figure.subplots()
    facts = []
    for number, (name, values) in enumerate(curves.items()):
        losses = usable(values, (None,), f"{name} is", nan=True)
        axes.plot(losses, color=COLORS[number], linestyle=LINES[number], label=name)
        best = _lowest(losses)
        if 0 < best < len(losses) - 1:
            axes.plot(best, losses[best], MARKERS[number], color=COLORS[number])
        facts.append(f"{name} {course(losses, xlabel)}")
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))  # there is no epoch 2.5
    if log:
        axes.set_yscale("log")
    axes.grid(visible=True)
    figure.legend(loc="outside right upper")
    return Figure(figure, f"Line plot of {ylabel} over {xlabel}s. {'; '.join(facts)}.")


@drawing
def learning_rate_fan(runs: Mapping[float, Sequence[float]]) -> Figure:
    """One loss curve per learning rate, from crawling to diverging.

    Parameters
    ----------
    runs : mapping of learning rate to losses
        The losses of one run, step by step; nan and inf are where a run has diverged.

    Returns
    -------
    Figure
    """
    figure = canvas(3.4)
    axes = figure.subplots()
    shades = matplotlib.colormaps[SEQUENTIAL](np.linspace(0, 0.85, len(runs)))
    drawn = []
    facts = []
    for number, rate in enumerate(sorted(runs)):
        losses = usable(runs[rate], (None,), f"The losses at learning rate {rate:g} are", nan=True)
        axes.plot(
            losses, color=shades[number], linestyle=LINES[number % len(LINES)], label=f"{rate:g}"
        )
        drawn.append(losses)
        facts.append(f"at {rate:g} the loss {course(losses, 'step')}")
    start = max(losses[0] for losses in drawn)
    lowest = min(losses[_lowest(losses)] for losses in drawn)
    if not np.isfinite([start, lowest]).all():
        raise Unusable("A loss is no finite number from the first step on; start somewhere else.")
    axes.set(xlabel="step", ylabel="loss", yscale="log", ylim=(max(lowest, 1e-12) / 2, start * 20))
    axes.grid(visible=True)
    figure.legend(loc="outside right upper", title="learning rate")
    return Figure(
        figure, f"Line plot of the loss for {len(runs)} learning rates. {'; '.join(facts)}."
    )


@drawing
def learning_rate_range(learning_rates: Sequence[float], losses: Sequence[float]) -> Figure:
    """The loss after one step, for many learning rates tried from the same start.

    Parameters
    ----------
    learning_rates : sequence of K floats
    losses : sequence of K floats
        May be inf where the step overflowed.

    Returns
    -------
    Figure
    """
    rates = np.asarray(learning_rates)
    values = usable(losses, (len(rates),), "losses is", nan=True)
    figure = canvas(3.0)
    axes = figure.subplots()
    axes.plot(rates, values, color=COLORS[0], marker="o", markersize=4)
    best = _lowest(values)
    if not np.isfinite(values[[0, best]]).all():
        raise Unusable("The loss at the first rate is no finite number; start with smaller rates.")
    axes.plot(rates[best], values[best], "s", color=COLORS[1], markersize=9)
    low, high = values[best], values[np.isfinite(values)].max()
    top = min(high, values[0] + 3 * (values[0] - low)) if values[0] > low else high
    margin = 0.08 * (top - low) or 1.0
    axes.set(xscale="log", xlabel="learning rate", ylabel="loss after one step")
    axes.set_ylim(low - margin, top + margin)
    axes.grid(visible=True)
    return Figure(
        figure,
        f"Line plot of the loss after one step for {len(rates)} learning rates from "
        f"{rates.min():.2g} to {rates.max():.2g}. It starts at {values[0]:.3g}, is lowest, "
        f"{values[best]:.3g}, at {rates[best]:.2g}, and ends at {values[-1]:.3g}.",
    )


@drawing
def fitted_curves(
    models: Mapping[str, Function], X: Array, y: Array, X_validation: Array, y_validation: Array
) -> Figure:
    """Curves through points, side by side: one too stiff, one that bends to every point.

    Parameters
    ----------
    models : mapping of title to function
        ndarray of shape (N, 1) to predictions of shape (N,) or (N, 1).
    X, X_validation : ndarrays of shapes (N, 1) and (M, 1)
    y, y_validation : ndarrays of shapes (N,) and (M,)

    Returns
    -------
    Figure
    """
    figure = canvas(3.4)
    panels = figure.subplots(1, len(models), squeeze=False, sharey=True)[0]
    everything = np.concatenate([X, X_validation])
    places = np.linspace(everything.min(), everything.max(), 301)[:, None]
    facts = []
    for axes, (title, model) in zip(panels, models.items(), strict=True):
        errors = [_squared_error(model, *data) for data in ((X, y), (X_validation, y_validation))]
        axes.plot(places, _predictions(model, places), color=INK, label="model")
        axes.plot(X, y, "o", color=COLORS[0], markersize=5, label="training")
        axes.plot(X_validation, y_validation, "s", color=COLORS[1], markersize=4,
                  markerfacecolor="white", label="validation")  # fmt: skip
        axes.set(
            title=f"{title}\ntraining {_short(errors[0])}\nvalidation {_short(errors[1])}",
            xlabel="x",
        )
        axes.grid(visible=True)
        facts.append(
            f"{title}: {_short(errors[0])} on training, {_short(errors[1])} on validation data"
        )
    panels[0].set_ylabel("y")
    targets = np.concatenate([y, y_validation])
    reach = 0.25 * float(np.ptp(targets))
    panels[0].set_ylim(targets.min() - reach, targets.max() + reach)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower left", ncols=3)
    return Figure(
        figure,
        f"Fitted curves over {len(X)} training and {len(X_validation)} validation points. "
        f"Mean squared error of {'; '.join(facts)}.",
    )


def course(losses: Array, unit: str) -> str:
    """A curve in words: from where to where, its lowest point, where it stops being a number.

    >>> course(np.array([0.69, 0.1, 0.3]), "epoch")
    'falls from 0.69 to 0.3 over 2 epochs, lowest 0.1 at epoch 1'
    """
    broken = np.flatnonzero(~np.isfinite(losses))
    if len(broken):
        return f"starts at {losses[0]:.3g} and is no finite number from {unit} {broken[0]} on"
    first, last, best = losses[0], losses[-1], _lowest(losses)
    verb = "falls" if last < first else "rises" if last > first else "goes"
    text = f"{verb} from {first:.3g} to {last:.3g} over {len(losses) - 1} {unit}s"
    if 0 < best < len(losses) - 1:
        text += f", lowest {losses[best]:.3g} at {unit} {best}"
    return text


def _lowest(losses: Array) -> int:
    """Where the smallest finite number stands; 0 where there is none."""
    return int(np.where(np.isfinite(losses), losses, np.inf).argmin())


def _predictions(model: Function, X: Array) -> Array:
    return answer(model, X, shape=[(len(X),), (len(X), 1)]).reshape(len(X))


def _squared_error(model: Function, X: Array, y: Array) -> Any:
    return ((_predictions(model, X) - y) ** 2).mean()


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
