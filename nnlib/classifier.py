"""From pictures to a function that tells cats from dogs: the whole project in one function."""

from collections.abc import Callable

import numpy as np

import nnlib.functional as F
from nnlib.arrays import Array, Parameters, map_parameters
from nnlib.datasets import augment_flip, images_to_features, standardize
from nnlib.initializers import he_init
from nnlib.optimizers import Adam
from nnlib.regularizers import L2
from nnlib.schedules import CosineDecay
from nnlib.training import minibatches

HIDDEN = 128
BATCH_SIZE = 64
LEARNING_RATE = 0.001
WEIGHT_DECAYS = (0.0, 0.001)


def build_classifier(
    images_train: Array,
    y_train: Array,
    images_validation: Array,
    y_validation: Array,
    rng: np.random.Generator,
    epochs: int = 8,
) -> Callable[[Array], Array]:
    """Train a network with one hidden layer; its weight decay is chosen on validation data.

    All of it stands inside, so that an answer which calls a part of it is noticed.

    Parameters
    ----------
    images_train, images_validation : ndarray of shape (N, height, width, channels), uint8
    y_train, y_validation : ndarray of shape (N,)
        Labels 0 to C-1.
    rng : numpy.random.Generator
    epochs : int

    Returns
    -------
    callable
        ``predict(images)`` returns the labels, an ndarray of ints of shape (N,).

    Examples
    --------
    >>> from nnlib.datasets import cats_and_dogs
    >>> pictures = [*cats_and_dogs(64, 1, cache=False), *cats_and_dogs(16, 2, cache=False)]
    >>> predict = build_classifier(*pictures, np.random.default_rng(0), epochs=1)
    >>> predict(pictures[2]).shape
    (16,)
    """
    known = images_to_features(images_train)
    # What becomes of a column's 0 and 1 says how standardize moves and stretches it.
    _, center = standardize(known, np.zeros_like(known[:1]))
    _, unit = standardize(known, np.ones_like(known[:1]))

    def forward(images: Array, params: Parameters) -> tuple[Array, list[tuple[Array, Array]]]:
        X = images_to_features(images) * (unit - center) + center
        return F.network_forward(X.astype(np.float32), params)  # twice as fast as float64

    def train(weight_decay: float) -> Parameters:
        steps = epochs * -(-len(y_train) // BATCH_SIZE)
        optimizer, decay = Adam(CosineDecay(LEARNING_RATE, steps)), L2(weight_decay)
        sizes = [known.shape[1], HIDDEN, int(y_train.max()) + 1]
        params = map_parameters(lambda p: p.astype(np.float32), he_init(sizes, rng))
        for _ in range(epochs):
            for pictures, labels in minibatches(images_train, y_train, BATCH_SIZE, rng):
                logits, cache = forward(augment_flip(pictures, rng), params)
                dlogits = F.softmax_cross_entropy_backward(logits, labels)
                grads = F.network_backward(dlogits, cache, params)
                params = optimizer.step(params, decay.add_gradient(grads, params))
        return params

    def score(params: Parameters) -> float:
        return F.accuracy(forward(images_validation, params)[0], y_validation)

    chosen = max(map(train, WEIGHT_DECAYS), key=score)
    return lambda images: np.asarray(forward(images, chosen)[0].argmax(axis=1))
