"""Answers that are right for most inputs: the questions must reach what they get wrong.

Each stands for a kind of input that is easily forgotten: equal sizes, whole numbers, zeros, one of
everything, numbers that are neither small nor large.
"""

import numpy as np
import pytest

from nnlib import functional as F
from nnlib.checking import assess
from nnlib.gradcheck import relative_error

WRONG = []


def wrong(name):
    """Register an answer to an exercise that must not be accepted."""

    def register(answer):
        WRONG.append(pytest.param(name, answer, id=f"{name}: {answer.__name__}"))
        return answer

    return register


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("name", "answer"), WRONG)
def test_what_is_right_for_most_inputs_is_not_right(name, answer, seed):
    assert assess(name, answer, seed).score < 1


def either(first, second):
    """The first of two spellings whose shapes fit."""
    try:
        return first()
    except ValueError:
        return second()


# Equal sizes


@wrong("dense_forward")
def transposed_where_it_fits(X, W, b):
    return either(lambda: X.T @ W + b, lambda: X @ W + b)


@wrong("dense_forward")
def biases_down_the_rows_where_they_fit(X, W, b):
    Z = X @ W
    return Z + b[:, None] if len(b) == len(Z) else Z + b


def normalized(Z, log=False):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = either(lambda: E / E.sum(axis=1), lambda: E / E.sum(axis=1, keepdims=True))
    return np.log(P) if log else P


@wrong("softmax")
def divided_along_the_wrong_axis_where_it_fits(Z):
    return normalized(Z)


@wrong("softmax_cross_entropy_backward")
def probabilities_along_the_wrong_axis_where_they_fit(logits, y):
    return (normalized(logits) - np.eye(logits.shape[1])[y]) / len(y)


@wrong("accuracy")
def the_other_axis_where_it_fits(logits, y):
    axis = 0 if logits.shape[0] == logits.shape[1] else 1
    return np.mean(np.argmax(logits, axis=axis) == y)


@wrong("dense_backward")
def weights_not_transposed_where_they_fit(dZ, X, W):
    return either(lambda: dZ @ W, lambda: dZ @ W.T), X.T @ dZ, dZ.sum(axis=0)


@wrong("network_forward")
def one_buffer_for_each_width(X, params):
    buffers, cache, A = {}, [], X
    for W, b in params:
        Z = buffers.setdefault(W.shape[1], np.empty((len(X), W.shape[1])))
        np.matmul(A, W, out=Z)
        Z += b
        cache.append((A, Z))
        A = np.maximum(Z, 0)
    return Z, cache


@wrong("network_backward")
def the_wrong_gate_where_it_fits(dlogits, cache, params):
    grads, dZ = [], dlogits
    for layer in reversed(range(len(params))):
        A, Z = cache[layer]
        grads.append((A.T @ dZ, dZ.sum(axis=0)))
        if layer:
            dA = dZ @ params[layer][0].T
            dZ = dA * (Z > 0) if Z.shape == dA.shape else dA * (A > 0)
    return grads[::-1]


@wrong("layer_gradient_norms")
def layers_told_apart_by_shape(grads):
    return np.array(list({dW.shape: np.linalg.norm(dW) for dW, _ in grads}.values()))


# Whole numbers


@wrong("network_forward")
def sums_kept_as_the_inputs_are(X, params):
    cache, A = [], X
    for layer, (W, b) in enumerate(params):
        Z = np.empty((len(A), W.shape[1]), dtype=A.dtype)
        Z[...] = A @ W + b
        cache.append((A, Z))
        A = np.maximum(Z, 0) if layer < len(params) - 1 else Z
    return Z, cache


@wrong("mean_squared_error")
def differences_kept_as_the_targets_are(predictions, targets):
    error = np.zeros_like(targets)
    error[...] = predictions - targets
    return np.mean(error**2)


@wrong("relu_backward")
def slopes_kept_as_the_inputs_are(dA, Z):
    out = np.zeros_like(Z)
    out[Z > 0] = dA[Z > 0]
    return out


@wrong("dense_backward")
def slopes_kept_as_the_weights_are(dZ, X, W):
    dW = np.zeros_like(W)
    dW[...] = X.T @ dZ
    return dZ @ W.T, dW, dZ.sum(axis=0)


@wrong("fit_line")
def weights_kept_as_the_inputs_are(X, y, learning_rate, steps):
    w, b = np.zeros_like(X[0]), 0.0
    for _ in range(steps):
        error = X @ w + b - y
        dw, b = 2 / len(X) * X.T @ error, b - learning_rate * 2 * error.mean()
        w[...] = w - learning_rate * dw
    return w, b


# Zeros


@wrong("relu_backward")
def divided_by_the_input(dA, Z):
    with np.errstate(invalid="ignore"):
        return dA * np.maximum(Z, 0) / Z


def largest(error):
    """What `relative_error` makes of its ratios."""
    return np.inf if np.isnan(error).any() else float(np.max(error))


@wrong("relative_error")
def scalars_without_a_floor(a, b):
    a, b = np.asarray(a, float), np.asarray(b, float)
    floor = 1e-12 if a.ndim else 0.0
    with np.errstate(invalid="ignore"):
        error = np.abs(a - b) / np.maximum(np.abs(a) + np.abs(b), floor)
    return largest(error) if a.ndim or np.isnan(a) or np.isnan(b) else float(error)


@wrong("relative_error")
def zeros_left_out(a, b):
    a, b = np.asarray(a, float), np.asarray(b, float)
    with np.errstate(invalid="ignore"):
        error = np.abs(a - b) / np.maximum(np.abs(a) + np.abs(b), 1e-12)
    return largest(np.where((a == 0) | (b == 0), 0.0, error))


@wrong("numerical_gradient")
def only_where_x_is_not_zero(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in zip(*np.nonzero(x), strict=True):
        step = np.zeros(x.shape)
        step[index] = h
        gradient[index] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient


@wrong("layer_gradient_norms")
def divided_by_the_largest(grads):
    with np.errstate(invalid="ignore"):
        return np.array([np.abs(d).max() * np.linalg.norm(d / np.abs(d).max()) for d, _ in grads])


@wrong("add_l2_gradient")
def only_where_there_is_a_slope(grads, params, weight_decay):
    return [
        (np.where(dW != 0, dW + weight_decay * W, 0), db.copy())
        for (dW, db), (W, _) in zip(grads, params, strict=True)
    ]


@wrong("momentum_step")
def rests_where_there_is_no_slope(params, grads, velocity, learning_rate, beta):
    def step(p, g, v):
        v = beta * v + g
        return (p - learning_rate * v, v) if g.any() else (p.copy(), v - g)

    pairs = [
        [step(*arrays) for arrays in zip(*layer, strict=True)]
        for layer in zip(params, grads, velocity, strict=True)
    ]
    return tuple([tuple(pair[i] for pair in layer) for layer in pairs] for i in (0, 1))


# Between small and large


@wrong("binary_cross_entropy")
def cut_at_eight(logits, y):
    s = np.where(y == 1, -logits, logits)
    return np.where(s > 8, s, np.log1p(np.exp(np.minimum(s, 8)))).mean()


@wrong("relu")
def cut_at_a_thousand(Z):
    return np.clip(Z, 0, 1000)


@wrong("layer_gradient_norms")
def lifted_a_little(grads):
    return np.array([np.sqrt(np.sum(dW * dW) + 1e-16) for dW, _ in grads])


@wrong("clip_gradients")
def norms_below_one_left_alone(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g * g) for layer in grads for g in layer))
    factor = max_norm / max(1, norm) if norm > max_norm else 1.0
    return [(factor * dW, factor * db) for dW, db in grads]


@wrong("fit_line")
def ends_when_the_loss_rises(X, y, learning_rate, steps):
    w, b, before = np.zeros(X.shape[1]), 0.0, np.inf
    for _ in range(steps):
        error = X @ w + b - y
        if np.mean(error**2) > before:
            break
        before = np.mean(error**2)
        w = w - learning_rate * 2 / len(X) * X.T @ error
        b = b - learning_rate * 2 * error.mean()
    return w, b


# The last of a kind


@wrong("softmax_cross_entropy_backward")
def as_many_classes_as_labels(logits, y):
    return (F.softmax(logits) - np.eye(logits.shape[1])[:, : y.max() + 1][y]) / len(y)


@wrong("sgd_step")
def three_layers_at_most(params, grads, learning_rate):
    return [
        (W - learning_rate * dW, b - learning_rate * db)
        for (W, b), (dW, db) in zip(params[:3], grads[:3], strict=True)
    ]


@wrong("center_columns")
def one_example_left_as_it_is(X):
    return X - X.mean(axis=0) if len(X) > 1 else 1.0 * X


@wrong("learning_rate_range_test")
def rates_sorted(loss_and_grads, params, learning_rates):
    _, grads = loss_and_grads(params)
    return np.array(
        [
            loss_and_grads(
                [(W - r * dW, b - r * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]
            )[0]
            for r in sorted(learning_rates)
        ]
    )


@wrong("gradient_check")
def only_the_number_of_axes_is_looked_at(f, x, df, h=1e-5):
    analytic = np.asarray(df(x), float)
    if analytic.ndim != x.ndim or analytic.size != x.size:
        return np.inf
    steps = h * np.eye(x.size).reshape(x.size, *x.shape)
    numeric = np.array([(f(x + s) - f(x - s)) / (2 * h) for s in steps])
    return relative_error(analytic.ravel(), numeric)


@wrong("augment_flip")
def half_as_many_decisions(images, rng, p=0.5):
    half = rng.random(-(-len(images) // 2)) < p
    chosen = np.tile(half, 2)[: len(images)]
    return np.where(chosen[:, None, None, None], images[:, :, ::-1], images)


# What a verdict must not say of them: it would send the learner to the wrong place.


def tiny_added(X_train, X_other):
    mean, std = X_train.mean(axis=0), X_train.std(axis=0) + 1e-8
    return (X_train - mean) / std, (X_other - mean) / std


def centered_only(X_train, X_other):
    mean, std = X_train.mean(axis=0), X_train.std(axis=0)
    varies = X_train.max(axis=0) > X_train.min(axis=0)
    return (X_train - mean) / np.where(varies, std, 1) * varies, (X_other - mean) * varies


def first_classes_only(y, fractions, rng):
    parts = [[], [], []]
    for label in (0, 1):
        rows = rng.permutation(np.flatnonzero(y == label))
        at = np.round(np.cumsum(fractions)[:2] * len(rows)).astype(int)
        for part, some in zip(parts, np.split(rows, at), strict=True):
            part.extend(some)
    return tuple(map(np.array, parts))


def drawn_twice(images, rng, p=0.5):
    out = images.copy()
    rows = rng.choice(len(images), size=round(p * len(images)))
    out[rows] = images[rows, :, ::-1]
    return out


def tenths(images, rng, p=0.5):
    chosen = rng.integers(0, 10, size=len(images)) < 10 * p
    return np.where(chosen[:, None, None, None], images[:, :, ::-1], images)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("name", "answer", "accusation"),
    [
        ("standardize", tiny_added, "scale itself"),
        ("standardize", centered_only, "scale itself"),
        ("train_validation_test_split", first_classes_only, "same number of examples"),
        ("augment_flip", drawn_twice, "whatever p says"),
        ("augment_flip", tenths, "101 numbers"),
    ],
)
def test_nobody_is_accused_of_another_mistake(name, answer, accusation, seed):
    verdict = assess(name, answer, seed)
    assert verdict.score < 1
    assert accusation not in str(verdict)
