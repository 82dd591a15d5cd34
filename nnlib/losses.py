"""Losses as objects: `forward` gives the number, `backward` where it comes from.

The formulas are those of `nnlib.functional`; an object remembers the batch between the two.
"""

from typing import ClassVar

import numpy as np

import nnlib.functional as F
from nnlib.arrays import Array


class Loss:
    """What all losses share."""

    formula: ClassVar["staticmethod[[Array, Array], float]"]
    derivative: ClassVar["staticmethod[[Array, Array], Array]"]

    def __init__(self) -> None:
        self._cache: tuple[tuple[int, ...], Array, Array] | None = None

    def forward(self, outputs: Array, y: Array) -> float:
        """Return the mean loss of a batch.

        Parameters
        ----------
        outputs : ndarray of shape (N, C)
            What the network gives; logits, not probabilities, for the cross-entropies.
        y : ndarray of shape (N,)

        Returns
        -------
        float
        """
        flat = self._flat(outputs, y)
        self._cache = (outputs.shape, flat, y)
        return self.formula(flat, y)

    def backward(self) -> Array:
        """Return the derivative with respect to the outputs of the last `forward`."""
        if self._cache is None:
            raise RuntimeError(
                f"{type(self).__name__}: backward needs what forward remembers; call forward first."
            )
        shape, flat, y = self._cache
        return self.derivative(flat, y).reshape(shape)

    def accuracy(self, outputs: Array, y: Array) -> float:
        """Share of the examples whose label is right; nan where labels are not classes."""
        return np.nan

    def _flat(self, outputs: Array, y: Array) -> Array:
        """A network with one output gives (N, 1) where the formula speaks of (N,)."""
        one_output = outputs.shape[1:] == (1,) and np.ndim(y) == 1
        return outputs[:, 0] if one_output else outputs


class MeanSquaredError(Loss):
    """Mean of the squared differences: for numbers.

    Examples
    --------
    >>> loss = MeanSquaredError()
    >>> loss.forward(np.array([[1.0], [2.0]]), np.array([1.0, 4.0]))
    2.0
    >>> loss.backward()
    array([[ 0.],
           [-2.]])
    """

    formula = staticmethod(F.mean_squared_error)
    derivative = staticmethod(F.mean_squared_error_backward)


class SoftmaxCrossEntropy(Loss):
    """Cross-entropy of softmax(logits): for one of C classes; labels 0 to C-1.

    Examples
    --------
    >>> loss = SoftmaxCrossEntropy()
    >>> round(loss.forward(np.array([[0.0, 0.0]]), np.array([1])), 4)
    0.6931
    >>> loss.backward()
    array([[ 0.5, -0.5]])
    """

    formula = staticmethod(F.softmax_cross_entropy)
    derivative = staticmethod(F.softmax_cross_entropy_backward)

    def accuracy(self, outputs: Array, y: Array) -> float:
        return F.accuracy(outputs, y)

    def _flat(self, outputs: Array, y: Array) -> Array:
        return outputs


class BinaryCrossEntropy(Loss):
    """Cross-entropy of sigmoid(logit): for yes or no; labels 0 and 1, one logit per example."""

    formula = staticmethod(F.binary_cross_entropy)
    derivative = staticmethod(F.binary_cross_entropy_backward)

    def accuracy(self, outputs: Array, y: Array) -> float:
        return float(((self._flat(outputs, y) > 0) == (np.asarray(y) == 1)).mean())
