"""Layers in a row: a network that is called, trained, described, saved and loaded."""

import json
from collections.abc import Sequence
from inspect import signature
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import ArrayLike

from nnlib.arrays import Array, Parameters, as_floats
from nnlib.layers import Layer


class Sequential:
    """A network whose layers follow one another.

    Parameters
    ----------
    layers : sequence of Layer
        In the order of the forward pass. Those with parameters share one dtype.

    Raises
    ------
    ValueError
        When a layer does not fit the one before it; layers are counted from 0.

    Examples
    --------
    >>> from nnlib.layers import Dense, ReLU
    >>> rng = np.random.default_rng(0)
    >>> network = Sequential([Dense(2, 16, rng), ReLU(), Dense(16, 3, rng)])
    >>> network.forward(np.ones((5, 2))).shape
    (5, 3)
    >>> print(network.summary())
       layer                        output  parameters
    0  Dense(inputs=2, outputs=16)  (16,)           48
    1  ReLU()                       (16,)            0
    2  Dense(inputs=16, outputs=3)  (3,)            51
       total                                        99
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        if not layers:
            raise ValueError("A network needs at least one layer, and the list is empty.")
        self.layers = list(layers)
        self._trainable = [layer for layer in self.layers if layer.parameters]
        dtypes = {array.dtype for pair in self.parameters for array in pair}
        if len(dtypes) > 1:
            raise ValueError(
                f"The layers' parameters have different dtypes: {sorted(map(str, dtypes))}; "
                "give all layers the same dtype."
            )
        self.dtype: np.dtype[Any] = dtypes.pop() if dtypes else np.dtype(np.float64)
        self._shapes()

    @property
    def parameters(self) -> list[tuple[Array, Array]]:
        """One ``(W, b)`` per layer that has parameters, first layer first; may be assigned."""
        return [(layer.parameters["W"], layer.parameters["b"]) for layer in self._trainable]

    @parameters.setter
    def parameters(self, params: Parameters) -> None:
        for layer, (W, b) in zip(self._trainable, params, strict=True):
            layer.parameters["W"], layer.parameters["b"] = W, b

    @property
    def gradients(self) -> list[tuple[Array, Array]]:
        """One ``(dW, db)`` per layer that has parameters, as the last `backward` left them."""
        try:
            return [(layer.gradients["W"], layer.gradients["b"]) for layer in self._trainable]
        except KeyError:
            raise RuntimeError("No gradients yet: call forward, then backward, first.") from None

    def forward(self, X: ArrayLike, training: bool = False) -> Array:
        """Return the network's outputs for a batch.

        Parameters
        ----------
        X : array_like of shape (N, ...)
            Converted to the dtype of the parameters.
        training : bool
            Whether dropout is on.

        Returns
        -------
        ndarray of shape (N, ...)

        Raises
        ------
        ValueError
            For an empty batch, a nan or an inf, or a shape that does not fit a layer.
        """
        A = checked_batch(X).astype(self.dtype, copy=False)
        for number, layer in enumerate(self.layers):
            try:
                A = layer.forward(A, training)
            except ValueError as error:
                raise ValueError(f"Layer {number} (counted from 0), {layer}: {error}") from None
        return A

    __call__ = forward

    def backward(self, dlogits: Array, input_gradient: bool = False) -> Array | None:
        """Send the loss's derivative back through all layers and fill their gradients.

        Parameters
        ----------
        dlogits : ndarray of the outputs' shape
        input_gradient : bool
            Whether the derivative with respect to the data is wanted too.

        Returns
        -------
        ndarray of the input's shape, or None
        """
        derivative: Array | None = dlogits
        for layer in reversed(self.layers):
            wanted = input_gradient or layer is not self.layers[0]
            assert derivative is not None
            derivative = layer.backward(derivative, wanted)
        return derivative if input_gradient else None

    def predict(self, X: ArrayLike) -> Array:
        """Return labels: the largest of several outputs, or whether a single one is above 0.

        Parameters
        ----------
        X : array_like of shape (N, ...)

        Returns
        -------
        ndarray of shape (N,), int
        """
        outputs = self.forward(X)
        if outputs.shape[1] == 1:
            return (outputs[:, 0] > 0).astype(np.int64)
        return np.asarray(outputs.argmax(axis=1))

    def summary(self, input_shape: tuple[int, ...] | None = None) -> str:
        """Return a table of the layers, the shape of one example after each, and parameters.

        Parameters
        ----------
        input_shape : tuple of int, optional
            Shape of one example; a network that starts with a dense layer knows it.

        Returns
        -------
        str
        """
        shapes = self._shapes(input_shape)
        rows = [("", "layer", "output", "parameters")]
        for number, (layer, shape) in enumerate(zip(self.layers, shapes, strict=True)):
            size = sum(array.size for array in layer.parameters.values())
            rows.append((str(number), str(layer), str(shape or "?"), f"{size:,}"))
        total = sum(array.size for pair in self.parameters for array in pair)
        rows.append(("", "total", "", f"{total:,}"))
        wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(
            f"{a:>{wide[0]}}  {b:<{wide[1]}}  {c:<{wide[2]}}  {d:>{wide[3]}}" for a, b, c, d in rows
        )

    def save(self, path: str | Path) -> None:
        """Write layers and parameters to an ``.npz`` file, which `load` reads.

        Parameters
        ----------
        path : str or Path
        """
        layers = json.dumps([(type(layer).__name__, layer.settings) for layer in self.layers])
        arrays: dict[str, Any] = {
            f"{number}.{name}": array
            for number, layer in enumerate(self.layers)
            for name, array in layer.parameters.items()
        }
        np.savez(_npz(path), layers=np.array(layers), **arrays)

    def _shapes(self, shape: tuple[int, ...] | None = None) -> list[tuple[int, ...] | None]:
        """Shape of one example after each layer; None where the input's is unknown."""
        first = self.layers[0].parameters.get("W")
        if shape is None and first is not None and first.ndim == 2:
            shape = first.shape[:1]
        shapes: list[tuple[int, ...] | None] = []
        for number, layer in enumerate(self.layers):
            try:
                shape = None if shape is None else layer.output_shape(shape)
            except ValueError as error:
                raise ValueError(f"Layer {number} (counted from 0), {layer}: {error}") from None
            shapes.append(shape)
        return shapes


def load(path: str | Path, rng: np.random.Generator | None = None) -> Sequential:
    """Read a network that `Sequential.save` wrote. Nothing in the file is executed.

    Parameters
    ----------
    path : str or Path
    rng : numpy.random.Generator, optional
        For layers that draw, such as dropout, when training goes on.

    Returns
    -------
    Sequential

    Raises
    ------
    ValueError
        When the file holds no network of ours.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from nnlib.layers import Dense
    >>> network = Sequential([Dense(2, 3, np.random.default_rng(0))])
    >>> with TemporaryDirectory() as folder:
    ...     network.save(f"{folder}/small.npz")
    ...     again = load(f"{folder}/small.npz")
    >>> again.layers, bool((again.forward([[1, 2]]) == network.forward([[1, 2]])).all())
    ([Dense(inputs=2, outputs=3)], True)
    """
    rng = rng or np.random.default_rng(0)
    try:
        with _npz(path).open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            layers = []
            for number, (name, settings) in enumerate(json.loads(str(file["layers"]))):
                kind = Layer.kinds[name]
                if "rng" in signature(kind).parameters:
                    settings["rng"] = rng
                layer = kind(**settings)
                layer.parameters = {key: file[f"{number}.{key}"] for key in layer.parameters}
                layers.append(layer)
    except (KeyError, TypeError, ValueError, BadZipFile) as error:
        raise ValueError(f"{path} holds no network saved by nnlib: {error!r}.") from None
    return Sequential(layers)


def checked_batch(X: ArrayLike) -> Array:
    """Return X as floats after looking for what no network can work with.

    Parameters
    ----------
    X : array_like of shape (N, ...)

    Returns
    -------
    ndarray of shape (N, ...)

    Raises
    ------
    TypeError
        When X does not hold numbers.
    ValueError
        When X has no row, no columns, or an entry that is nan or infinite.

    Examples
    --------
    >>> checked_batch([[1, np.nan]])
    Traceback (most recent call last):
    ValueError: X holds nan at entry (0, 1); remove or replace such examples first.
    """
    X = as_floats(X, "X")
    if X.ndim < 2 or not len(X):
        raise ValueError(
            f"X has shape {X.shape}; expected (N, D), one row per example and at least one row."
        )
    finite = np.isfinite(X)
    if np.count_nonzero(finite) < X.size:
        index = tuple(int(i) for i in np.argwhere(~finite)[0])
        raise ValueError(
            f"X holds {X[index]} at entry {index}; remove or replace such examples first."
        )
    return X


def _npz(path: str | Path) -> Path:
    path = Path(path)
    return path if path.suffix == ".npz" else path.with_name(path.name + ".npz")
