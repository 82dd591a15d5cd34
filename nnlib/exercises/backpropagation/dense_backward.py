"""dense_backward(dZ, X, W): what a dense layer's inputs, weights and biases hear of the error."""

import numpy as np

from nnlib import functional as F
from nnlib.checking import Exercise


def questions(rng):
    for N, D, H in [(2, 3, 4), (1, 4, 2), (5, 2, 3), (7, 6, 1), (4, 1, 5), (30, 40, 20)]:
        yield rng.normal(size=(N, H)), rng.normal(size=(N, D)), rng.normal(size=(D, H))
    yield (
        np.asfortranarray(rng.normal(size=(3, 2))),
        np.asfortranarray(rng.normal(size=(3, 5))),
        np.asfortranarray(rng.normal(size=(5, 2))),
    )
    yield rng.normal(size=(4, 4)), rng.normal(size=(4, 4)), rng.normal(size=(4, 4))
    yield rng.normal(size=(2, 3)), rng.normal(size=(2, 5)), rng.integers(-5, 6, size=(5, 3))
    yield rng.normal(size=(6, 5)), rng.integers(-5, 6, size=(6, 4)), rng.normal(size=(4, 5))


def proof(dZ, X, W):
    b = np.zeros(W.shape[1])
    yield "dX", lambda X: np.sum(dZ * F.dense_forward(X, W, b)), X
    yield "dW", lambda W: np.sum(dZ * F.dense_forward(X, W, b)), W
    yield "db", lambda b: np.sum(dZ * F.dense_forward(X, W, b)), b


exercise = Exercise(F.dense_backward, questions, parts=("dX", "dW", "db"), points=3, proof=proof)


@exercise.alternative
def einsum(dZ, X, W):
    return (
        np.einsum("nh,dh->nd", dZ, W),
        np.einsum("nd,nh->dh", X, dZ),
        np.einsum("nh->h", dZ),
    )


@exercise.alternative
def sum_of_outer_products(dZ, X, W):
    dW = np.zeros(W.shape)
    for x, dz in zip(X, dZ, strict=True):
        dW += np.outer(x, dz)
    return [(W @ dZ.T).T, dW, sum(dZ)]


@exercise.alternative
def loops(dZ, X, W):
    (N, D), H = X.shape, W.shape[1]
    dX, dW, db = np.zeros((N, D)), np.zeros((D, H)), np.zeros(H)
    for n in range(N):
        for h in range(H):
            db[h] += dZ[n, h]
            for d in range(D):
                dX[n, d] += dZ[n, h] * W[d, h]
                dW[d, h] += dZ[n, h] * X[n, d]
    return dX, dW, db


@exercise.alternative
def ones_for_the_bias(dZ, X, W):
    return np.dot(dZ, W.transpose()), np.dot(X.T, dZ), np.ones(len(dZ)) @ dZ


def _with(dZ, X, W, dX=None, dW=None, db=None):
    right = F.dense_backward(dZ, X, W)
    return tuple(r if v is None else v for r, v in zip(right, (dX, dW, db), strict=True))


@exercise.misconception(
    "dX: dZ has shape (N, H) and W (D, H): which of them must be turned so that (N, D) comes out?"
)
def weights_not_transposed(dZ, X, W):
    return dZ @ W, X.T @ dZ, dZ.sum(axis=0)


@exercise.misconception("dW: X has shape (N, D) and dZ (N, H): over which axis is to be summed?")
def inputs_not_transposed(dZ, X, W):
    return dZ @ W.T, X @ dZ, dZ.sum(axis=0)


@exercise.misconception("dW is the transpose of what it should be: it has the shape of W, (D, H).")
def weight_gradient_transposed(dZ, X, W):
    return _with(dZ, X, W, dW=dZ.T @ X)


@exercise.misconception("dX is the transpose of what it should be: it has the shape of X, (N, D).")
def input_gradient_transposed(dZ, X, W):
    return _with(dZ, X, W, dX=W @ dZ.T)


@exercise.misconception("dW is divided by N once too often: the 1/N lives in the loss alone.")
def weights_averaged(dZ, X, W):
    return _with(dZ, X, W, dW=X.T @ dZ / len(X))


@exercise.misconception("db is a mean over the batch; each example moves the bias: add them up.")
def biases_averaged(dZ, X, W):
    return _with(dZ, X, W, db=dZ.mean(axis=0))


@exercise.misconception("db has one entry per example; a bias belongs to a neuron: which axis?")
def biases_along_the_other_axis(dZ, X, W):
    return _with(dZ, X, W, db=dZ.sum(axis=1))


@exercise.misconception("db has shape (H,) like b: is an axis of length 1 kept?")
def biases_keep_an_axis(dZ, X, W):
    return _with(dZ, X, W, db=dZ.sum(axis=0, keepdims=True))


@exercise.misconception("db is one single number; each neuron has a bias of its own.")
def biases_all_together(dZ, X, W):
    return _with(dZ, X, W, db=dZ.sum())


@exercise.misconception("db has a row per example; the same b serves them all: what becomes of N?")
def biases_not_summed(dZ, X, W):
    return _with(dZ, X, W, db=1.0 * dZ)


@exercise.misconception("db is that of the first example alone.")
def bias_of_the_first_example(dZ, X, W):
    return _with(dZ, X, W, db=1.0 * dZ[0])


@exercise.misconception("dZ is not used for dX: how strong was the error at each output?")
def upstream_ignored_for_the_inputs(dZ, X, W):
    return _with(dZ, X, W, dX=np.ones_like(dZ) @ W.T)


@exercise.misconception("dZ is not used for dW: how strong was the error at each output?")
def upstream_ignored_for_the_weights(dZ, X, W):
    return _with(dZ, X, W, dW=X.T @ np.ones_like(dZ))


@exercise.misconception("db counts the examples; it should add up their dZ.")
def upstream_ignored_for_the_biases(dZ, X, W):
    return _with(dZ, X, W, db=np.ones_like(dZ).sum(axis=0))


@exercise.misconception(
    "For dW, X and dZ are each added up first; their products are to be added: which comes first?"
)
def sums_multiplied(dZ, X, W):
    return _with(dZ, X, W, dW=np.outer(X.sum(axis=0), dZ.sum(axis=0)))


@exercise.misconception("The results are (dX, dW, db), in this order.")
def order_of_the_results(dZ, X, W):
    dX, dW, db = F.dense_backward(dZ, X, W)
    return dW, db, dX


@exercise.misconception("A dense layer has no ReLU of its own: is there a gate in dX?")
def gate_in_the_dense_layer(dZ, X, W):
    return _with(dZ, X, W, dX=(dZ @ W.T) * (X > 0))


@exercise.misconception("Your function changes the dZ that it was given; make a new array.")
def in_place(dZ, X, W):
    result = F.dense_backward(dZ, X, W)
    dZ /= len(dZ) + 1
    return result
