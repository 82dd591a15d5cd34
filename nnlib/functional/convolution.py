"""Convolution (as cross-correlation) and max-pooling of images ``(N, C, height, width)``."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from nnlib.arrays import Array


def conv2d_forward(X: Array, W: Array, b: Array, stride: int = 1, padding: int = 0) -> Array:
    """Slide every filter over the image; each output is a weighted sum of the window below it.

    Parameters
    ----------
    X : ndarray of shape (N, C, height, width)
    W : ndarray of shape (filters, C, kh, kw)
    b : ndarray of shape (filters,)
    stride : int
        Distance between neighboring windows.
    padding : int
        Rows and columns of zeros added on each side.

    Returns
    -------
    ndarray of shape (N, filters, out_height, out_width)
        ``out_height = (height + 2*padding - kh) // stride + 1``, the width alike.

    Raises
    ------
    ValueError
        When the shapes do not fit together, or the filter is larger than the padded image.

    Examples
    --------
    >>> conv2d_forward(np.arange(9.0).reshape(1, 1, 3, 3), np.ones((1, 1, 2, 2)), np.zeros(1))
    array([[[[ 8., 12.],
             [20., 24.]]]])
    """
    if X.ndim != 4 or W.ndim != 4 or X.shape[1] != W.shape[1] or b.shape != W.shape[:1]:
        raise ValueError(
            f"X has shape {X.shape}, W {W.shape} and b {b.shape}; expected X (N, C, height, width),"
            " W (filters, C, kh, kw) and b (filters,), with the same C and the same filters."
        )
    windows = _windows(X, W.shape[2], W.shape[3], stride, padding)
    Z = np.tensordot(windows, W, axes=([1, 4, 5], [1, 2, 3])) + b
    return np.ascontiguousarray(Z.transpose(0, 3, 1, 2))


def conv2d_backward(
    dZ: Array, X: Array, W: Array, stride: int = 1, padding: int = 0
) -> tuple[Array, Array, Array]:
    """Derivatives of the loss with respect to all that went into `conv2d_forward`.

    Parameters
    ----------
    dZ : ndarray of shape (N, filters, out_height, out_width)
        Derivative of the loss with respect to the output.
    X : ndarray of shape (N, C, height, width)
    W : ndarray of shape (filters, C, kh, kw)
    stride, padding : int
        As in the forward pass.

    Returns
    -------
    dX : ndarray of shape (N, C, height, width)
    dW : ndarray of shape (filters, C, kh, kw)
    db : ndarray of shape (filters,)

    Examples
    --------
    >>> dX, dW, db = conv2d_backward(
    ...     np.ones((1, 1, 2, 2)), np.arange(9.0).reshape(1, 1, 3, 3), np.ones((1, 1, 2, 2))
    ... )
    >>> dX[0, 0]
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    kh, kw = W.shape[2:]
    windows = _windows(X, kh, kw, stride, padding)
    dW = np.tensordot(dZ, windows, axes=([0, 2, 3], [0, 2, 3]))
    dX = np.zeros_like(_pad(X, padding), dtype=np.result_type(dZ, W))
    rows, columns = (stride * size for size in dZ.shape[2:])
    for i in range(kh):
        for j in range(kw):
            # Entry (i, j) of the filter met these pixels, one per window.
            met = dX[:, :, i : i + rows : stride, j : j + columns : stride]
            met += np.tensordot(dZ, W[:, :, i, j], axes=([1], [0])).transpose(0, 3, 1, 2)
    height, width = X.shape[2:]
    dX = dX[:, :, padding : padding + height, padding : padding + width].copy()
    return dX, dW, dZ.sum(axis=(0, 2, 3))


def max_pool_forward(X: Array, size: int) -> Array:
    """Largest value of each ``size × size`` block; what is left over at the border is cropped.

    Parameters
    ----------
    X : ndarray of shape (N, C, height, width)
    size : int

    Returns
    -------
    ndarray of shape (N, C, height // size, width // size)

    Examples
    --------
    >>> max_pool_forward(np.arange(16.0).reshape(1, 1, 4, 4), 2)
    array([[[[ 5.,  7.],
             [13., 15.]]]])
    """
    return np.asarray(_blocks(X, size).max(axis=-1))


def max_pool_backward(dA: Array, X: Array, size: int) -> Array:
    """Hand each derivative to the entry that was its block's largest (of equals, the first).

    Parameters
    ----------
    dA : ndarray of shape (N, C, height // size, width // size)
        Derivative of the loss with respect to the output.
    X : ndarray of shape (N, C, height, width)
        The *input* of `max_pool_forward`.
    size : int

    Returns
    -------
    ndarray of shape (N, C, height, width)

    Examples
    --------
    >>> max_pool_backward(np.array([[[[7.0]]]]), np.array([[[[1.0, 4.0], [3.0, 2.0]]]]), 2)
    array([[[[0., 7.],
             [0., 0.]]]])
    """
    blocks = _blocks(X, size)
    dblocks = np.zeros_like(blocks, dtype=dA.dtype)
    np.put_along_axis(dblocks, blocks.argmax(axis=-1)[..., None], dA[..., None], axis=-1)
    N, C, rows, columns, _ = blocks.shape
    dX = np.zeros_like(X, dtype=dA.dtype)
    dX[:, :, : rows * size, : columns * size] = (
        dblocks.reshape(N, C, rows, columns, size, size)
        .swapaxes(3, 4)
        .reshape(N, C, rows * size, columns * size)
    )
    return dX


def _pad(X: Array, padding: int) -> Array:
    return np.pad(X, ((0, 0), (0, 0), (padding, padding), (padding, padding)))


def _windows(X: Array, kh: int, kw: int, stride: int, padding: int) -> Array:
    """View of the windows, (N, C, out_height, out_width, kh, kw): no pixel is copied."""
    padded = _pad(X, padding)
    if padded.shape[2] < kh or padded.shape[3] < kw:
        raise ValueError(
            f"A filter of {kh}×{kw} does not fit an image of {padded.shape[2]}×{padded.shape[3]} "
            f"pixels (padding {padding} included)."
        )
    return sliding_window_view(padded, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]


def _blocks(X: Array, size: int) -> Array:
    """The pooled blocks, each flattened: (N, C, rows, columns, size * size)."""
    if X.ndim != 4:
        raise ValueError(f"X has shape {X.shape}; expected (N, C, height, width).")
    N, C, height, width = X.shape
    rows, columns = height // size, width // size
    if not rows or not columns:
        raise ValueError(f"Blocks of {size}×{size} do not fit an image of {height}×{width} pixels.")
    cropped = X[:, :, : rows * size, : columns * size]
    blocks = cropped.reshape(N, C, rows, size, columns, size).swapaxes(3, 4)
    return blocks.reshape(N, C, rows, columns, size * size)
