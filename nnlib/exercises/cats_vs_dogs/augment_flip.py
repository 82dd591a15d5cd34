"""augment_flip(images, rng, p=0.5): each picture mirrored left-right with probability p."""

import numpy as np

from nnlib import datasets
from nnlib.checking import Exercise, Fault
from nnlib.checking.answer import Probe
from nnlib.checking.plain import describe
from nnlib.exercises._chance import chance_broken, counts_broken, share_broken


def questions(rng):
    def draw(*shape):
        images = rng.integers(0, 256, size=shape, dtype=np.uint8)
        # No picture is its own mirror image.
        images[:, 0, 0] = images[:, 0, -1] + rng.integers(1, 256, size=(len(images), 1))
        return images

    def seed():
        return {"seed": int(rng.integers(2**31))}

    yield draw(400, 4, 5, 1), seed()
    yield draw(500, 3, 6, 3), seed(), 0.2
    yield draw(200, 2, 3, 1), seed(), 1.0
    yield Probe((draw(17, 3, 5, 1), seed()), {"p": 0.0})
    yield draw(6_000, 2, 3, 1), seed(), 0.8
    yield draw(16_000, 1, 3, 1), seed(), 0.01  # where one in 101 instead of 100 shows
    yield draw(16_000, 1, 3, 1), seed(), 0.005  # no whole percent
    yield draw(1_000, 1, 4, 1), {"seeds": [int(n) for n in rng.integers(2**31, size=16)]}, 0.3


def accepts(probe, expected, received):
    """Every picture is itself or its mirror image, and chance decides for each of them."""
    images, rng = probe.args[:2]
    p = probe.args[2] if len(probe.args) > 2 else probe.kwargs.get("p", 0.5)
    answers = received if "seeds" in rng else [received]
    for out in answers:
        fault = _picture_broken(images, out)
        if fault:
            return {"images": fault}
    mirrored = np.stack([_same(out, images[:, :, ::-1]) for out in answers])
    laws = [share_broken("images", mirrored.sum(), mirrored.size, p)]
    if len(answers) > 1:
        drawn = mirrored.any() and not mirrored.all()  # else the share says more than the rng
        laws.insert(0 if drawn else 1, chance_broken("images", answers, mirrored))
        laws.append(counts_broken("images", mirrored.sum(axis=1), len(images), p))
    fault = next(filter(None, laws), None)
    return {"images": fault} if fault else {}


def _same(out, images):
    return (out == images).all(axis=(1, 2, 3))


def _picture_broken(images, out):
    if not isinstance(out, np.ndarray):
        return Fault("type", f"images: expected an array, received {describe(out)}")
    if out.shape != images.shape:
        return Fault("shape", f"images: expected shape {images.shape}, received {out.shape}")
    if out.dtype != images.dtype:
        return Fault("dtype", f"images: expected dtype {images.dtype}, received {out.dtype}")
    mirrored, kept = _same(out, images[:, :, ::-1]), _same(out, images)
    if (mirrored | kept).all():
        return None
    if (_same(out, images[:, ::-1]) | kept).all():
        return Fault("axis", "images: pictures stand on their heads; mirror left and right")
    other = int(np.sum(~(mirrored | kept)))
    return Fault("other", f"images: {other} of {len(out)} are neither as before nor mirrored")


exercise = Exercise(
    datasets.augment_flip,
    questions,
    parts=("images",),
    points=1,
    player="each_seed",
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


@exercise.misconception("Exactly a share of p is mirrored each time; each picture decides alone.")
def exactly_the_share(images, rng, p=0.5):
    return _flip(images, rng.permutation(len(images)) < round(p * len(images)))


@exercise.misconception("Another rng mirrors the same pictures: which generator draws?")
def a_generator_of_its_own(images, rng, p=0.5):
    return masked(images, np.random.default_rng(0), p)


@exercise.misconception("Nothing is drawn: every so many pictures one is mirrored.")
def in_turn(images, rng, p=0.5):
    turns = np.floor(np.arange(len(images) + 1) * p)
    return _flip(images, np.diff(turns) > 0)


@exercise.misconception("Neighbors share one decision; draw as many numbers as there are pictures.")
def decided_in_groups(images, rng, p=0.5):
    groups = rng.random(len(images) // 4 + 1) < p
    return _flip(images, np.repeat(groups, 4)[: len(images)])


@exercise.misconception("Of 0 to 100 there are 101 numbers: how probable is each comparison?")
def one_number_too_many(images, rng, p=0.5):
    return _flip(images, rng.integers(0, 101, size=len(images)) <= 100 * p)


@exercise.misconception("The mirror images were added; as many pictures as before are asked for.")
def appended(images, rng, p=0.5):
    return np.concatenate([images, images[:, :, ::-1]])


@exercise.misconception("A list of pictures is no array yet: what joins arrays along a new axis?")
def list_of_pictures(images, rng, p=0.5):
    return list(masked(images, rng, p))


@exercise.misconception("p need not be a whole percentage: what is compared with p?")
def whole_percent(images, rng, p=0.5):
    return _flip(images, rng.integers(0, 100, size=len(images)) < 100 * p)


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
