"""build_classifier(...): a function that labels pictures, judged by pictures nobody has seen."""

import itertools

import numpy as np

from nnlib import classifier
from nnlib import functional as F
from nnlib.checking import Exercise, Fault
from nnlib.checking.answer import Probe
from nnlib.checking.assessment import PUBLIC_SEED
from nnlib.datasets import cats_and_dogs, images_to_features

FULL, NOTHING = 0.88, 0.75  # accuracies that earn all and nothing
TRAIN_SEED, VALIDATION_SEED = 8001, 8002


def questions(rng):
    """The same training pictures for everybody; the pictures to label come from the seed."""
    public = rng.integers(2**32, size=4).tolist() == _PUBLIC
    seed = int.from_bytes(rng.bytes(16), "little")
    unseen, y_unseen = cats_and_dogs(1_000 if public else 4_000, seed, cache=public)
    train, validation = cats_and_dogs(8_000, TRAIN_SEED), cats_and_dogs(2_000, VALIDATION_SEED)
    yield Probe(
        (*train, *validation, {"seed": int(rng.integers(2**31))}, unseen), expected=y_unseen
    )


_PUBLIC = np.random.default_rng(PUBLIC_SEED).integers(2**32, size=4).tolist()


def accepts(probe, expected, received):
    """Accuracy on pictures that nobody has seen, two standard errors granted."""
    labels = np.asarray(received)
    if labels.shape != expected.shape:
        text = f"predict: expected shape {expected.shape}, received shape {labels.shape}"
        return {"predict": Fault("shape", text)}
    if not np.isin(labels, (0, 1)).all():
        return {"predict": Fault("labels", "predict: labels are 0 for a cat and 1 for a dog")}
    accuracy = float(np.mean(labels == expected))
    granted = accuracy + 2 * np.sqrt(accuracy * (1 - accuracy) / len(expected))
    if granted >= FULL:
        return {}
    credit = max(granted - NOTHING, 0) / (FULL - NOTHING)
    text = (
        f"predict: {accuracy:.1%} of {len(expected):,} unseen pictures are labelled right; "
        f"{FULL:.0%} earn all points, {NOTHING:.0%} none"
    )
    kind = "one class" if len(set(labels.tolist())) == 1 else "accuracy"
    if accuracy < 0.3:
        kind = "turned round"
    return {"predict": Fault(kind, text, credit)}


exercise = Exercise(
    classifier.build_classifier,
    questions,
    parts=("predict",),
    points=6,
    player="classifier",
    accepts=accepts,
    twice=False,
    seeds=1,
    shared_seed=True,
    seconds=120,  # twice the CPU time that is granted: workers share their cores
    builds_on=("images_to_features", "standardize", "augment_flip"),
)


def _fit(images, y, rng, hidden, epochs=6, rate=0.1):
    """Gradient descent with momentum and shrinking steps, on standardized pixels."""
    X = images_to_features(images).astype(np.float32)
    mean, std = X.mean(axis=0), X.std(axis=0)
    sizes = [X.shape[1], *hidden, 2]
    params = [
        (rng.normal(size=(D, H)).astype(np.float32) * np.float32((2 / D) ** 0.5), np.zeros(H, "f4"))
        for D, H in itertools.pairwise(sizes)
    ]
    X, speed = (X - mean) / std, [(0 * W, 0 * b) for W, b in params]
    for epoch in range(epochs):
        step = np.float32(0.1 * rate * (1 - epoch / epochs))
        order = rng.permutation(len(X))
        for start in range(0, len(X), 50):
            rows = order[start : start + 50]
            logits, cache = F.network_forward(X[rows], params)
            dlogits = F.softmax_cross_entropy_backward(logits, y[rows])
            grads = F.network_backward(dlogits, cache, params)
            for (W, b), (dW, db), (vW, vb) in zip(params, grads, speed, strict=True):
                for p, g, v in ((W, dW, vW), (b, db, vb)):
                    v *= 0.9
                    v += g
                    p -= step * v

    def predict(images):
        X = (images_to_features(images).astype(np.float32) - mean) / std
        return F.network_forward(X, params)[0].argmax(axis=1)

    return predict


@exercise.alternative
def one_hidden_layer(images_train, y_train, images_validation, y_validation, rng):
    return _fit(images_train, y_train, rng, (100,), epochs=8)


@exercise.alternative
def two_hidden_layers(images_train, y_train, images_validation, y_validation, rng):
    return _fit(images_train, y_train, rng, (100, 32), epochs=6)


@exercise.alternative
def labels_as_a_list(images_train, y_train, images_validation, y_validation, rng):
    both = np.concatenate([images_train, images_validation])
    predict = _fit(both, np.concatenate([y_train, y_validation]), rng, (128,), epochs=8)
    return lambda images: predict(images).tolist()


@exercise.misconception("Every picture gets the same label: did the network learn anything?")
def one_label_for_all(images_train, y_train, images_validation, y_validation, rng):
    return lambda images: np.ones(len(images), dtype=int)


@exercise.misconception("The labels of the validation set are returned, whatever pictures come.")
def labels_by_heart(images_train, y_train, images_validation, y_validation, rng):
    return lambda images: np.resize(y_validation, len(images))


@exercise.misconception("Chance alone gives one half: is the network trained at all?")
def untrained(images_train, y_train, images_validation, y_validation, rng):
    return lambda images: rng.integers(0, 2, size=len(images))


@exercise.misconception(
    "predict should return labels, one whole number for each picture, not scores."
)
def scores_for_labels(images_train, y_train, images_validation, y_validation, rng):
    return lambda images: images_to_features(images)[:, :2]


@exercise.misconception(
    "Two numbers between 0 and 1 are no labels: which of the classes is larger?"
)
def probabilities_for_labels(images_train, y_train, images_validation, y_validation, rng):
    return lambda images: images_to_features(images).mean(axis=1)


@exercise.misconception("A function `predict` is asked for; the labels of the validation set came.")
def labels_for_a_function(images_train, y_train, images_validation, y_validation, rng):
    return y_validation


@exercise.misconception("The labels start at 0: a cat is 0 and a dog is 1.")
def labels_from_one(images_train, y_train, images_validation, y_validation, rng):
    return lambda images: np.where(images.mean(axis=(1, 2, 3)) > 120, 1, 2)
