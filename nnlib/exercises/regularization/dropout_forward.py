"""dropout_forward(A, drop_prob, rng, training=True): inverted dropout, judged by its own mask."""

import numpy as np

from nnlib import functional as F
from nnlib.checking import Exercise, Fault
from nnlib.checking.answer import Probe
from nnlib.checking.compare import compare, split
from nnlib.exercises._chance import chance_broken, counts_broken


def questions(rng):
    def draw(*shape):
        return rng.normal(size=shape) + 3 * rng.choice([-1, 1], size=shape)

    def seed():
        return {"seed": int(rng.integers(2**31))}

    yield draw(120, 40), 0.35, seed()
    yield draw(50, 90), 0.8, seed()
    yield draw(3, 4), 0.3, seed(), False
    yield Probe((draw(2, 5), 0.3, seed()), {"training": False})
    yield draw(1, 3000), 0.1, seed(), True
    yield draw(4, 6), 0.0, seed()
    yield np.maximum(draw(40, 60), 0), 0.4, seed()  # zeros that nobody dropped
    yield draw(3, 8), 0.45, {"seeds": [int(n) for n in rng.integers(2**31, size=40)]}


def accepts(probe, expected, received):
    """The mask's statistics, and an output that belongs to the mask; both seed by seed."""
    if "seeds" not in probe.args[2]:
        return _laws(probe, expected, received)
    for one, right in zip(received, expected, strict=True):
        if faults := _laws(probe, right, one):
            return faults
    A, drop_prob = probe.args[:2]
    dropped = np.array([np.ravel(mask) == 0 for _, mask in received])
    fault = chance_broken("mask", received, dropped)
    fault = fault or counts_broken("mask", dropped.sum(axis=1), A.size, drop_prob)
    return {"mask": fault} if fault else {}


def _laws(probe, expected, received):
    values = split(exercise.named_parts, received)
    if values is None:
        return compare(exercise.named_parts, expected, received, exercise.tolerance)
    A, drop_prob = probe.args[:2]
    out, mask = (np.asarray(value) for value in values)
    wrong = {
        name: Fault("shape", f"{name}: expected shape {A.shape}, received shape {value.shape}")
        for name, value in (("out", out), ("mask", mask))
        if value.shape != A.shape
    }
    if wrong:
        return wrong
    training = probe.args[3] if len(probe.args) > 3 else probe.kwargs.get("training", True)
    kept = 1 - drop_prob if training else 1.0
    faults = {}
    fault = _mask_law(mask.astype(float), kept)
    if fault:
        faults["mask"] = fault
    fault = _out_law(A, out, mask, kept, training)
    if fault:
        faults["out"] = fault
    return faults


def _mask_law(mask, kept):
    if not np.isin(mask, (0, 1)).all():
        return Fault("mask values", "mask: expected zeros and ones only")
    if kept == 1:
        text = "mask: nothing is dropped here, so the mask should be all ones"
        return None if mask.all() else Fault("mask not ones", text)
    share, far = mask.mean(), 6 * np.sqrt(kept * (1 - kept) / mask.size)
    if abs(share - kept) > far:
        text = f"mask: {share:.3f} of the entries are kept, expected about {kept:.3f}"
        return Fault("share inverted" if abs(share - 1 + kept) < far else "share", text)
    rows, columns = mask.shape
    if rows > 1 and (mask == mask[0]).all():
        return Fault("rows", "mask: all rows are the same; every entry should decide for itself")
    if rows > 1 and (mask == mask[:, :1]).all():
        return Fault("columns", "mask: a row is kept or dropped as a whole; decide entry by entry")
    if rows > 20 and mask.sum(axis=1).std() < 0.2 * np.sqrt(columns * kept * (1 - kept)):
        return Fault("count", "mask: every row drops the same number; decide entry by entry")
    return None


def _out_law(A, out, mask, kept, training):
    right = A * mask / kept
    if out.dtype.kind in "biuf" and np.isfinite(out).all():
        fault = compare(exercise.named_parts[:1], right, out, exercise.tolerance).get("out")
    else:
        return Fault("finite", "out: expected finite real numbers")
    if fault is None:
        return None
    used = mask.astype(bool)
    if np.abs(out[~used]).max(initial=0.0) > 0:
        return Fault("dropped", "out: an entry is not zero where the mask is")
    used &= A != 0
    ratios = out[used] / A[used] if used.any() else np.zeros(1)
    if np.ptp(ratios) < 1e-5:
        text = f"out: survivors are A times {ratios[0]:.4g}, expected A times {1 / kept:.4g}"
        at = {"1": 1.0, "kept": kept, "1/p": 1 / (1 - kept) if kept < 1 else 0.0}
        near = [name for name, value in at.items() if np.isclose(ratios[0], value, rtol=1e-4)]
        return Fault(f"scale {near} {training}", text)
    return fault


exercise = Exercise(
    F.dropout_forward,
    questions,
    parts=("out", "mask"),
    points=2,
    player="each_seed",
    passes_on=("out",),
    accepts=accepts,
)


@exercise.alternative
def compared(A, drop_prob, rng, training=True):
    if not training:
        return A, np.ones_like(A)
    mask = (rng.random(A.shape) >= drop_prob).astype(float)
    return A * mask / (1 - drop_prob), mask


@exercise.alternative
def boolean(A, drop_prob, rng, training=True):
    if not training:
        return A.copy(), np.ones(A.shape, dtype=bool)
    mask = rng.uniform(size=A.shape) < 1 - drop_prob
    return np.where(mask, A / (1 - drop_prob), 0.0), mask


@exercise.alternative
def binomial(A, drop_prob, rng, training=True):
    keep = 1 - drop_prob if training else 1
    mask = rng.binomial(1, keep, size=A.shape)
    return A * (mask / keep), mask


@exercise.alternative
def chosen(A, drop_prob, rng, training=True):
    mask = np.ones_like(A)
    if training:
        mask = rng.choice([0.0, 1.0], size=A.shape, p=[drop_prob, 1 - drop_prob])
    return [A * mask / (1 - drop_prob * training), mask]


def _dropout(A, keep, rng, training, scale, shape=None):
    """Dropout with one thing changed: what the misconceptions below have in common."""
    if not training:
        return A.copy(), np.ones_like(A)
    mask = np.broadcast_to(rng.random(shape or A.shape) < keep, A.shape).astype(float)
    return A * mask * scale, mask


@exercise.misconception("The share that survives is what is meant to be dropped: which way round?")
def mask_inverted(A, drop_prob, rng, training=True):
    return _dropout(A, drop_prob, rng, training, 1 / (1 - drop_prob))


@exercise.misconception("The mean of the signal shrinks: what should the survivors be divided by?")
def not_scaled(A, drop_prob, rng, training=True):
    return _dropout(A, 1 - drop_prob, rng, training, 1.0)


@exercise.misconception("The survivors are divided by the wrong one of two probabilities.")
def scaled_by_drop_prob(A, drop_prob, rng, training=True):
    return _dropout(A, 1 - drop_prob, rng, training, 1 / (drop_prob or 1))


@exercise.misconception("The survivors shrink; they should grow to make up for the dropped ones.")
def scaled_down(A, drop_prob, rng, training=True):
    return _dropout(A, 1 - drop_prob, rng, training, 1 - drop_prob)


@exercise.misconception("The survivors were scaled twice: by the mask, and once more after it?")
def scaled_twice(A, drop_prob, rng, training=True):
    return _dropout(A, 1 - drop_prob, rng, training, 1 / (1 - drop_prob) ** 2)


@exercise.misconception("Every example drops the same columns: does the mask have A's whole shape?")
def one_mask_for_all_rows(A, drop_prob, rng, training=True):
    return _dropout(A, 1 - drop_prob, rng, training, 1 / (1 - drop_prob), (1, A.shape[1]))


@exercise.misconception("Whole examples are dropped; every entry should decide for itself.")
def whole_rows_dropped(A, drop_prob, rng, training=True):
    return _dropout(A, 1 - drop_prob, rng, training, 1 / (1 - drop_prob), (len(A), 1))


@exercise.misconception("When predicting nothing is dropped: what does `training` decide?")
def active_when_predicting(A, drop_prob, rng, training=True):
    return _dropout(A, 1 - drop_prob, rng, True, 1 / (1 - drop_prob))


@exercise.misconception("When predicting A passes as it is; the scaling belongs to training.")
def scaled_when_predicting(A, drop_prob, rng, training=True):
    out, mask = _dropout(A, 1 - drop_prob, rng, training, 1 / (1 - drop_prob))
    return (out, mask) if training else (A * (1 - drop_prob), mask)


@exercise.misconception("The mask holds 0 and 1 here; the scale is applied to the output.")
def scale_in_the_mask(A, drop_prob, rng, training=True):
    out, mask = _dropout(A, 1 - drop_prob, rng, training, 1 / (1 - drop_prob))
    return out, mask / (1 - drop_prob) if training else mask


@exercise.misconception("The mask marks what is dropped; it should mark what is kept.")
def mask_marks_the_dropped(A, drop_prob, rng, training=True):
    out, mask = _dropout(A, 1 - drop_prob, rng, training, 1 / (1 - drop_prob))
    return out, 1 - mask


@exercise.misconception("Randomness must come from the rng that is passed in, so that it repeats.")
def another_generator(A, drop_prob, rng, training=True):
    return _dropout(A, 1 - drop_prob, np.random.default_rng(), training, 1 / (1 - drop_prob))


@exercise.misconception("Your function writes zeros into the array that it was given.")
def in_place(A, drop_prob, rng, training=True):
    if not training:
        return A.copy(), np.ones_like(A)
    mask = (rng.random(A.shape) >= drop_prob).astype(float)
    A *= mask
    A /= 1 - drop_prob
    return A.copy(), mask


@exercise.misconception("A generator of your own drops the same entries every time: use the rng.")
def seeded_generator(A, drop_prob, rng, training=True):
    own = np.random.default_rng(0)
    return _dropout(A, 1 - drop_prob, own, training, 1 / (1 - drop_prob))


@exercise.misconception("A fixed number is dropped; every entry decides for itself, by chance.")
def fixed_number(A, drop_prob, rng, training=True):
    if not training:
        return A.copy(), np.ones_like(A)
    mask = np.ones(A.size)
    mask[rng.choice(A.size, round(drop_prob * A.size), replace=False)] = 0
    mask = mask.reshape(A.shape)
    return A * mask / (1 - drop_prob), mask


@exercise.misconception(
    "An entry may be zero without being dropped: where does the mask come from?"
)
def mask_read_off_the_output(A, drop_prob, rng, training=True):
    out, _ = _dropout(A, 1 - drop_prob, rng, training, 1 / (1 - drop_prob))
    return out, (out != 0) * 1.0


@exercise.misconception("Every row drops the same number; should chance not decide?")
def fixed_number_in_rows(A, drop_prob, rng, training=True):
    if not training:
        return A.copy(), np.ones_like(A)
    mask = np.ones(A.shape)
    mask[:, : round(drop_prob * A.shape[1])] = 0
    mask = rng.permuted(mask, axis=1)
    return A * mask / (1 - drop_prob), mask
