"""conv2d_backward(dZ, X, W, stride=1, padding=0): what X, W and b contributed."""

import numpy as np

from nnlib import functional as F
from nnlib.checking import Exercise
from nnlib.checking.answer import Probe
from nnlib.exercises.convolution.conv2d_forward import CASES, draw, whole


def questions(rng):
    X, W, _ = whole(rng)
    yield rng.integers(-2, 2, size=(1, 2, 2, 3)) + 0.5, X, W
    for *sizes, stride, padding in CASES:
        X, W, b = draw(rng, *sizes)
        named = {"stride": stride, "padding": padding} if stride + padding > 1 else {}
        yield Probe((rng.normal(size=F.conv2d_forward(X, W, b, **named).shape), X, W), named)
    yield rng.normal(size=F.conv2d_forward(X, W, b, 2, 1).shape), X, W, 2, 1


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
    dbig, dW = np.zeros(big.shape), np.zeros(W.shape)
    kh, kw = W.shape[2:]
    for n, f, r, c in np.ndindex(dZ.shape):
        rows, columns = slice(r * stride, r * stride + kh), slice(c * stride, c * stride + kw)
        weights = W[f, :, ::-1, ::-1] if flip else W[f]
        dbig[n, :, rows, columns] += dZ[n, f, r, c] * weights
        dW[f] += dZ[n, f, r, c] * big[n, :, rows, columns]
    if crop:
        dbig = dbig[:, :, padding : padding + X.shape[2], padding : padding + X.shape[3]].copy()
    return dbig, dW, dZ.sum(axis=(0, 2, 3))


@exercise.misconception("Every example adds to the same bias: over which axes is db summed?")
def db_of_each_example(dZ, X, W, stride=1, padding=0):
    dX, dW, _ = _back(dZ, X, W, stride, padding)
    return dX, dW, dZ.sum(axis=(2, 3))


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
    big = np.zeros(np.pad(X, [(0, 0), (0, 0), (padding, padding), (padding, padding)]).shape)
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


def _by_entry(dZ, X, W, stride, padding, give):
    """The filter's entries one after the other, as the lesson does it, with one thing changed."""
    pad = [(0, 0), (0, 0), (padding, padding), (padding, padding)]
    dbig, big = np.zeros(np.pad(X, pad).shape), np.pad(X, pad)
    dW = np.zeros(W.shape)
    rows, columns = stride * dZ.shape[2], stride * dZ.shape[3]
    for i, j in np.ndindex(W.shape[2:]):
        met = np.s_[:, :, i : i + rows : stride, j : j + columns : stride]
        dW[:, :, i, j] = np.einsum("nfuv,ncuv->fc", dZ, big[met])
        give(dbig, met, np.einsum("nfuv,fc->ncuv", dZ, W[:, :, i, j]))
    height, width = X.shape[2:]
    return (
        dbig[:, :, padding : padding + height, padding : padding + width] + 0,
        dW,
        dZ.sum((0, 2, 3)),
    )


@exercise.misconception(
    "Each entry of the filter replaces what the entries before it gave: a pixel adds up what it "
    "hears."
)
def entries_overwrite(dZ, X, W, stride=1, padding=0):
    def give(dbig, met, share):
        dbig[met] = share

    return _by_entry(dZ, X, W, stride, padding, give)


@exercise.misconception(
    "Nothing was cut off at the front: with padding, where in the padded array does X begin?"
)
def border_cut_at_the_end_only(dZ, X, W, stride=1, padding=0):
    pad = [(0, 0), (0, 0), (padding, padding), (padding, padding)]
    dX, dW, db = _back(dZ, np.pad(X, pad), W, stride, 0)
    return dX[:, :, : X.shape[2], : X.shape[3]] + 0, dW, db


@exercise.misconception(
    "dX has lost its fractions: of which dtype are the zeros that you start with?"
)
def whole_numbers_kept(dZ, X, W, stride=1, padding=0):
    dX, dW, db = _back(dZ, X, W, stride, padding)
    return dX.astype(X.dtype), dW, db


@exercise.misconception("dW is turned by half a turn: which pixel did entry (i, j) meet?")
def filter_gradient_turned(dZ, X, W, stride=1, padding=0):
    dX, dW, db = _back(dZ, X, W, stride, padding)
    return dX, dW[:, :, ::-1, ::-1] + 0, db
