"""Three things that motion explains: a descent, a boundary that forms, an error that flows back."""

from collections.abc import Mapping, Sequence

import numpy as np

from nnlib.arrays import Array
from nnlib.figures.base import drawing
from nnlib.figures.diagrams import draw_network
from nnlib.figures.landscape import draw_landscape, window
from nnlib.figures.learner import Function, Unusable, answer, usable
from nnlib.figures.player import Animation, animate, evenly
from nnlib.figures.regions import labels_of, points, tint
from nnlib.figures.regions import window as square
from nnlib.figures.style import COLORS, INK, LINES, MARKERS, QUIET, canvas


@drawing
def descent(
    loss: Function, paths: Mapping[str, Array], names: tuple[str, str] = ("w1", "w2")
) -> Animation:
    """Watch descents walk over the loss of two parameters, step by step.

    Parameters
    ----------
    loss : callable
        ndarray of shape (2,) to a number.
    paths : mapping of name to ndarray of shape (K, 2)
        The places a descent has been to, start first.
    names : two strings
        What the parameters are called.

    Returns
    -------
    Animation
    """
    walks = {name: usable(path, (None, 2), f"{name} is") for name, path in paths.items()}
    figure = canvas(3.8, 5.8)
    axes = figure.subplots()
    draw_landscape(axes, loss, window(list(walks.values())), names)
    lines = [
        axes.plot([], [], color=COLORS[k], linestyle=LINES[k], marker=MARKERS[k], markersize=4,
                  linewidth=1.5, label=name)[0]
        for k, name in enumerate(walks)
    ]  # fmt: skip
    figure.legend(loc="outside upper left", ncols=4)

    def update(step: int) -> None:
        for line, walk in zip(lines, walks.values(), strict=True):
            line.set_data(*walk[: step + 1].T)
        axes.set_title(f"step {step}")

    facts = [
        f"{name} walks from loss {float(answer(loss, walk[0], shape=())):.3g} to "
        f"{float(answer(loss, walk[-1], shape=())):.3g} in {len(walk) - 1} steps"
        for name, walk in walks.items()
    ]
    longest = max(len(walk) for walk in walks.values())
    alt = f"Animation of descents on contour lines of the loss. {'; '.join(facts)}."
    return animate(figure, update, evenly(longest), alt)


@drawing
def boundary_forms(
    snapshots: Sequence[Function], X: Array, y: Array, epochs: Sequence[int] | None = None
) -> Animation:
    """Watch the decision boundary of a network form while it learns.

    Parameters
    ----------
    snapshots : sequence of predict
        The classifier as it was after each epoch, each as in `decision_region`.
    X : ndarray of shape (N, 2)
    y : ndarray of shape (N,)
    epochs : sequence of ints, optional
        When each snapshot was taken; 0, 1, 2, … unless given.

    Returns
    -------
    Animation
    """
    if not len(snapshots):
        raise Unusable("snapshots is empty; this figure needs one classifier or more.")
    when = range(len(snapshots)) if epochs is None else epochs
    low, high, places = square(X)
    figure = canvas(4.0, 4.6)
    axes = figure.subplots()
    points(axes, X, y)
    shown = evenly(len(snapshots), most=30)
    right = {step: float((labels_of(snapshots[step], X) == y).mean()) for step in shown}

    def update(step: int) -> None:
        axes.clear()
        points(axes, X, y)
        tint(axes, low, high, labels_of(snapshots[step], places))
        axes.set_title(f"epoch {when[step]}: {right[step]:.1%} right")

    alt = (
        f"Animation of a decision boundary over {len(X)} points in {len(shown)} pictures: "
        f"{right[shown[0]]:.1%} are right at epoch {when[0]}, "
        f"{right[shown[-1]]:.1%} at epoch {when[-1]}."
    )
    return animate(figure, update, shown, alt)


@drawing
def error_flows_back(sizes: Sequence[int], norms: Sequence[float]) -> Animation:
    """Watch numbers flow forward through a network and the error flow back, layer by layer.

    Parameters
    ----------
    sizes : sequence of ints
        Inputs first, outputs last.
    norms : sequence of L floats
        Norm of each layer's dW, first layer first, as `layer_gradient_norms` returns: the
        thicker the lines, the more the layer hears, on a logarithmic scale.

    Returns
    -------
    Animation
    """
    heard = usable(norms, (len(sizes) - 1,), "norms is")
    layers = len(heard)
    logs = np.log10(np.maximum(heard, 1e-300))
    widths = 0.4 + 1.8 * np.clip(1 + (logs - logs.max()) / 6, 0, 1)
    figure = canvas(3.6)
    axes = figure.subplots()
    edges, captions = draw_network(axes, sizes)

    def update(step: int) -> None:
        back = step - layers - 1
        for layer, (lines, caption) in enumerate(zip(edges, captions, strict=True)):
            reached = layers - 1 - layer <= back
            passed = layer < step
            lines.set_color(COLORS[1] if reached else INK if passed else QUIET)
            lines.set_linewidth(widths[layer] if reached else 0.9 if passed else 0.3)
            caption.set_text(f"dW{layer + 1}\n{heard[layer]:.2g}" if reached else "\n")
        axes.set_title(
            "forward: values" if back < 0 else "backward: the size of each dW", loc="center"
        )

    facts = ", ".join(f"layer {layer + 1} {value:.2g}" for layer, value in enumerate(heard))
    alt = (
        f"Animation of a network with {layers} layers: values flow from left to right, then the "
        f"error flows back from right to left. Norm of dW: {facts}."
    )
    return animate(figure, update, range(2 * layers + 1), alt, milliseconds=500)
