"""Layers: the functions of `nnlib.functional` with the memory that the backward pass needs.

A layer's parameters and their gradients are two dicts with the same keys, ``W`` and ``b``.
`forward` remembers what it was given, `backward` turns the derivative of the loss with respect to
the output into the one with respect to the input, and fills the gradients on the way.
"""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike

import nnlib.functional as F
from nnlib.arrays import Array
from nnlib.initializers import Initializer, he_init


class Layer:
    """What all layers share. A layer without parameters writes `forward` and `backward` only."""

    kinds: ClassVar[dict[str, type["Layer"]]] = {}
    """Every layer class by name: how a saved network finds them again."""

    def __init_subclass__(cls) -> None:
        Layer.kinds[cls.__name__] = cls

    def __init__(self, **settings: Any) -> None:
        self.settings = settings
        self.parameters: dict[str, Array] = {}
        self.gradients: dict[str, Array] = {}
        self._cache: Any = None

    def forward(self, X: Array, training: bool = False) -> Array:
        """Return the layer's output for a batch, and remember what `backward` needs."""
        raise NotImplementedError

    def backward(self, dA: Array, input_gradient: bool = True) -> Array | None:
        """Fill `gradients`; return the derivative of the loss with respect to the input.

        With ``input_gradient=False``, for the first layer, a layer may save the work of the latter
        and return None.
        """
        raise NotImplementedError

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Shape of one example after the layer, given its shape before.

        Raises
        ------
        ValueError
            When the layer does not take such examples.
        """
        return shape

    def _remembered(self) -> Any:
        if self._cache is None:
            raise RuntimeError(
                f"{self}: backward needs what forward remembers; call forward on the batch first."
            )
        return self._cache

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self.settings.items())
        return f"{type(self).__name__}({settings})"


class Dense(Layer):
    """A layer of neurons, ``Z = X @ W + b``.

    Parameters
    ----------
    inputs, outputs : int
        D and H.
    rng : numpy.random.Generator
        Draws the first weights.
    init : function
        `he_init` or `glorot_init`, or another with their signature.
    dtype : float32 or float64

    Examples
    --------
    >>> layer = Dense(3, 2, np.random.default_rng(0))
    >>> layer.forward(np.ones((5, 3))).shape
    (5, 2)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        rng: np.random.Generator,
        init: Initializer = he_init,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__(inputs=inputs, outputs=outputs)
        [(W, b)] = init([inputs, outputs], rng)
        self.parameters = {"W": W.astype(dtype), "b": b.astype(dtype)}

    def forward(self, X: Array, training: bool = False) -> Array:
        self._cache = X
        return F.dense_forward(X, self.parameters["W"], self.parameters["b"])

    def backward(self, dA: Array, input_gradient: bool = True) -> Array | None:
        X = self._remembered()
        dX = None
        if input_gradient:
            dX, dW, db = F.dense_backward(dA, X, self.parameters["W"])
        else:
            dW, db = F.dense_parameter_gradients(dA, X)
        self.gradients = {"W": dW, "b": db}
        return dX

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        W = self.parameters["W"]
        if shape != W.shape[:1]:
            raise ValueError(f"W has shape {W.shape}, and an example arrives with shape {shape}.")
        return W.shape[1:]


class Conv2D(Layer):
    """Filters that slide over images ``(N, C, height, width)``.

    Parameters
    ----------
    channels, filters, size : int
        Channels of the image, number of filters, and height and width of each.
    rng : numpy.random.Generator
        Draws the first weights.
    stride, padding : int
    dtype : float32 or float64

    Examples
    --------
    >>> layer = Conv2D(1, 4, 3, np.random.default_rng(0), padding=1)
    >>> layer.forward(np.ones((2, 1, 8, 6))).shape
    (2, 4, 8, 6)
    """

    def __init__(
        self,
        channels: int,
        filters: int,
        size: int,
        rng: np.random.Generator,
        stride: int = 1,
        padding: int = 0,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__(
            channels=channels, filters=filters, size=size, stride=stride, padding=padding
        )
        self.stride, self.padding = stride, padding
        [(W, b)] = he_init([channels * size * size, filters], rng)
        W = W.T.reshape(filters, channels, size, size)
        self.parameters = {"W": W.astype(dtype), "b": b.astype(dtype)}

    def forward(self, X: Array, training: bool = False) -> Array:
        self._cache = X
        W, b = self.parameters["W"], self.parameters["b"]
        return F.conv2d_forward(X, W, b, self.stride, self.padding)

    def backward(self, dA: Array, input_gradient: bool = True) -> Array | None:
        dX, dW, db = F.conv2d_backward(
            dA, self._remembered(), self.parameters["W"], self.stride, self.padding
        )
        self.gradients = {"W": dW, "b": db}
        return dX

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        # One empty batch through the formula itself: the shape is known to one place only.
        empty = np.zeros((0, *shape))
        W, b = self.parameters["W"], self.parameters["b"]
        return F.conv2d_forward(empty, W, b, self.stride, self.padding).shape[1:]


class MaxPool2D(Layer):
    """The largest value of each ``size × size`` block of an image.

    Parameters
    ----------
    size : int
    """

    def __init__(self, size: int) -> None:
        super().__init__(size=size)
        self.size = size

    def forward(self, X: Array, training: bool = False) -> Array:
        self._cache = X
        return F.max_pool_forward(X, self.size)

    def backward(self, dA: Array, input_gradient: bool = True) -> Array:
        return F.max_pool_backward(dA, self._remembered(), self.size)

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        return F.max_pool_forward(np.zeros((0, *shape)), self.size).shape[1:]


class Flatten(Layer):
    """Write each example as one row: what a dense layer after images needs."""

    def forward(self, X: Array, training: bool = False) -> Array:
        self._cache = X.shape
        return X.reshape(len(X), -1)

    def backward(self, dA: Array, input_gradient: bool = True) -> Array:
        return dA.reshape(self._remembered())

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        return (int(np.prod(shape)),)


class Activation(Layer):
    """An activation function and its derivative, which needs the function's input or output."""

    formula: ClassVar["staticmethod[[Array], Array]"]
    derivative: ClassVar["staticmethod[[Array, Array], Array]"]
    remembers_input: ClassVar[bool] = False

    def forward(self, X: Array, training: bool = False) -> Array:
        A = self.formula(X)
        self._cache = X if self.remembers_input else A
        return A

    def backward(self, dA: Array, input_gradient: bool = True) -> Array:
        return self.derivative(dA, self._remembered())


class ReLU(Activation):
    """``max(Z, 0)``

    Examples
    --------
    >>> layer = ReLU()
    >>> layer.forward(np.array([[-1.0, 2.0]])), layer.backward(np.array([[5.0, 5.0]]))
    (array([[0., 2.]]), array([[0., 5.]]))
    """

    formula = staticmethod(F.relu)
    derivative = staticmethod(F.relu_backward)
    remembers_input = True


class Sigmoid(Activation):
    """``1 / (1 + exp(-Z))``"""

    formula = staticmethod(F.sigmoid)
    derivative = staticmethod(F.sigmoid_backward)


class Tanh(Activation):
    """Hyperbolic tangent."""

    formula = staticmethod(F.tanh)
    derivative = staticmethod(F.tanh_backward)


class Softmax(Activation):
    """Probabilities, row by row.

    Not wanted before `SoftmaxCrossEntropy`, which takes logits and is exact where a softmax
    followed by a logarithm is not.
    """

    formula = staticmethod(F.softmax)
    derivative = staticmethod(F.softmax_backward)


class Dropout(Layer):
    """Silences neurons at random while training; passes everything on otherwise.

    Parameters
    ----------
    drop_prob : float
    rng : numpy.random.Generator
        Decides which neurons are silent, anew for each batch.
    """

    def __init__(self, drop_prob: float, rng: np.random.Generator) -> None:
        super().__init__(drop_prob=drop_prob)
        self.drop_prob, self.rng = drop_prob, rng

    def forward(self, X: Array, training: bool = False) -> Array:
        out, mask = F.dropout_forward(X, self.drop_prob, self.rng, training)
        self._cache = (mask, self.drop_prob if training else 0.0)
        return out

    def backward(self, dA: Array, input_gradient: bool = True) -> Array:
        mask, drop_prob = self._remembered()
        return F.dropout_backward(dA, mask, drop_prob)
