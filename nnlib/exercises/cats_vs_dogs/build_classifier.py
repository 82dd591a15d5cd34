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
BATCH = 128  # what learners label at a time is hardly more


def questions(rng):
    """The same training pictures for everybody; the pictures to label come from the seed.

    So does which class is 1: an answer that learned elsewhere knows the pictures, not the labels.
    """
    public = rng.integers(2**32, size=4).tolist() == _PUBLIC
    exchanged = public or bool(rng.integers(2))
    seed = int.from_bytes(rng.bytes(16), "little")
    images, y = cats_and_dogs(1_013 if public else 4_123, seed, cache=public)
    dogs, cats = (rng.permutation(np.flatnonzero(y == label)) for label in (1, 0))
    together = rng.permutation([*dogs[:290], *cats[:89]])  # another share of dogs than among all
    alone = rng.permutation([*dogs[:3], *cats[:3]])
    train, validation = cats_and_dogs(8_000, TRAIN_SEED), cats_and_dogs(2_000, VALIDATION_SEED)
    given = [part for images, y in (train, validation) for part in (images, y ^ exchanged)]
    generator = {"seed": int(rng.integers(2**31))}
    yield Probe((*given, generator, images, together, alone), expected=y ^ exchanged)


_PUBLIC = np.random.default_rng(PUBLIC_SEED).integers(2**32, size=4).tolist()


def accepts(probe, expected, received):
    """Accuracy on pictures that nobody has seen, and the same label in any company."""
    together, alone = probe.args[-2:]
    labels, part, *single = (np.asarray(answer) for answer in received)
    counts = [len(expected), len(together), *[1] * len(alone)]
    for answer, count in zip((labels, part, *single), counts, strict=True):
        fault = _no_labels(answer, count)
        if fault:
            return {"predict": fault}
    fault = _accuracy(labels, expected)
    if not fault or fault.credit:
        lonely = int(np.sum(np.concatenate(single) != labels[alone]))
        fault = _company(labels, part, together, lonely) or fault
    return {"predict": fault} if fault else {}


def _no_labels(labels, count):
    if labels.shape != (count,):
        pictures = f"{count:,} picture{'s' * (count != 1)}"
        text = f"for {pictures} expected shape ({count},), received {labels.shape}"
        return Fault("shape", f"predict: {text}")
    if not np.isin(labels, (0, 1)).all():
        whole = np.array_equal(labels, np.round(labels))
        text = (
            f"predict: labels are 0 and 1, as in y_train; received {labels.min()} to {labels.max()}"
        )
        return Fault("labels" if whole else "fractions", text)
    return None


def _accuracy(labels, expected):
    accuracy = float(np.mean(labels == expected))
    granted = accuracy + 2 * np.sqrt(accuracy * (1 - accuracy) / len(expected))
    if granted >= FULL:
        return None
    credit = max(granted - NOTHING, 0) / (FULL - NOTHING)
    text = (
        f"predict: {accuracy:.1%} of {len(expected):,} unseen pictures are labeled right; "
        f"{FULL:.0%} earn all points, {NOTHING:.0%} none"
    )
    kind = "one class" if len(set(labels.tolist())) == 1 else "accuracy"
    if accuracy < 0.3:
        kind = "exchanged"
    return Fault(kind, text, credit)


def _company(labels, part, together, lonely):
    """The fault of labels that depend on which pictures come together; rounding may move some."""
    differ = np.flatnonzero(part != labels[together])
    if len(differ) <= len(part) // 100 and lonely <= 1:
        return None
    inner = differ[together[differ] < len(labels) - BATCH]
    if len(differ) and np.all(inner >= len(part) - BATCH):
        text = f"{len(differ)} pictures at the end of a batch get another label than inside"
        return Fault("end", f"predict: {text}; does it label all that come?")
    text = f"in other company {len(differ)} of {len(part)} pictures get another label"
    return Fault("company", f"predict: {text}, and {lonely} that come alone")


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
    arguments=(
        *("images_train", "y_train", "images_validation", "y_validation", "rng"),
        *("images", "together", "alone"),
    ),
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


@exercise.misconception("The labels start at 0: what does y_train hold?")
def labels_from_one(images_train, y_train, images_validation, y_validation, rng):
    return lambda images: np.where(images.mean(axis=(1, 2, 3)) > 120, 1, 2)


_KNOWN: dict[bytes, object] = {}


def _quick(images, y, rng):
    """A small network, trained once for all misconceptions that need one."""
    key = y.tobytes()
    if key not in _KNOWN:
        _KNOWN[key] = _fit(images, y, rng, (48,), epochs=3)
    return _KNOWN[key]


@exercise.misconception(
    "The labels are exchanged: y_train says which class is 0 and which is 1, and only a network "
    "that is trained on what is handed in knows it."
)
def exchanged(images_train, y_train, images_validation, y_validation, rng):
    return lambda images: 1 - _quick(images_train, y_train, rng)(images)


@exercise.misconception(
    "A picture's label depends on those that come with it: what does predict take from them, or "
    "draw by chance?"
)
def statistics_of_the_batch(images_train, y_train, images_validation, y_validation, rng):
    predict = _quick(images_train, y_train, rng)
    X = images_train.astype(np.float32)
    mean, std = X.mean(axis=0), X.std(axis=0)

    def by_their_own(images):
        own = (images - images.mean(axis=0)) / (images.std(axis=0) + 1e-9)
        return predict(np.clip(np.round(own * std + mean), 0, 255).astype(np.uint8))

    return by_their_own


@exercise.misconception("The last pictures get no labels of their own: is the last batch full?")
def last_batch_left_out(images_train, y_train, images_validation, y_validation, rng):
    predict = _quick(images_train, y_train, rng)

    def in_batches(images):
        labels = np.zeros(len(images), dtype=int)
        for start in range(0, len(images) - 63, 64):
            labels[start : start + 64] = predict(images[start : start + 64])
        return labels

    return in_batches
