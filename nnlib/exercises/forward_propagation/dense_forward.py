"""dense_forward(X, W, b): every neuron's weighted sum, for every example."""

import numpy as np

from nnlib import functional as F
from nnlib.checking import Exercise


def questions(rng):
    for N, D, H in [(2, 3, 4), (1, 4, 2), (5, 2, 3), (7, 6, 1), (4, 1, 5), (30, 40, 20)]:
        yield rng.normal(size=(N, D)), rng.normal(size=(D, H)), 1 + rng.normal(size=H)
    yield (
        np.asfortranarray(rng.normal(size=(3, 5))),
        np.asfortranarray(rng.normal(size=(5, 2))),
        rng.normal(size=2) - 2,
    )
    yield rng.integers(-5, 6, size=(3, 4)), rng.normal(size=(4, 5)), rng.normal(size=5)
    whole = rng.integers(-5, 6, size=(2, 4, 4))  # whole numbers, and all sizes equal
    yield whole[0], whole[1], rng.permutation([-1.5, 0.25, 2.75, 0.5])


exercise = Exercise(F.dense_forward, questions, parts=("Z",), points=1)


@exercise.alternative
def einsum(X, W, b):
    return np.einsum("nd,dh->nh", X, W) + b


@exercise.alternative
def loops(X, W, b):
    N, D = X.shape
    H = W.shape[1]
    Z = np.zeros((N, H))
    for n in range(N):
        for h in range(H):
            Z[n, h] = sum(X[n, d] * W[d, h] for d in range(D)) + b[h]
    return Z


@exercise.alternative
def bias_as_a_weight(X, W, b):
    ones = np.ones((len(X), 1))
    return np.hstack([X, ones]) @ np.vstack([W, b])


@exercise.alternative
def transposed_twice(X, W, b):
    return (W.T.dot(X.T) + b[:, None]).T


@exercise.misconception("The bias is missing: every neuron adds its own number.")
def no_bias(X, W, b):
    return X @ W


@exercise.misconception("Look at the sign of the bias.")
def bias_subtracted(X, W, b):
    return X @ W - b


@exercise.misconception("X has shape (N, D) and W (D, H): in which order do the inner sizes meet?")
def order_of_the_product(X, W, b):
    return W @ X + b


@exercise.misconception("W is (D, H) already, so X @ W needs no transpose.")
def weights_transposed(X, W, b):
    return X @ W.T + b


@exercise.misconception(
    "* multiplies entry by entry; a weighted sum also adds up: which operator does both?"
)
def entry_by_entry(X, W, b):
    return X * W + b


@exercise.misconception("Rows are examples: the result is (N, H), not (H, N).")
def result_transposed(X, W, b):
    return (X @ W + b).T


@exercise.misconception("A layer's weighted sum Z is asked for; the activation comes afterwards.")
def activation_applied(X, W, b):
    return np.maximum(X @ W + b, 0)


@exercise.misconception("The bias is added once per example, not once for each input as well.")
def bias_added_for_each_input(X, W, b):
    return X @ W + X.shape[1] * b


@exercise.misconception("One single number is added everywhere; each neuron has its own bias.")
def biases_summed(X, W, b):
    return X @ W + b.sum()


@exercise.misconception("Only the first example was computed: what about the other rows of X?")
def first_example_only(X, W, b):
    return X[0] @ W + b


@exercise.misconception(
    "An array of integers cannot hold the sums: look at the dtype you start from."
)
def integers_kept(X, W, b):
    Z = np.zeros((len(X), W.shape[1]), dtype=X.dtype)
    Z[...] = X @ W + b
    return Z


@exercise.misconception(
    "Whole numbers plus fractions: can the sums of X @ W take b in as they are?"
)
def added_in_place(X, W, b):
    Z = X @ W
    Z += b
    return Z
