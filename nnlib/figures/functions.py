"""Functions of one number and of one row: activations and slopes, stacked layers, softmax."""

from collections.abc import Mapping, Sequence

import numpy as np

from nnlib.arrays import Array, Parameters
from nnlib.figures.base import Figure, drawing
from nnlib.figures.learner import Function, answer
from nnlib.figures.style import COLORS, INK, LINES, QUIET, TINTS, canvas, listed


@drawing
def activation_functions(functions: Mapping[str, Function], reach: float = 5.0) -> Figure:
    """Activation functions on the left, their slopes on the right.

    Parameters
    ----------
    functions : mapping of name to function
        Each takes an ndarray of any shape and answers entry by entry.
    reach : float
        The picture spans -reach to reach.

    Returns
    -------
    Figure
    """
    z = np.linspace(-reach, reach, 401)  # 0 is among them: no slope is taken across ReLU's kink
    figure = canvas(3.1)
    left, right = figure.subplots(1, 2)
    facts = []
    for number, (name, function) in enumerate(functions.items()):
        a = answer(function, z, shape=z.shape, name=name)
        slope = np.diff(a) / np.diff(z)
        look = {"color": COLORS[number], "linestyle": LINES[number], "label": name}
        left.plot(z, a, **look)
        right.plot((z[:-1] + z[1:]) / 2, slope, **look)
        facts.append(
            f"{name} goes from {a[0]:.2f} to {a[-1]:.2f}, "
            f"its slope is between {_near(slope.min())} and {_near(slope.max())}"
        )
    left.set(xlabel="weighted sum z", title="value a")
    right.set(xlabel="weighted sum z", title="slope da/dz")
    for axes in (left, right):
        axes.grid(visible=True)
        axes.axhline(0, color=QUIET, linewidth=0.8)
    left.legend(loc="upper left")
    return Figure(
        figure,
        f"Line plots of {listed(functions)} for z from {-reach:g} to {reach:g}, "
        f"values left, slopes right. {'; '.join(facts)}.",
    )


@drawing
def softmax_bars(softmax: Function, scores: Sequence[float], labels: Sequence[str]) -> Figure:
    """Scores on the left, the probabilities that softmax makes of them on the right.

    Parameters
    ----------
    softmax : callable
        ndarray of shape (N, C) to ndarray of shape (N, C).
    scores : sequence of C floats
    labels : sequence of C strings

    Returns
    -------
    Figure
    """
    row = np.array([scores], dtype=float)
    probabilities = answer(softmax, row, shape=row.shape)[0]
    figure = canvas(0.9 + 0.42 * len(labels))
    left, right = figure.subplots(1, 2, sharey=True)
    for axes, values, form in ((left, row[0], "{:.1f}"), (right, probabilities, "{:.3f}")):
        bars = axes.barh(range(len(labels)), values, color=TINTS[0], edgecolor=COLORS[0])
        axes.bar_label(bars, [form.format(v).replace("-", "−") for v in values], padding=4)
        axes.axvline(0, color=QUIET, linewidth=0.8)
        axes.margins(x=0.22)
        axes.tick_params(left=False)
        axes.spines["left"].set_visible(False)
    left.set(title="scores (logits)", yticks=range(len(labels)), yticklabels=labels)
    right.set_title(f"probabilities, sum {probabilities.sum():.3f}")
    right.set_xlim(min(0.0, probabilities.min()), max(1.18, 1.18 * probabilities.max()))
    left.invert_yaxis()
    pairs = zip(labels, row[0], probabilities, strict=True)
    facts = [f"{label} {score:.1f} becomes {p:.3f}" for label, score, p in pairs]
    return Figure(
        figure,
        f"Two bar charts, scores and their softmax. {listed(facts)}; "
        f"the probabilities sum to {probabilities.sum():.3f}.",
    )


BENT = (
    (np.array([[1.0, -1.5, -1.5]]), np.array([1.5, 1.0, 0.5])),
    (np.array([[-0.5, -0.5], [-1.0, 1.0], [1.0, 2.0]]), np.array([1.5, -1.0])),
    (np.array([[-2.0], [0.5]]), np.array([-0.5])),
)
"""Three layers from one number to one number, chosen so that ReLU's bends are easy to see."""


@drawing
def linear_layers_collapse(
    dense_forward: Function, relu: Function, params: Parameters = BENT
) -> Figure:
    """What a stack of layers computes, without and with an activation between the layers.

    Parameters
    ----------
    dense_forward : callable
        ``(X (N, D), W (D, H), b (H,))`` to ndarray of shape (N, H).
    relu : callable
    params : list of (W, b)
        From one input to one output.

    Returns
    -------
    Figure
    """
    x = np.linspace(-3, 3, 121)[:, None]
    linear = _stack(x, params, dense_forward, None)
    bent = _stack(x, params, dense_forward, relu)
    slope = np.linalg.multi_dot([np.eye(1), *(W for W, _ in params)]).item()
    line = linear[60] + slope * x[:, 0]
    gap = float(np.abs(linear - line).max())
    figure = canvas(3.0)
    left, right = figure.subplots(1, 2, sharey=True)
    left.plot(x, linear, color=COLORS[0], linewidth=5, alpha=0.45, label=f"{len(params)} layers")
    left.plot(x, line, color=INK, linestyle="--", linewidth=1.4, label="one line")
    left.set(title="no activation between the layers", ylabel="output")
    right.plot(x, bent, color=COLORS[1], label=f"{len(params)} layers")
    right.set_title("ReLU between the layers")
    for axes in (left, right):
        axes.set_xlabel("input x")
        axes.grid(visible=True)
        axes.legend()
    kinks = np.flatnonzero(np.abs(np.diff(bent, 2)) > 1e-6)  # a bend between points makes two
    bends = int((np.diff(kinks, prepend=-2) > 1).sum())
    return Figure(
        figure,
        f"Two line plots of {len(params)} dense layers for x from -3 to 3. Without activations "
        f"the output is a line of slope {slope:.2f}, at most {_near(gap)} away from it. "
        f"With ReLU between the layers it has {bends} bend{'s' * (bends != 1)} and runs "
        f"from {bent[0]:.2f} to {bent[-1]:.2f}.",
    )


def _stack(x: Array, params: Parameters, dense_forward: Function, relu: Function | None) -> Array:
    A = x
    for number, (W, b) in enumerate(params):
        A = answer(dense_forward, A, W, b, shape=(len(A), W.shape[1]))
        if relu is not None and number + 1 < len(params):
            A = answer(relu, A, shape=A.shape)
    return A[:, 0]


def _near(value: float) -> str:
    """Two decimals; rounding errors read as 0, with no minus sign."""
    return f"{round(float(value), 2) + 0.0:.2f}"
