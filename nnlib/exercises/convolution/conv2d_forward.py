"""conv2d_forward(X, W, b, stride=1, padding=0): every filter at every place."""

import numpy as np

from nnlib import functional as F
from nnlib.checking import Exercise
from nnlib.checking.answer import Probe

# Windows that end at the border, and rows or columns that are left over: above, below, or both.
CASES = [  # N, C, height, width, filters, kh, kw, stride, padding
    (2, 1, 4, 6, 5, 2, 3, 1, 0),
    (1, 2, 5, 6, 4, 3, 2, 1, 0),
    (3, 2, 9, 5, 5, 2, 3, 2, 0),
    (2, 3, 4, 6, 5, 3, 2, 1, 1),
    (2, 3, 9, 10, 6, 3, 5, 2, 1),
    (2, 2, 8, 12, 5, 2, 3, 3, 1),
    (2, 2, 8, 10, 3, 3, 2, 3, 2),
]


def draw(rng, N, C, height, width, filters, kh, kw):
    """A batch of images, filters and biases."""
    return (
        rng.normal(size=(N, C, height, width)),
        rng.normal(size=(filters, C, kh, kw)),
        1 + rng.normal(size=filters),
    )


def whole(rng):
    """A small image of whole numbers, and a filter that is not of whole numbers."""
    X = rng.integers(0, 6, size=(1, 1, 3, 4))
    return X, rng.integers(-3, 3, size=(2, 1, 2, 2)) + 0.5, np.array([1.0, -0.5])


def questions(rng):
    yield whole(rng)
    for *sizes, stride, padding in CASES:
        X, W, b = draw(rng, *sizes)
        named = {"stride": stride, "padding": padding} if stride + padding > 1 else {}
        yield Probe((X, W, b), named)
    yield X, W, b, 2, 1


exercise = Exercise(F.conv2d_forward, questions, parts=("Z",), points=4)


@exercise.alternative
def windows(X, W, b, stride=1, padding=0):
    X = np.pad(X, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    view = np.lib.stride_tricks.sliding_window_view(X, W.shape[2:], axis=(2, 3))
    view = view[:, :, ::stride, ::stride]
    return np.einsum("nchwij,fcij->nfhw", view, W) + b[:, None, None]


@exercise.alternative
def loops(X, W, b, stride=1, padding=0):
    return _slide(X, W, b, stride, padding)


@exercise.alternative
def filter_entry_by_entry(X, W, b, stride=1, padding=0):
    N, C, height, width = X.shape
    filters, _, kh, kw = W.shape
    big = np.zeros((N, C, height + 2 * padding, width + 2 * padding))
    big[:, :, padding : padding + height, padding : padding + width] = X
    rows = (big.shape[2] - kh) // stride + 1
    columns = (big.shape[3] - kw) // stride + 1
    Z = np.zeros((N, filters, rows, columns)) + b.reshape(1, -1, 1, 1)
    for i in range(kh):
        for j in range(kw):
            part = big[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            Z += np.einsum("nchw,fc->nfhw", part, W[:, :, i, j])
    return Z


def _slide(X, W, b, stride, padding, mode="constant", weigh=lambda patch, w: np.sum(patch * w)):
    """A window that moves over the image, with one thing changed."""
    X = np.pad(X, [(0, 0), (0, 0), (padding, padding), (padding, padding)], mode=mode)
    filters, _, kh, kw = W.shape
    rows, columns = (X.shape[2] - kh) // stride + 1, (X.shape[3] - kw) // stride + 1
    Z = np.zeros((len(X), filters, rows, columns))
    for n, f, r, c in np.ndindex(Z.shape):
        patch = X[n, :, r * stride : r * stride + kh, c * stride : c * stride + kw]
        Z[n, f, r, c] = weigh(patch, W[f]) + b[f]
    return Z


@exercise.misconception("The filter is turned by half a turn; here it lies on the image as it is.")
def filter_flipped(X, W, b, stride=1, padding=0):
    return _slide(X, W[:, :, ::-1, ::-1], b, stride, padding)


@exercise.misconception("Each filter adds its own bias.")
def no_bias(X, W, b, stride=1, padding=0):
    return _slide(X, W, 0 * b, stride, padding)


@exercise.misconception("The border is missing: what does padding add before the window moves?")
def padding_ignored(X, W, b, stride=1, padding=0):
    return _slide(X, W, b, stride, 0)


@exercise.misconception("The window moves by one pixel only: what is stride for?")
def stride_ignored(X, W, b, stride=1, padding=0):
    return _slide(X, W, b, 1, padding)


@exercise.misconception("The border repeats the image's edge; it should be zero.")
def edge_repeated(X, W, b, stride=1, padding=0):
    return _slide(X, W, b, stride, padding, mode="edge")


@exercise.misconception(
    "Only the first channel is looked at; a window reaches through all of them."
)
def first_channel_only(X, W, b, stride=1, padding=0):
    return _slide(X[:, :1], W[:, :1], b, stride, padding)


@exercise.misconception("The window is averaged; a weighted sum is asked for.")
def mean_for_sum(X, W, b, stride=1, padding=0):
    return _slide(X, W, b, stride, padding, weigh=lambda patch, w: np.mean(patch * w))


@exercise.misconception("The filters' axis stands last; the result is (N, filters, height, width).")
def filters_last(X, W, b, stride=1, padding=0):
    return np.ascontiguousarray(_slide(X, W, b, stride, padding).transpose(0, 2, 3, 1))


@exercise.misconception(
    "The windows stop too early below and on the right: padding counts on both sides, in the "
    "border and in the size."
)
def padding_on_one_side(X, W, b, stride=1, padding=0):
    X = np.pad(X, [(0, 0), (0, 0), (padding, 0), (padding, 0)])
    return _slide(X, W, b, stride, 0)


@exercise.misconception("Examples and channels have got a border, too: which axes are padded?")
def every_axis_padded(X, W, b, stride=1, padding=0):
    Z = _slide(X, W, b, stride, padding)
    return np.pad(Z - b[:, None, None], [(padding, padding)] + 3 * [(0, 0)]) + b[:, None, None]


@exercise.misconception(
    "The numbers are right, and in a wrong order: which axis is the filters' when you reshape?"
)
def filters_moved_by_reshape(X, W, b, stride=1, padding=0):
    Z = _slide(X, W, b, stride, padding)
    return Z.transpose(0, 2, 3, 1).reshape(Z.shape)


@exercise.misconception("The sums have lost their fractions: of which dtype is your output?")
def whole_numbers_kept(X, W, b, stride=1, padding=0):
    return _slide(X, W, b, stride, padding).astype(X.dtype)


@exercise.misconception("The bias is added once for each window, not once for each of its pixels.")
def bias_for_every_pixel(X, W, b, stride=1, padding=0):
    return _slide(X, W, W[0].size * b, stride, padding)


@exercise.misconception(
    "The last row and column of windows are missing: how many places are there?"
)
def one_place_too_few(X, W, b, stride=1, padding=0):
    return _slide(X, W, b, stride, padding)[:, :, :-1, :-1].copy()
