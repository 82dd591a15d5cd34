"""Where a gradient is wrong, by how much, and whether a kink is to blame."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnlib.arrays import Array
from nnlib.gradcheck.differences import numerical_gradient


@dataclass(frozen=True)
class GradientReport:
    """What a comparison with central differences found.

    Attributes
    ----------
    error : float
        Largest disagreement, relative to the gradient's norm; inf for a nan or a wrong shape.
    index : tuple of int
        Where that entry stands.
    claimed, numerical : float
        The derivative there, as claimed and as measured.
    kinks : tuple of indices
        Entries left out because the step crosses a kink there: the claimed derivative equals the
        slope to one side, and the other side has another slope.
    reason : str
        Why nothing could be compared, where that is so.
    """

    error: float
    index: tuple[int, ...] = ()
    claimed: float = 0.0
    numerical: float = 0.0
    kinks: tuple[tuple[int, ...], ...] = ()
    reason: str = ""

    def __str__(self) -> str:
        if self.reason:
            return self.reason
        text = (
            f"Largest error {self.error:.1e} of the gradient's norm, at entry {self.index}: "
            f"claimed {self.claimed:.8g}, measured {self.numerical:.8g}."
        )
        if self.kinks:
            text += f" The step crosses a kink at {len(self.kinks)} entries: {self.kinks[:3]}."
        return text


def compare_gradients(
    f: Callable[[Array], float],
    x: Array,
    gradient: Array,
    h: float = 1e-5,
    tolerance: float = 1e-6,
) -> GradientReport:
    """Compare a gradient with central differences, entry by entry.

    Parameters
    ----------
    f : callable
        From an array of x's shape to a number.
    x : ndarray of any shape
    gradient : ndarray of x's shape
        What is claimed to be the derivative of `f` at `x`.
    h : float
        Step of the central differences.
    tolerance : float
        Entries that disagree by more, relative to the gradient's norm, are looked at for kinks.

    Returns
    -------
    GradientReport

    Examples
    --------
    >>> f, x = lambda x: float((x**2).sum()), np.array([1.0, -3.0])
    >>> print(compare_gradients(f, x, np.array([2.0, -6.6])))
    Largest error 8.7e-02 of the gradient's norm, at entry (1,): claimed -6.6, measured -6.
    >>> relu_sum = lambda x: float(np.maximum(x, 0).sum())
    >>> compare_gradients(relu_sum, np.array([2.0, 1e-6]), np.array([1.0, 1.0])).kinks
    ((1,),)
    """
    x, gradient = np.array(x, dtype=np.float64), np.asarray(gradient)
    if gradient.shape != x.shape:
        return GradientReport(
            np.inf, reason=f"The gradient has shape {gradient.shape}; expected {x.shape}."
        )
    if not np.isfinite(gradient).all():
        bad = tuple(int(i) for i in np.argwhere(~np.isfinite(gradient))[0])
        return GradientReport(
            np.inf, bad, reason=f"The gradient at entry {bad} is {gradient[bad]}."
        )
    numerical = numerical_gradient(f, x, h)
    norm = max(np.linalg.norm(gradient), np.linalg.norm(numerical), 1e-12)
    errors = np.abs(gradient - numerical) / norm
    kinks = []
    for suspect in np.argwhere(errors > tolerance):
        index = tuple(int(i) for i in suspect)
        if _crosses_kink(f, x, index, float(gradient[index]), float(numerical[index]), h):
            kinks.append(index)
            errors[index] = 0
    worst = tuple(int(i) for i in np.unravel_index(errors.argmax(), errors.shape))
    return GradientReport(
        float(errors[worst]),
        worst,
        float(gradient[worst]),
        float(numerical[worst]),
        tuple(kinks),
    )


def _crosses_kink(
    f: Callable[[Array], float],
    x: Array,
    index: tuple[int, ...],
    claimed: float,
    numerical: float,
    h: float,
) -> bool:
    """Whether one of the two one-sided slopes is what was claimed, and the other is not.

    On a smooth function the one-sided slopes err more than the central one, and never 100 times
    less; so a wrong derivative is not mistaken for a kink.
    """
    middle = f(x)
    slopes = []
    for step in (h, -h):
        moved = x.copy()
        moved[index] += step
        slopes.append((f(moved) - middle) / step)
    nearest = min(abs(slope - claimed) for slope in slopes)
    return nearest < 0.01 * abs(claimed - numerical)
