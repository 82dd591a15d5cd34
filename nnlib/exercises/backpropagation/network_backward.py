"""network_backward(dlogits, cache, params): the error travels from the last layer to the first."""

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
    points=4,
    proof=backward_proof,
    builds_on=("dense_backward",),
)


@exercise.alternative
def gates_first(dlogits, cache, params):
    grads = [None] * len(params)
    dZ = dlogits
    for layer in range(len(params) - 1, -1, -1):
        A_in, Z = cache[layer]
        if layer < len(params) - 1:
            dZ = dZ * (Z > 0)
        grads[layer] = (np.einsum("nd,nh->dh", A_in, dZ), np.einsum("nh->h", dZ))
        dZ = np.einsum("nh,dh->nd", dZ, params[layer][0])
    return grads


@exercise.alternative
def recursive(dlogits, cache, params):
    (A_in, _), (W, _) = cache[-1], params[-1]
    here = [A_in.T @ dlogits, dlogits.sum(axis=0)]
    if len(params) == 1:
        return [here]
    dZ = np.where(A_in > 0, dlogits @ W.T, 0.0)
    return [*recursive(dZ, cache[:-1], params[:-1]), here]


@exercise.alternative
def example_by_example(dlogits, cache, params):
    grads = [(np.zeros(W.shape), np.zeros(b.shape)) for W, b in params]
    for n in range(len(dlogits)):
        dz = dlogits[n].copy()
        for layer in reversed(range(len(params))):
            a = cache[layer][0][n]
            grads[layer][0][...] += np.outer(a, dz)
            grads[layer][1][...] += dz
            if layer:
                dz = params[layer][0] @ dz
                dz[cache[layer - 1][1][n] < 0] = 0
    return tuple(grads)


@exercise.alternative
def collected_backwards(dlogits, cache, params):
    grads, dA = [], None
    for (A_in, Z), (W, _) in zip(reversed(cache), reversed(params), strict=True):
        dZ = dlogits if dA is None else F.relu_backward(dA, Z)
        dA, dW, db = F.dense_backward(dZ, A_in, W)
        grads.insert(0, (dW, db))
    return grads


def _chain(dlogits, cache, params, gate=lambda dA, Z, A: dA * (Z > 0), grad=None, weights=None):
    """The backward pass with one thing changed: what the misconceptions have in common."""
    grad = grad or (lambda A_in, Z, dZ: (A_in.T @ dZ, dZ.sum(axis=0)))
    grads, dZ = [], dlogits
    for layer in reversed(range(len(params))):
        A_in, Z = cache[layer]
        grads.append(grad(A_in, Z, dZ))
        if layer:
            W = params[layer][0] if weights is None else weights(params[layer][0], grads[-1][0])
            dZ = gate(dZ @ W.T, cache[layer - 1][1], A_in)
    return grads[::-1]


@exercise.misconception("The ReLU between the layers closes some ways: where is its gate?")
def no_gate(dlogits, cache, params):
    return _chain(dlogits, cache, params, gate=lambda dA, Z, A: dA)


@exercise.misconception(
    "The last layer has no ReLU behind it: which layers' Z decides about a gate?"
)
def gate_at_the_output_too(dlogits, cache, params):
    return _chain(dlogits * (cache[-1][1] > 0), cache, params)


@exercise.misconception("A gate is open where Z was positive, whatever the sign of the gradient.")
def gate_by_the_gradient(dlogits, cache, params):
    return _chain(dlogits, cache, params, gate=lambda dA, Z, A: dA * (dA > 0))


@exercise.misconception("A gate lets all or nothing pass: is something multiplied by its value?")
def gate_by_the_value(dlogits, cache, params):
    return _chain(dlogits, cache, params, gate=lambda dA, Z, A: dA * A)


@exercise.misconception("These gates are the wrong way round: where did the signal pass forward?")
def gates_inverted(dlogits, cache, params):
    return _chain(dlogits, cache, params, gate=lambda dA, Z, A: dA * (Z < 0))


@exercise.misconception("The slope of a sigmoid stands between the layers: what was there forward?")
def slope_of_a_sigmoid(dlogits, cache, params):
    return _chain(dlogits, cache, params, gate=lambda dA, Z, A: dA * A * (1 - A))


@exercise.misconception(
    "Look at the index of the Z in the gate: the ReLU stands behind which layer's weighted sum?"
)
def gate_of_the_layer_above(dlogits, cache, params):
    grads, dZ = [], dlogits
    for layer in reversed(range(len(params))):
        grads.append((cache[layer][0].T @ dZ, dZ.sum(axis=0)))
        if layer:
            dZ = F.relu_backward(dZ @ params[layer][0].T, cache[layer][1])
    return grads[::-1]


@exercise.misconception(
    "Each ReLU stands behind the layer below the one you are in, and none stands before the first: "
    "look at the index of the Z, and at the last round of the loop."
)
def gate_of_the_layer_above_in_every_round(dlogits, cache, params):
    grads, dZ = [], dlogits
    for layer in reversed(range(len(params))):
        grads.append((cache[layer][0].T @ dZ, dZ.sum(axis=0)))
        dZ = F.relu_backward(dZ @ params[layer][0].T, cache[layer][1])
    return grads[::-1]


@exercise.misconception(
    "No ReLU stands before the first layer: what does layer - 1 mean to a list in the last round?"
)
def gate_before_the_first_layer(dlogits, cache, params):
    grads, dZ = [], dlogits
    for layer in reversed(range(len(params))):
        grads.append((cache[layer][0].T @ dZ, dZ.sum(axis=0)))
        dZ = F.relu_backward(dZ @ params[layer][0].T, cache[layer - 1][1])
    return grads[::-1]


@exercise.misconception(
    "Every layer multiplies by what went into it, after the ReLU: which of the cache's two is that?"
)
def weighted_sums_for_inputs(dlogits, cache, params):
    inputs = [cache[0][0], *(Z for _, Z in cache[:-1])]
    return _chain(dlogits, [(A, Z) for A, (_, Z) in zip(inputs, cache, strict=True)], params)


@exercise.misconception("The 1/N is in dlogits already: is anything divided by N once more?")
def mean_over_the_batch_again(dlogits, cache, params):
    N = len(dlogits)
    return _chain(dlogits, cache, params, grad=lambda A, Z, dZ: (A.T @ dZ / N, dZ.sum(axis=0) / N))


@exercise.misconception("The weights are right; the biases are averaged where they are summed up.")
def biases_averaged(dlogits, cache, params):
    return _chain(dlogits, cache, params, grad=lambda A, Z, dZ: (A.T @ dZ, dZ.mean(axis=0)))


@exercise.misconception("A bias acts on every example: over which axis do its slopes add up?")
def biases_along_the_other_axis(dlogits, cache, params):
    return _chain(dlogits, cache, params, grad=lambda A, Z, dZ: (A.T @ dZ, dZ.sum(axis=1)))


@exercise.misconception("A bias has shape (H,), and so has its gradient: is an axis kept?")
def biases_keep_an_axis(dlogits, cache, params):
    return _chain(
        dlogits, cache, params, grad=lambda A, Z, dZ: (A.T @ dZ, dZ.sum(axis=0, keepdims=True))
    )


@exercise.misconception("dW has the shape of W: look at the order of the product.")
def weights_transposed(dlogits, cache, params):
    return _chain(dlogits, cache, params, grad=lambda A, Z, dZ: (dZ.T @ A, dZ.sum(axis=0)))


@exercise.misconception("The gradients are in the order of params, first layer first.")
def order_of_the_layers(dlogits, cache, params):
    return _chain(dlogits, cache, params)[::-1]


@exercise.misconception("Each entry is (dW, db), in this order.")
def order_within_a_layer(dlogits, cache, params):
    return [(db, dW) for dW, db in _chain(dlogits, cache, params)]


@exercise.misconception("The last layer's gradients are missing: where does your loop begin?")
def last_layer_left_out(dlogits, cache, params):
    return _chain(dlogits, cache, params)[:-1]


@exercise.misconception("The first layer has weights, too: where does your loop end?")
def first_layer_left_out(dlogits, cache, params):
    return _chain(dlogits, cache, params)[1:]


@exercise.misconception(
    "The way down leads through the weights of the forward pass, not through changed ones."
)
def weights_already_updated(dlogits, cache, params):
    return _chain(dlogits, cache, params, weights=lambda W, dW: W - 0.1 * dW)


@exercise.misconception("Look at the sign with which the error is passed on.")
def sign(dlogits, cache, params):
    return _chain(-dlogits, cache, params)


@exercise.misconception("Your function writes into the dlogits that it was given.")
def in_place(dlogits, cache, params):
    grads = _chain(dlogits, cache, params)
    dlogits *= 0.5
    return grads
