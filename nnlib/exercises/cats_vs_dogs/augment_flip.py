"""augment_flip(images, rng, p=0.5): each picture mirrored left-right with probability p."""

import numpy as np

from nnlib import datasets
from nnlib.checking import Exercise, Fault
from nnlib.checking.answer import Probe


def questions(rng):
    def draw(*shape):
        return rng.integers(0, 256, size=shape, dtype=np.uint8)

    def seed():
        return {"seed": int(rng.integers(2**31))}

    yield draw(400, 4, 5, 1), seed()
    yield draw(500, 3, 6, 3), seed(), 0.2
    yield draw(5, 4, 3, 1), seed(), 1.0
    yield Probe((draw(7, 3, 5, 1), seed()), {"p": 0.0})
    yield draw(300, 2, 7, 1), seed(), 0.8


def accepts(probe, expected, received):
    """Every picture is itself or its mirror image, and the share of mirrored ones is right."""
    images = probe.args[0]
    p = probe.args[2] if len(probe.args) > 2 else probe.kwargs.get("p", 0.5)
    fault = _law_broken(images, p, np.asarray(received))
    return {"images": fault} if fault else {}


def _law_broken(images, p, out):
    if out.shape != images.shape:
        return Fault("shape", f"images: expected shape {images.shape}, received {out.shape}")
    if out.dtype != images.dtype:
        return Fault("dtype", f"images: expected dtype {images.dtype}, received {out.dtype}")
    mirrored = (out == images[:, :, ::-1]).all(axis=(1, 2, 3))
    kept = (out == images).all(axis=(1, 2, 3))
    if not (mirrored | kept).all():
        upside_down = (out == images[:, ::-1]).all(axis=(1, 2, 3))
        if (upside_down | kept).all():
            return Fault("axis", "images: pictures stand on their heads; mirror left and right")
        other = int(np.sum(~(mirrored | kept)))
        return Fault("other", f"images: {other} of {len(out)} are neither as before nor mirrored")
    share = np.mean(mirrored & ~kept)
    if abs(share - p) > 6 * np.sqrt(p * (1 - p) / len(images)):
        text = f"images: {share:.3f} of them are mirrored, expected about {p}"
        if share in (0, 1):
            return Fault(f"all or none {share:g}", text)
        return Fault("share", text)
    if 0 < p < 1 and _in_a_row(mirrored):
        return Fault(
            "block", "images: the mirrored ones are all neighbours; let chance decide each"
        )
    return None


def _in_a_row(mirrored):
    return np.count_nonzero(np.diff(mirrored.astype(int))) <= 2


exercise = Exercise(
    datasets.augment_flip,
    questions,
    parts=("images",),
    points=1,
    player="seeded",
    accepts=accepts,
)


@exercise.alternative
def masked(images, rng, p=0.5):
    out = images.copy()
    chosen = rng.random(len(images)) < p
    out[chosen] = out[chosen][:, :, ::-1]
    return out


@exercise.alternative
def loop(images, rng, p=0.5):
    return np.stack([np.fliplr(image) if rng.uniform() < p else image for image in images])


@exercise.alternative
def where(images, rng, p=0.5):
    chosen = rng.binomial(1, p, size=len(images)).astype(bool)
    return np.where(chosen[:, None, None, None], np.flip(images, axis=2), images)


@exercise.alternative
def chosen_rows(images, rng, p=0.5):
    rows = np.flatnonzero(rng.choice([True, False], size=len(images), p=[p, 1 - p]))
    out = np.array(images)
    out[rows] = images[rows, :, ::-1, :]
    return out


def _flip(images, chosen, mirror=lambda images: images[:, :, ::-1]):
    return np.where(chosen[:, None, None, None], mirror(images), images)


@exercise.misconception("The pictures stand on their heads: which axis runs from left to right?")
def upside_down(images, rng, p=0.5):
    return _flip(images, rng.random(len(images)) < p, lambda images: images[:, ::-1])


@exercise.misconception("Either all pictures are mirrored or none: each should decide for itself.")
def one_decision_for_all(images, rng, p=0.5):
    return _flip(images, np.full(len(images), (rng.random() < p and p < 1) or p == 1))


@exercise.misconception("The share of mirrored pictures is 1 - p: look at the comparison.")
def share_inverted(images, rng, p=0.5):
    return _flip(images, rng.random(len(images)) > p)


@exercise.misconception("Half of the pictures are mirrored whatever p says.")
def p_ignored(images, rng, p=0.5):
    return _flip(images, rng.random(len(images)) < 0.5)


@exercise.misconception("Every picture is mirrored: what is p for?")
def always_mirrored(images, rng, p=0.5):
    return images[:, :, ::-1].copy()


@exercise.misconception("The pictures come back as they were.")
def never_mirrored(images, rng, p=0.5):
    return images.copy()


@exercise.misconception("Turned by half a turn, not mirrored: two axes are reversed.")
def turned(images, rng, p=0.5):
    return _flip(images, rng.random(len(images)) < p, lambda images: images[:, ::-1, ::-1])


@exercise.misconception("The pictures changed their order: the first axis is reversed, too.")
def order_reversed(images, rng, p=0.5):
    return _flip(images, rng.random(len(images)) < p, lambda images: images[::-1, :, ::-1])


@exercise.misconception(
    "The first pictures are mirrored and the others not; chance should decide each."
)
def the_first_ones(images, rng, p=0.5):
    return _flip(images, np.arange(len(images)) < round(p * len(images)))


@exercise.misconception("The mirror images were added; as many pictures as before are asked for.")
def appended(images, rng, p=0.5):
    return np.concatenate([images, images[:, :, ::-1]])


@exercise.misconception("The dtype changed on the way; pictures stay uint8.")
def became_floats(images, rng, p=0.5):
    return masked(images, rng, p).astype(float)


@exercise.misconception("The pictures that were handed in change: an assignment writes into them.")
def in_place(images, rng, p=0.5):
    chosen = rng.random(len(images)) < p
    images[chosen] = images[chosen][:, :, ::-1]
    return images.copy()


@exercise.misconception("Randomness must come from the rng that is passed in, so that it repeats.")
def another_generator(images, rng, p=0.5):
    return masked(images, np.random.default_rng(), p)
