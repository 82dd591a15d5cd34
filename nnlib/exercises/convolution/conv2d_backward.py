"""conv2d_backward(dZ, X, W, stride=1, padding=0): what X, W and b contributed."""

import numpy as np

from nnlib import functional as F
from nnlib.checking import Exercise
from nnlib.checking.answer import Probe
from nnlib.exercises.convolution.conv2d_forward import CASES, draw


def questions(rng):
    for *sizes, stride, padding in CASES:
        X, W, b = draw(rng, *sizes)
        named = {"stride": stride, "padding": padding} if stride + padding > 1 else {}
        yield Probe((rng.normal(size=F.conv2d_forward(X, W, b, **named).shape), X, W), named)


def proof(dZ, X, W, stride=1, padding=0):
    def loss(X, W, b):
        return np.sum(dZ * F.conv2d_forward(X, W, b, stride, padding))

    zero = np.zeros(len(W))
    yield "dX", lambda X: loss(X, W, zero), X
    yield "dW", lambda W: loss(X, W, zero), W
    yield "db", lambda b: loss(X, W, b), zero


exercise = Exercise(
    F.conv2d_backward,
    questions,
    parts=("dX", "dW", "db"),
    points=6,
    proof=proof,
    builds_on=("conv2d_forward",),
)


def _back(dZ, X, W, stride, padding, flip=False, crop=True):
    """Every window hands its derivative back to its pixels and to its filter."""
    big = np.pad(X, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    dbig, dW = np.zeros_like(big), np.zeros_like(W)
    kh, kw = W.shape[2:]
    for n, f, r, c in np.ndindex(dZ.shape):
        rows, columns = slice(r * stride, r * stride + kh), slice(c * stride, c * stride + kw)
        weights = W[f, :, ::-1, ::-1] if flip else W[f]
        dbig[n, :, rows, columns] += dZ[n, f, r, c] * weights
        dW[f] += dZ[n, f, r, c] * big[n, :, rows, columns]
    if crop:
        dbig = dbig[:, :, padding : padding + X.shape[2], padding : padding + X.shape[3]].copy()
    return dbig, dW, dZ.sum(axis=(0, 2, 3))


@exercise.alternative
def loops(dZ, X, W, stride=1, padding=0):
    return _back(dZ, X, W, stride, padding)


@exercise.alternative
def windows(dZ, X, W, stride=1, padding=0):
    pad = [(0, 0), (0, 0), (padding, padding), (padding, padding)]
    view = np.lib.stride_tricks.sliding_window_view(np.pad(X, pad), W.shape[2:], axis=(2, 3))
    dW = np.einsum("nfhw,nchwij->fcij", dZ, view[:, :, ::stride, ::stride])
    dX, _, db = _back(dZ, X, W, stride, padding)
    return [dX, dW, db]


@exercise.alternative
def entry_by_entry(dZ, X, W, stride=1, padding=0):
    pad = [(0, 0), (0, 0), (padding, padding), (padding, padding)]
    big = np.pad(X, pad)
    dbig, dW = np.zeros(big.shape), np.zeros(W.shape)
    rows, columns = stride * dZ.shape[2], stride * dZ.shape[3]
    for i in range(W.shape[2]):
        for j in range(W.shape[3]):
            met = (
                slice(None),
                slice(None),
                slice(i, i + rows, stride),
                slice(j, j + columns, stride),
            )
            dW[:, :, i, j] = np.einsum("nfhw,nchw->fc", dZ, big[met])
            dbig[met] += np.einsum("nfhw,fc->nchw", dZ, W[:, :, i, j])
    end = [size + padding for size in X.shape[2:]]
    return dbig[:, :, padding : end[0], padding : end[1]] + 0, dW, np.einsum("nfhw->f", dZ)


@exercise.misconception(
    "The border that padding added has no pixels: which part of dX is asked for?"
)
def border_not_cut_off(dZ, X, W, stride=1, padding=0):
    return _back(dZ, X, W, stride, padding, crop=False)


@exercise.misconception(
    "A pixel hears through the weight that lay on it: was the filter turned round?"
)
def filter_flipped(dZ, X, W, stride=1, padding=0):
    return _back(dZ, X, W, stride, padding, flip=True)


@exercise.misconception("The 1/N is in the loss's gradient already.")
def divided_by_n(dZ, X, W, stride=1, padding=0):
    dX, dW, db = _back(dZ, X, W, stride, padding)
    return dX, dW / len(X), db / len(X)


@exercise.misconception("A filter's bias is added at every place: which axes are summed over?")
def bias_summed_over_examples_only(dZ, X, W, stride=1, padding=0):
    dX, dW, _ = _back(dZ, X, W, stride, padding)
    return dX, dW, dZ.sum(axis=0)


@exercise.misconception("The bias's derivative is a sum over places and examples, not a mean.")
def bias_averaged(dZ, X, W, stride=1, padding=0):
    dX, dW, _ = _back(dZ, X, W, stride, padding)
    return dX, dW, dZ.mean(axis=(0, 2, 3))


@exercise.misconception(
    "Windows overlap: what happens to what a pixel heard from the window before?"
)
def overlap_overwritten(dZ, X, W, stride=1, padding=0):
    _, dW, db = _back(dZ, X, W, stride, padding)
    big = np.zeros_like(np.pad(X, [(0, 0), (0, 0), (padding, padding), (padding, padding)]))
    kh, kw = W.shape[2:]
    for n, _, r, c in np.ndindex(dZ.shape):
        patch = np.tensordot(dZ[n, :, r, c], W, axes=1)
        big[n, :, r * stride : r * stride + kh, c * stride : c * stride + kw] = patch
    return big[:, :, padding : padding + X.shape[2], padding : padding + X.shape[3]] + 0, dW, db


@exercise.misconception("The derivative that comes in is ignored: each window weighs its own.")
def upstream_ignored(dZ, X, W, stride=1, padding=0):
    return _back(np.ones_like(dZ), X, W, stride, padding)


@exercise.misconception("Only the first example teaches the filters; all of them should.")
def first_example_only(dZ, X, W, stride=1, padding=0):
    dX, _, _ = _back(dZ, X, W, stride, padding)
    _, dW, db = _back(dZ[:1], X[:1], W, stride, padding)
    return dX, dW, db
