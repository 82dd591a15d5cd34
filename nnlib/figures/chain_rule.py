"""Slopes as pictures: secants beside a tangent, the best step, local gradients, a kink."""

from collections.abc import Callable, Mapping

import numpy as np

from nnlib.arrays import Array
from nnlib.figures.base import Figure, drawing
from nnlib.figures.learner import Function, answer
from nnlib.figures.style import COLORS, INK, LINES, MARKERS, QUIET, canvas, listed

STEPS = np.logspace(-14, -1, 105)
"""Step sizes of the U-shaped error curves: eight per power of ten."""


@drawing
def secants(f: Callable[[float], float], slope: float, x: float, h: float) -> Figure:
    """A curve with its tangent at x, and the lines that forward and central differences take.

    Parameters
    ----------
    f : callable
        A number to a number.
    slope : float
        The derivative of f at x.
    x, h : float
        The place and the step.

    Returns
    -------
    Figure
    """
    lines = {"forward": (x, x + h), "central": (x - h, x + h)}
    reach = np.linspace(x - 1.6 * h, x + 1.6 * h, 201)
    figure = canvas(3.6, 5.6)
    axes = figure.subplots()
    axes.plot(reach, [f(t) for t in reach], color=INK, linewidth=2.6, label="f")
    axes.plot(reach, f(x) + slope * (reach - x), color=QUIET, linewidth=1.4, linestyle=":",
              label=f"tangent at x, slope {slope:.4g}")  # fmt: skip
    facts = []
    for number, (name, (a, b)) in enumerate(lines.items()):
        rise = (f(b) - f(a)) / (b - a)
        axes.plot(reach, f(a) + rise * (reach - a), color=COLORS[number], linewidth=1.6,
                  linestyle=LINES[number], label=f"{name}, slope {rise:.4g}")  # fmt: skip
        axes.plot([a, b], [f(a), f(b)], MARKERS[number], color=COLORS[number], markersize=8)
        facts.append(f"the {name} difference has slope {rise:.4g}")
    axes.set(xticks=(x - h, x, x + h), xticklabels=("x − h", "x", "x + h"), ylabel="f")
    axes.grid(visible=True)
    axes.legend(loc="upper left")
    return Figure(
        figure,
        f"Line plot of f around x = {x:g} with step h = {h:g}. The tangent has slope {slope:.4g}; "
        f"{listed(facts)}.",
    )


@drawing
def error_by_step(
    methods: Mapping[str, Function], f: Callable[[Array], float], slope: float, x: float
) -> Figure:
    """How far numerical derivatives are off, over the size of the step: curves like a U.

    Parameters
    ----------
    methods : mapping of name to function
        ``(f, x (1,), h)`` to ndarray of shape (1,).
    f : callable
        ndarray of shape (1,) to a number.
    slope : float
        The derivative of f at x, exactly.
    x : float

    Returns
    -------
    Figure
    """
    figure = canvas(3.9)
    axes = figure.subplots()
    facts = []
    for number, (name, method) in enumerate(methods.items()):
        slopes = [answer(method, f, np.array([x]), h, shape=(1,), name=name)[0] for h in STEPS]
        errors = np.abs(np.array(slopes) - slope)
        axes.loglog(STEPS, np.maximum(errors, 1e-16), color=COLORS[number], linewidth=1.4,
                    linestyle=LINES[number], label=name)  # fmt: skip
        typical = np.exp(_smooth(np.log(np.maximum(errors, 1e-16))))
        best = int(typical.argmin())
        axes.plot(STEPS[best], typical[best], MARKERS[number], color=COLORS[number], markersize=9)
        facts.append(
            f"{name} is off by {errors[-1]:.0e} at h = 1e-01, least around h = "
            f"{STEPS[best]:.0e}, where it is off by about {typical[best]:.0e}, and "
            f"by {typical[4]:.0e} around h = {STEPS[4]:.0e}"
        )
    axes.set(xlabel="step h", ylabel="error of the derivative")
    axes.grid(visible=True)
    axes.legend(loc="upper center")
    return Figure(
        figure,
        "Line plot, both axes logarithmic: the error of a numerical derivative over the step has "
        f"the shape of a U. {'; '.join(facts)}.",
    )


@drawing
def local_gradients(slopes: Mapping[str, Function], reach: float = 6.0) -> Figure:
    """What activations multiply a derivative by on its way back, over their input.

    Parameters
    ----------
    slopes : mapping of name to function
        From inputs, an ndarray of shape (K,), to what becomes of derivatives of 1 at the outputs.
    reach : float
        The picture spans -reach to reach.

    Returns
    -------
    Figure
    """
    z = np.linspace(-reach, reach, 240)  # an even number: 0, where ReLU has a kink, is not among it
    figure = canvas(3.0, 5.6)
    axes = figure.subplots()
    facts = []
    for number, (name, function) in enumerate(slopes.items()):
        values = answer(function, z, shape=z.shape, name=name)
        axes.plot(z, values, color=COLORS[number], linestyle=LINES[number], label=name)
        at = [np.interp(place, z, values) for place in (-reach, reach)]
        facts.append(
            f"{name} is {at[0]:.3f} at z = {-reach:g}, at most {values.max():.2f} and "
            f"{at[1]:.3f} at z = {reach:g}"
        )
    axes.set(xlabel="input z", ylabel="local derivative da/dz")
    axes.grid(visible=True)
    axes.legend(loc="upper left")
    return Figure(figure, f"Line plot of local derivatives over the input z. {'; '.join(facts)}.")


@drawing
def kink(numerical_gradient: Function, relu: Function, h: float, place: float) -> Figure:
    """ReLU's kink: a central difference that reaches across it, and what comes out around it.

    Parameters
    ----------
    numerical_gradient : callable
        ``(f, x (1,), h)`` to ndarray of shape (1,).
    relu : callable
    h : float
        The step.
    place : float
        Where the central difference on the left is taken, nearer to 0 than h.

    Returns
    -------
    Figure
    """

    def measured(z: float) -> float:
        slope = answer(
            numerical_gradient, lambda x: float(relu(x)[0]), np.array([z]), h, shape=(1,)
        )
        return float(slope[0])

    z = np.linspace(-2.5 * h, 2.5 * h, 201)
    figure = canvas(3.3)
    left, right = figure.subplots(1, 2)
    ends = np.array([place - h, place + h])
    left.plot(z, answer(relu, z, shape=z.shape), color=INK, linewidth=2.4, label="ReLU")
    left.plot(ends, answer(relu, ends, shape=(2,)), color=COLORS[1], linestyle="--", marker="s",
              label=f"central difference,\nslope {measured(place):.2g}")  # fmt: skip
    left.axvline(place, color=QUIET, linewidth=0.8, linestyle=":")
    left.set(title="one measurement", xlabel="z")
    left.set_yticks(h * np.arange(3), ["0", "h", "2h"])
    left.legend(loc="upper left")
    off_the_kink = np.abs(z) > 1e-12 * h
    right.plot(z, [measured(t) for t in z], color=COLORS[1], linestyle="--", label="measured")
    right.plot(z, np.where(off_the_kink, z > 0, np.nan), color=INK, label="true slope")
    right.set(title="slope", xlabel="z")
    right.legend(loc="upper left")
    for axes in (left, right):
        axes.grid(visible=True)
        axes.set_xticks(h * np.arange(-2, 3), ["−2h", "−h", "0", "h", "2h"])
    return Figure(
        figure,
        f"Two line plots around ReLU's kink, step h = {h:g}. Left, the central difference at "
        f"z = {place:g} reaches across the kink and has slope {measured(place):.2g}. Right, the "
        f"measured slope rises from {measured(-2 * h):.2g} to {measured(2 * h):.2g} between "
        f"z = {-h:g} and z = {h:g}, where the true slope jumps from 0 to 1 at z = 0.",
    )


def _smooth(values: Array) -> Array:
    """A running mean over one power of ten, so that a lucky step does not count as the best."""
    width = 9
    padded = np.pad(values, width // 2, mode="edge")
    return np.convolve(padded, np.full(width, 1 / width), mode="valid")
