"""How large a step may be: what it does to each direction, to a whole walk, and to a heavy ball."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nnlib.arrays import Array
from nnlib.figures.base import Figure, drawing
from nnlib.figures.landscape import draw_landscape, window
from nnlib.figures.learner import Function, Unusable, answer, usable
from nnlib.figures.player import Animation, animate
from nnlib.figures.style import COLORS, INK, LINES, MARKERS, QUIET, TINTS, canvas


@drawing
def shrinking_factors(eigenvalues: Sequence[float], limit: float) -> Figure:
    """By how much one step shrinks the distance in each direction, for every learning rate.

    Parameters
    ----------
    eigenvalues : sequence of floats
        The steepness λ of each direction, above 0; at most 6.
    limit : float
        The largest stable learning rate, to be drawn as a line.

    Returns
    -------
    Figure
    """
    steepness = usable(eigenvalues, (None,), "eigenvalues is")
    edge = float(usable(limit, (), "The largest stable learning rate is"))
    if not 0 < edge < np.inf:
        raise Unusable(f"The largest stable learning rate is {edge:g}; this figure needs one > 0.")
    rates = np.linspace(0, 1.3 * max(edge, 2 / steepness.max()), 401)
    figure = canvas(3.2)
    axes = figure.subplots()
    axes.axhspan(1, 9, color=TINTS[1], zorder=0)
    axes.text(rates[8], 1.17, "farther away with every step", va="center")
    for number, value in enumerate(sorted(steepness)):
        axes.plot(rates, abs(1 - rates * value), color=COLORS[number],
                  linestyle=LINES[number], label=f"λ = {value:.3g}")  # fmt: skip
    axes.axvline(edge, color=INK, linewidth=1.2)
    axes.annotate(f"limit {edge:.3g}", (edge, 0), (-4, 4), textcoords="offset points",
                  rotation=90, ha="right", va="bottom")  # fmt: skip
    axes.set(xlabel="learning rate", ylabel="factor per step", xlim=(0, rates[-1]),
             ylim=(0, 1.35))  # fmt: skip
    axes.grid(visible=True)
    figure.legend(loc="outside right upper")
    facts = [
        f"λ = {value:.3g} falls to 0 at rate {1 / value:.3g} and is back at 1 at {2 / value:.3g}"
        for value in sorted(steepness)
    ]
    return Figure(
        figure,
        f"Line plot of the factor |1 - rate · λ| over the learning rate. {'; '.join(facts)}. "
        f"A vertical line marks the limit {edge:.3g}.",
    )


@drawing
def rate_explorer(
    loss: Function, paths: Mapping[float, Array], names: tuple[str, str] = ("w1", "w2")
) -> Animation:
    """Choose a learning rate with a slider; see the walk, its loss curve, and where it ends.

    Parameters
    ----------
    loss : callable
        ndarray of shape (2,) to a number.
    paths : mapping of learning rate to ndarray of shape (K, 2)
        The places a descent at this rate has been to, start first; one picture per rate.
    names : two strings
        What the parameters are called.

    Returns
    -------
    Animation
        Each picture is one rate. The last one, the largest rate, is what readers without scripts
        see, beside the losses that all the rates end with.
    """
    rates = sorted(paths)
    walks = [usable(paths[rate], (None, 2), f"The walk at rate {rate:g} is") for rate in rates]
    curves = [np.array([float(answer(loss, x, shape=())) for x in walk]) for walk in walks]
    start, ends = curves[0][0], np.array([curve[-1] for curve in curves])
    if not 0 < start < np.inf:
        raise Unusable(f"The loss at the start is {start:g}; this figure needs a number above 0.")
    lowest = max(min(float(np.nanmin(curve)) for curve in curves), start * 1e-9)
    figure = canvas(4.0)
    grid = figure.add_gridspec(2, 2, width_ratios=(1.25, 1))
    ground, over_steps, over_rates = (
        figure.add_subplot(place) for place in (grid[:, 0], grid[0, 1], grid[1, 1])
    )
    stay = [walk for walk, end in zip(walks, ends, strict=True) if end <= start * (1 + 1e-9)]
    draw_landscape(ground, loss, window(stay or [walks[0][:1]]), names)
    ground.set_aspect("equal")
    trail = ground.plot([], [], "o-", color=COLORS[1], markersize=4, linewidth=1.4)[0]
    scale = {"yscale": "log", "ylim": (lowest / 3, start * 30)}
    over_steps.set(xlabel="step", ylabel="loss", xlim=(0, len(curves[0]) - 1), **scale)
    curve_line = over_steps.plot([], [], color=COLORS[1])[0]
    over_rates.plot(rates, np.minimum(ends, start * 1e6), color=QUIET, linewidth=1.4)
    over_rates.set(xlabel="learning rate", ylabel="loss at the end", **scale)
    here = over_rates.plot([], [], "s", color=COLORS[1], markersize=8)[0]
    for axes in (over_steps, over_rates):
        axes.axhline(start, color=QUIET, linestyle=":", linewidth=1.2)
        axes.grid(visible=True)

    def update(number: int) -> None:
        far = int(np.argmax([*(curves[number] > 6 * start), True]))  # only zigzag beyond
        trail.set_data(*walks[number][: far + 1].T)
        curve_line.set_data(range(len(curves[number])), curves[number])
        here.set_data([rates[number]], [min(ends[number], start * 15)])
        ground.set_title(f"learning rate {rates[number]:.3g}")

    return animate(figure, update, range(len(rates)), _explored(rates, ends, start), 700)


def _explored(rates: Sequence[float], ends: Array, start: Any) -> str:
    """What a reader who sees none of the pictures should know of them."""
    shown = sorted({round(k * (len(rates) - 1) / 4) for k in range(5)} | {int(np.nanargmin(ends))})
    facts = ", ".join(f"{ends[k]:.2g} at {rates[k]:.3g}" for k in shown)
    return (
        f"{len(rates)} pictures, one per learning rate: the walk on contour lines of the loss, and "
        f"its loss curve. From {start:.3g} the loss goes to {facts}; the last is shown first."
    )


@drawing
def heavy_ball(
    momentum_step: Function,
    betas: Sequence[float] = (0.9, 0.7, 0.0),
    learning_rate: float = 0.04,
    steps: int = 100,
) -> Figure:
    """Steps with momentum, laid over the motion that physics gives a ball in a valley with drag.

    Parameters
    ----------
    momentum_step : callable
        ``(params, grads, velocity, learning_rate, beta)`` to ``(params, velocity)``.
    betas : sequence of floats below 1
        At most 7.
    learning_rate : float
        The square of a step's duration, for a ball of mass 1.
    steps : int

    Returns
    -------
    Figure

    Notes
    -----
    The ball obeys ``x'' = -x - drag · x'`` on the valley ``½ x²``, from rest at 1. With a time of
    ``h = sqrt(learning_rate)`` per step, momentum's beta is ``1 - drag · h``.
    """

    def walk(beta: float) -> list[Any]:
        params, velocity = [(np.array([[1.0]]), np.zeros(1))], [(np.zeros((1, 1)), np.zeros(1))]
        places = [params[0][0].item()]
        for _ in range(steps):
            params, velocity = momentum_step(params, params, velocity, learning_rate, beta)
            places.append(np.asarray(params[0][0]).item())
        return places

    figure = canvas(3.3)
    axes = figure.subplots()
    duration = learning_rate**0.5
    facts = []
    for number, beta in enumerate(betas):
        places = answer(walk, beta, shape=(steps + 1,), name="momentum_step")
        motion = _rolls((1 - beta) / duration, duration * np.arange(steps + 1))
        axes.plot(motion, color=COLORS[number], linestyle=LINES[number], linewidth=1.4,
                  label=f"beta {beta:g}")  # fmt: skip
        axes.plot(range(0, steps + 1, 3), places[::3], MARKERS[number], color=COLORS[number],
                  markersize=4, markeredgecolor="white", markeredgewidth=0.4)  # fmt: skip
        facts.append(
            f"beta {beta:g}: lowest {places.min():.2f}, {places[-1]:.3f} after {steps} steps, "
            f"at most {abs(places - motion).max():.3f} from the ball"
        )
    axes.axhline(0, color=QUIET, linewidth=1)
    axes.set(xlabel="step", ylabel="distance from the bottom")
    axes.grid(visible=True)
    figure.legend(loc="outside right upper", title="line: physics\nmarks: steps")
    return Figure(
        figure,
        f"Line plot of a ball's distance from the bottom, and marks for the steps of momentum at "
        f"the rate {learning_rate:g}, starting from 1. {'; '.join(facts)}.",
    )


def _rolls(drag: float, times: Array) -> Array:
    """Where a ball of mass 1 is that starts from rest at 1 in the valley ½ x², with this drag."""
    root = np.sqrt(drag**2 / 4 - 1 + 0j)
    root = root if abs(root) > 1e-6 else 1e-6 + 0j  # both motions become one: take a neighbor
    fast, slow = -drag / 2 - root, -drag / 2 + root
    motion = (slow * np.exp(fast * times) - fast * np.exp(slow * times)) / (slow - fast)
    return np.asarray(motion.real)
