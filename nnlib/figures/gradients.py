"""What happens inside a network that learns: how strongly layers hear the error and move."""

from collections.abc import Mapping, Sequence

import numpy as np

from nnlib.arrays import Array, Parameters
from nnlib.figures.base import Figure, drawing
from nnlib.figures.learner import Unusable, usable
from nnlib.figures.style import COLORS, INK, LINES, MARKERS, QUIET, TINTS, canvas


@drawing
def layer_reactions(norms: Mapping[str, Sequence[float]]) -> Figure:
    """How strongly each layer hears the error, for networks side by side.

    Parameters
    ----------
    norms : mapping of network's name to L floats
        Frobenius norm of each layer's dW, first layer first, as `layer_gradient_norms` returns.

    Returns
    -------
    Figure
    """
    figure = canvas(3.2)
    axes = figure.subplots()
    facts = []
    for number, (name, values) in enumerate(norms.items()):
        heard = usable(values, (None,), f"{name} is")
        if (heard < 0).any():
            raise Unusable(
                f"{name} is {heard.tolist()}; norms are one number per layer, 0 or more."
            )
        layers = np.arange(1, len(heard) + 1)
        axes.plot(layers, np.where(heard > 0, heard, np.nan), color=COLORS[number], label=name,
                  linestyle=LINES[number], marker=MARKERS[number], markersize=7)  # fmt: skip
        facts.append(f"{name}: " + ", ".join(f"{value:.2g}" for value in heard))
        axes.set_xticks(layers)
    axes.set(xlabel="layer (1 is next to the input)", ylabel="norm of dW", yscale="log")
    axes.grid(visible=True)
    figure.legend(loc="outside right upper")
    return Figure(
        figure,
        f"Line plot, logarithmic: norm of dW per layer, first layer first. {'; '.join(facts)}.",
    )


@drawing
def gradient_histograms(grads: Parameters) -> Figure:
    """The sizes of a layer's gradient entries, one histogram per layer.

    Parameters
    ----------
    grads : list of (dW, db)
        First layer first; only dW is drawn.

    Returns
    -------
    Figure
    """
    try:
        entries = [np.abs(usable(dW, (None, None), "dW is")).ravel() for dW, _ in grads]
    except (TypeError, ValueError):
        came = "None" if grads is None else type(grads).__name__
        raise Unusable(f"grads is {came}; this figure needs a list of (dW, db).") from None
    moving = np.concatenate([entry[entry > 0] for entry in entries] or [np.empty(0)])
    if not len(moving):
        raise Unusable("Every entry of every dW is 0; there is no gradient to show.")
    exponents = np.log10(moving)
    bins = np.linspace(max(exponents.min(), exponents.max() - 12), exponents.max() + 1e-9, 41)
    figure = canvas(0.9 + 0.75 * len(entries))
    panels = figure.subplots(len(entries), 1, sharex=True, squeeze=False)[:, 0]
    facts = []
    for number, (axes, entry) in enumerate(zip(panels, entries, strict=True)):
        kind = number % len(COLORS)
        alive = entry[entry > 0]
        axes.hist(
            np.log10(alive), bins, color=TINTS[kind], edgecolor=COLORS[kind], histtype="stepfilled"
        )
        still = 1 - len(alive) / len(entry)
        middle = np.median(alive) if len(alive) else 0.0
        axes.set(yticks=[], ylabel=f"layer {number + 1}")
        axes.spines["left"].set_visible(False)
        axes.text(1.01, 0.5, f"{still:.0%} zero\nmedian\n{middle:.1e}", transform=axes.transAxes,
                  va="center", fontsize=9)  # fmt: skip
        if len(alive):
            axes.axvline(np.log10(middle), color=INK, linestyle="--", linewidth=1.2)
        facts.append(f"layer {number + 1} has median {middle:.1e} and {still:.0%} zeros")
    panels[-1].set_xlabel("size of an entry of dW, as a power of ten")
    return Figure(figure, f"Histograms of the entries of dW per layer: {'; '.join(facts)}.")


@drawing
def update_ratios(ratios: Array) -> Figure:
    """How far each layer moves in a step, relative to its size, step by step.

    Parameters
    ----------
    ratios : ndarray of shape (steps, L)
        Norm of the update of W divided by the norm of W, first layer first.

    Returns
    -------
    Figure
    """
    moved = usable(ratios, (None, None), "ratios is")
    if moved.shape[1] > len(COLORS) or (moved < 0).any():
        raise Unusable(
            f"ratios has shape {moved.shape} and its smallest number is {moved.min():g}; this "
            f"figure needs numbers from 0 on for at most {len(COLORS)} layers."
        )
    figure = canvas(3.2)
    axes = figure.subplots()
    for layer, line in enumerate(moved.T):
        axes.plot(np.where(line > 0, line, np.nan), color=COLORS[layer], linestyle=LINES[layer],
                  linewidth=1.6, label=f"layer {layer + 1}")  # fmt: skip
    axes.axhline(1e-3, color=QUIET, linewidth=1.2, label="1/1000")
    axes.set(xlabel="step", ylabel="size of update / size of W", yscale="log")
    axes.grid(visible=True)
    figure.legend(loc="outside right upper")
    medians = np.median(moved, axis=0)
    facts = [f"layer {layer + 1} {median:.1e}" for layer, median in enumerate(medians)]
    return Figure(
        figure,
        f"Line plot, logarithmic: update divided by weight over {len(moved)} steps, with a line at "
        f"1/1000. Medians: {', '.join(facts)}.",
    )
