"""repair_backward(dlogits, cache, params): a network_backward with three bugs, to be found."""

import numpy as np

from nnlib import functional as F
from nnlib.checking import Exercise, Part
from nnlib.exercises.backpropagation._networks import backward_arguments, backward_proof


def questions(rng):
    yield from backward_arguments(rng)


exercise = Exercise(
    F.network_backward,
    questions,
    parts=(Part("grads", each="layer", fields=("dW", "db"), backwards=True),),
    points=3,
    proof=backward_proof,
    builds_on=("dense_backward",),
)


@exercise.starts_from
def broken(dlogits, cache, params):
    grads = []
    dZ = dlogits
    for layer in reversed(range(len(params))):
        X = cache[layer - 1][1] if layer > 0 else cache[0][0]
        dW = X.T @ dZ
        db = dZ.mean(axis=0)
        grads.append((dW, db))
        if layer > 0:
            W, _ = params[layer]
            dA = dZ @ W.T
            dZ = dA * (dA > 0)
    return grads[::-1]


@exercise.alternative
def repaired(dlogits, cache, params):
    grads = []
    dZ = dlogits
    for layer in reversed(range(len(params))):
        X = cache[layer][0]
        dW = X.T @ dZ
        db = dZ.sum(axis=0)
        grads.append((dW, db))
        if layer > 0:
            W, _ = params[layer]
            dA = dZ @ W.T
            dZ = dA * (cache[layer - 1][1] > 0)
    return grads[::-1]


@exercise.alternative
def gate_by_the_activation(dlogits, cache, params):
    grads = []
    dZ = dlogits
    for layer in reversed(range(len(params))):
        X = cache[layer - 1][1] if layer > 0 else cache[0][0]
        X = np.maximum(X, 0) if layer > 0 else X
        grads.append((X.T @ dZ, np.ones(len(dZ)) @ dZ))
        if layer > 0:
            dZ = np.where(X > 0, dZ @ params[layer][0].T, 0)
    return grads[::-1]


@exercise.alternative
def from_the_pieces(dlogits, cache, params):
    grads, dZ = [], dlogits
    for layer in range(len(params))[::-1]:
        dA, dW, db = F.dense_backward(dZ, cache[layer][0], params[layer][0])
        grads = [(dW, db), *grads]
        if layer:
            dZ = F.relu_backward(dA, cache[layer - 1][1])
    return grads


def _partly(dlogits, cache, params, inputs=True, biases=True, gate=True):
    """The broken function with some of its bugs repaired."""
    grads, dZ = [], dlogits
    for layer in reversed(range(len(params))):
        A_in, below = cache[layer][0], cache[layer - 1][1]
        X = A_in if inputs or not layer else below
        grads.append((X.T @ dZ, dZ.sum(axis=0) if biases else dZ.mean(axis=0)))
        if layer:
            dA = dZ @ params[layer][0].T
            dZ = dA * ((below if gate else dA) > 0)
    return grads[::-1]


@exercise.misconception(
    "All three bugs are still there: begin where backpropagation begins, with db of the last layer."
)
def nothing_repaired(dlogits, cache, params):
    return broken(dlogits, cache, params)


@exercise.misconception(
    "db is right now, two bugs are left: compare the last layer's dW, then what the layer below "
    "it is given."
)
def biases_repaired(dlogits, cache, params):
    return _partly(dlogits, cache, params, inputs=False, gate=False)


@exercise.misconception(
    "The last layer's dW is right now, two bugs are left: its db is off by the same factor "
    "everywhere, and the layer below is given something wrong."
)
def inputs_repaired(dlogits, cache, params):
    return _partly(dlogits, cache, params, biases=False, gate=False)


@exercise.misconception(
    "The error is passed on rightly now; two bugs are left, and both show in the last layer: "
    "one in its dW, one in its db."
)
def gate_repaired(dlogits, cache, params):
    return _partly(dlogits, cache, params, inputs=False, biases=False)


@exercise.misconception(
    "One bug is left. dW is wrong in every layer but the first: what did each layer receive in "
    "the forward pass?"
)
def inputs_left(dlogits, cache, params):
    return _partly(dlogits, cache, params, inputs=False)


@exercise.misconception("One bug is left. All db are off by the same factor: which one, and why?")
def biases_left(dlogits, cache, params):
    return _partly(dlogits, cache, params, biases=False)


@exercise.misconception(
    "One bug is left. The last layer is right and the layers below it are not: what decides "
    "whether the error passes a ReLU?"
)
def gate_left(dlogits, cache, params):
    return _partly(dlogits, cache, params, gate=False)


@exercise.misconception("The gate is gone altogether: a ReLU does stop some of the error.")
def gate_removed(dlogits, cache, params):
    grads, dZ = [], dlogits
    for layer in reversed(range(len(params))):
        grads.append((cache[layer][0].T @ dZ, dZ.sum(axis=0)))
        dZ = dZ @ params[layer][0].T
    return grads[::-1]


@exercise.misconception(
    "Look at the index of the Z in the gate: the ReLU stands behind which layer's weighted sum?"
)
def gate_of_the_wrong_layer(dlogits, cache, params):
    grads, dZ = [], dlogits
    for layer in reversed(range(len(params))):
        grads.append((cache[layer][0].T @ dZ, dZ.sum(axis=0)))
        if layer > 0:
            dA = dZ @ params[layer][0].T
            dZ = dA * (cache[layer][1] > 0)
    return grads[::-1]


@exercise.misconception("The 1/N is in dlogits already, for the weights as for the biases.")
def weights_averaged_as_well(dlogits, cache, params):
    return [(dW / len(dlogits), db / len(dlogits)) for dW, db in _partly(dlogits, cache, params)]
