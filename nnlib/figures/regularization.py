"""Too little, enough and too much of a regularizer, and what it does to the weights."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nnlib.arrays import Parameters
from nnlib.figures.base import Figure, drawing
from nnlib.figures.curves import course
from nnlib.figures.learner import Unusable, usable
from nnlib.figures.style import COLORS, INK, LINES, MARKERS, QUIET, TINTS, canvas, listed


@drawing
def strengths(runs: Mapping[str, ArrayLike], xlabel: str = "strength") -> Figure:
    """Training and validation scores for each strength of a regularizer, a dot per run.

    Parameters
    ----------
    runs : mapping of strength to array of shape (runs, 4)
        Columns: training loss, training accuracy, validation loss, validation accuracy. Four to
        eight strengths fit.
    xlabel : str

    Returns
    -------
    Figure
        Losses on the left on a logarithmic axis, accuracies on the right; lines join the medians.
    """
    scores = {
        name: usable(values, (None, 4), f"The runs for {name} are") for name, values in runs.items()
    }
    places = np.arange(len(scores))
    middles = np.array([np.median(values, axis=0) for values in scores.values()])
    figure = canvas(3.5)
    panels = figure.subplots(1, 2)
    for column in range(4):
        axes, who = panels[column % 2], column // 2
        for place, values in zip(places, scores.values(), strict=True):
            sideways = place + 0.18 * (who - 0.5) + np.zeros(len(values))
            axes.plot(sideways, values[:, column], MARKERS[who], color=COLORS[who],
                      markersize=4, alpha=0.55, markeredgecolor="white")  # fmt: skip
        axes.plot(places, middles[:, column], color=COLORS[who], linestyle=LINES[who],
                  label=("training", "validation")[who])  # fmt: skip
    panels[0].set(yscale="log", ylabel="loss", xlabel=xlabel)
    panels[1].set(ylabel="accuracy", xlabel=xlabel)
    for axes in panels:
        axes.set_xticks(places, list(scores))
        axes.grid(visible=True, axis="y")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper left", ncols=2)
    facts = [
        f"{name}: loss {row[0]:.2g} and {row[2]:.2g}, accuracy {row[1]:.2f} and {row[3]:.2f}"
        for name, row in zip(scores, middles, strict=True)
    ]
    return Figure(
        figure,
        f"Dots of {len(next(iter(scores.values())))} runs per strength with lines through the "
        f"medians. Medians on training and validation data, by {xlabel}. {'; '.join(facts)}.",
    )


@drawing
def weight_histograms(networks: Mapping[str, Parameters]) -> Figure:
    """All weights of networks, as a histogram each, on common axes; biases are left out.

    Parameters
    ----------
    networks : mapping of title to list of (W, b)
        Two to four fit.

    Returns
    -------
    Figure
    """
    weights = {
        title: np.concatenate([usable(W, (None, None), f"A W of {title} is").ravel() for W, _ in p])
        for title, p in networks.items()
    }
    reach = max(np.abs(values).max() for values in weights.values())
    edges = np.linspace(-reach, reach, 61)
    figure = canvas(2.7)
    panels = figure.subplots(1, len(weights), squeeze=False, sharey=True)[0]
    facts = []
    for number, (axes, (title, values)) in enumerate(zip(panels, weights.items(), strict=True)):
        axes.hist(values, edges, color=TINTS[number], edgecolor=COLORS[number], linewidth=0.7)
        axes.set(title=title, xlabel="weight", yscale="log")
        facts.append(
            f"{title}: root mean square {np.sqrt((values**2).mean()):.2f}, "
            f"largest {np.abs(values).max():.2f}, {(np.abs(values) < 0.01).mean():.0%} below 0.01"
        )
    panels[0].set_ylabel("how many")
    return Figure(figure, f"Histograms of {len(values)} weights. {'; '.join(facts)}.")


@drawing
def input_weights(networks: Mapping[str, Parameters], useful: int) -> Figure:
    """How strongly a network listens to each input: the length of each row of its first W.

    Parameters
    ----------
    networks : mapping of title to list of (W, b)
        Two to four fit.
    useful : int
        The first so many inputs carry information and are drawn in a color of their own.

    Returns
    -------
    Figure
    """
    figure = canvas(2.7)
    panels = figure.subplots(1, len(networks), squeeze=False, sharey=True)[0]
    facts = []
    for axes, (title, params) in zip(panels, networks.items(), strict=True):
        W = usable(params[0][0], (None, None), f"The first W of {title} is")
        lengths = np.linalg.norm(W, axis=1)
        if not 0 < useful < len(lengths):
            raise Unusable(f"useful is {useful}; expected less than the {len(lengths)} inputs.")
        numbers = np.arange(1, len(lengths) + 1)
        axes.bar(numbers[:useful], lengths[:useful], color=COLORS[0], label="useful")
        axes.bar(numbers[useful:], lengths[useful:], color=TINTS[1], edgecolor=COLORS[1],
                 hatch="////", linewidth=0.7, label="noise")  # fmt: skip
        axes.set(title=title, xlabel="input")
        facts.append(
            f"{title}: {_values(lengths[:useful])} for the useful inputs, "
            f"{lengths[useful:].mean():.2f} on average for the {len(W) - useful} others"
        )
    panels[0].set_ylabel("length of its row in W")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper left", ncols=2)
    return Figure(figure, f"Bars of the length of each input's row of W. {'; '.join(facts)}.")


@drawing
def stopping_points(
    training: Sequence[float], validation: Sequence[float], chosen: Mapping[str, int]
) -> Figure:
    """Training and validation loss, and which epoch each patience would have chosen.

    Parameters
    ----------
    training, validation : sequences of K floats
    chosen : mapping of name to epoch
        At most 4.

    Returns
    -------
    Figure
    """
    curves = {
        name: usable(values, (None,), f"{name} is", nan=True)
        for name, values in (("training", training), ("validation", validation))
    }
    figure = canvas(3.3)
    axes = figure.subplots()
    for number, (name, values) in enumerate(curves.items()):
        axes.plot(values, color=COLORS[number], linestyle=LINES[number], linewidth=1.4, label=name)
    facts = []
    for number, (name, epoch) in enumerate(chosen.items()):
        if not 0 <= _whole(name, epoch) < len(curves["validation"]):
            raise Unusable(f"{name} is epoch {epoch}; expected 0 to {len(validation) - 1}.")
        height = curves["validation"][epoch]
        axes.plot(epoch, height, MARKERS[number + 2], color=COLORS[number + 2], markersize=10,
                  markeredgecolor=INK, linestyle="none", label=f"{name}: epoch {epoch}",
                  zorder=3)  # fmt: skip
        facts.append(f"{name} chooses epoch {epoch} with validation loss {height:.3f}")
    axes.set(xlabel="epoch", ylabel="loss", yscale="log")
    axes.grid(visible=True)
    axes.spines["bottom"].set_color(QUIET)
    figure.legend(loc="outside right upper")
    words = "; ".join(f"{name} {course(values, 'epoch')}" for name, values in curves.items())
    return Figure(figure, f"Line plot of losses. {words}. {'; '.join(facts)}.")


def _whole(name: str, epoch: Any) -> int:
    if not isinstance(epoch, (int, np.integer)):
        raise Unusable(f"{name} is {epoch!r}; this figure needs the number of an epoch.")
    return int(epoch)


def _values(numbers: Any) -> str:
    return listed(f"{number:.2f}" for number in numbers)
