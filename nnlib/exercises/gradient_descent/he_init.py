"""he_init(sizes, rng): weights of variance 2/fan_in, judged by their statistics."""

import itertools

import numpy as np

from nnlib import initializers
from nnlib.checking import Exercise, Fault, Part
from nnlib.checking.compare import compare
from nnlib.exercises.gradient_descent._orders import same_for_each_seed


def questions(rng):
    for sizes in [(300, 200, 40), (40, 500, 90), (1500, 30), (6, 900, 70, 300)]:
        yield list(sizes), {"seed": int(rng.integers(2**31))}
    yield [40, 30, 20], {"seeds": [int(n) for n in rng.integers(2**31, size=2)]}


def accepts(probe, expected, received):
    """Shapes as the reference's, zero biases, weights with the right mean and variance."""
    if "seeds" in probe.args[1]:
        faults = [_laws(e, r) or _shared(r) for e, r in zip(expected, received, strict=True)]
        return next(filter(None, faults), same_for_each_seed("params", received))
    return _laws(expected, received)


def _laws(expected, received):
    shapes = [(np.ones_like(W), np.ones_like(b)) for W, b in expected]
    given = [(0 * W + 1, 0 * b + 1) for W, b in received]
    faults = compare(exercise.named_parts, shapes, given, exercise.tolerance)
    if faults:
        return faults
    for layer, (W, b) in enumerate(received, start=1):
        fault = _law_broken(f"layer {layer}", W, b)
        if fault:
            return {"params": fault}
    return {}


def _shared(received):
    """A fault where layers were scaled from the same random numbers."""
    drawn = np.concatenate([np.ravel(W * np.sqrt(len(W))) for W, _ in received])
    if np.unique(drawn.round(9)).size < 0.95 * drawn.size:
        return {"params": Fault("shared", "two layers share their numbers: draw anew for each")}
    return {}


def _law_broken(label, W, b):
    fan_in, fan_out = W.shape
    if np.any(b != 0):
        return Fault("bias", f"the biases of {label} are not zero")
    if np.unique(W).size < 0.9 * W.size:
        return Fault("repeated", f"{label} repeats its weights: every weight is drawn for itself")
    if np.unique(W[0]).size < fan_out:
        return Fault("twins", f"neurons of {label} start equal: every weight is drawn for itself")
    variance = W.var()
    if abs(W.mean()) > 6 * np.sqrt(variance / W.size):
        return Fault("mean", f"the weights of {label} have mean {W.mean():.3g}, expected about 0")
    wanted = 2 / fan_in
    if abs(variance / wanted - 1) < 6 * np.sqrt(2 / W.size):
        return None
    others = {
        "1/fan_in": 1 / fan_in,
        "2/fan_out": 2 / fan_out,
        "2/(fan_in + fan_out)": 2 / (fan_in + fan_out),
        "1": 1.0,
        "(2/fan_in) squared": wanted**2,
        "1/3 of 2/fan_in": wanted / 3,
    }
    near = [name for name, v in others.items() if abs(variance / v - 1) < 6 * np.sqrt(2 / W.size)]
    text = f"the weights of {label} have variance {variance:.4g}, expected about {wanted:.4g}"
    return Fault(f"variance {near}", text + "".join(f"; that is about {n}" for n in near[:1]))


exercise = Exercise(
    initializers.he_init,
    questions,
    parts=(Part("params", each="layer", fields=("W", "b")),),
    points=2,
    player="each_seed",
    accepts=accepts,
)


@exercise.alternative
def standard_normal_scaled(sizes, rng):
    params = []
    for fan_in, fan_out in itertools.pairwise(sizes):
        W = rng.standard_normal((fan_in, fan_out)) * np.sqrt(2 / fan_in)
        params.append((W, np.zeros(fan_out)))
    return params


@exercise.alternative
def uniform_of_equal_variance(sizes, rng):
    params = []
    for i in range(1, len(sizes)):
        limit = np.sqrt(6 / sizes[i - 1])
        params.append(
            [rng.uniform(-limit, limit, size=(sizes[i - 1], sizes[i])), np.zeros(sizes[i])]
        )
    return params


@exercise.alternative
def last_layer_drawn_first(sizes, rng):
    pairs = list(itertools.pairwise(sizes))
    drawn = [
        (rng.normal(0, (2 / d) ** 0.5, (h, d)).T.copy(), np.zeros((h,))) for d, h in pairs[::-1]
    ]
    return drawn[::-1]


@exercise.alternative
def row_by_row(sizes, rng):
    params = []
    for i in range(len(sizes) - 1):
        rows = [
            rng.normal(scale=np.sqrt(2.0 / sizes[i]), size=sizes[i + 1]) for _ in range(sizes[i])
        ]
        params.append((np.stack(rows), np.zeros(sizes[i + 1])))
    return params


def _drawn(sizes, rng, scale, bias=np.zeros):
    """Weights with another scale: what most of the misconceptions below have in common."""
    return [(rng.normal(0, 1, (D, H)) * scale(D, H), bias(H)) for D, H in itertools.pairwise(sizes)]


@exercise.misconception("A standard deviation is not a variance: what is between the two?")
def variance_for_standard_deviation(sizes, rng):
    return _drawn(sizes, rng, lambda D, H: 2 / D)


@exercise.misconception("Half of the signal is lost in each ReLU: which number makes up for it?")
def one_instead_of_two(sizes, rng):
    return _drawn(sizes, rng, lambda D, H: np.sqrt(1 / D))


@exercise.misconception("fan_in is the number of values that a neuron adds up: which size is that?")
def fan_out(sizes, rng):
    return _drawn(sizes, rng, lambda D, H: np.sqrt(2 / H))


@exercise.misconception("This is the rule for tanh, with both widths; He's rule has only one.")
def glorot(sizes, rng):
    return _drawn(sizes, rng, lambda D, H: np.sqrt(2 / (D + H)))


@exercise.misconception("The weights do not depend on the width of the layer yet.")
def not_scaled(sizes, rng):
    return _drawn(sizes, rng, lambda D, H: 1.0)


@exercise.misconception("Neurons that start equal stay equal: the weights must be drawn.")
def all_zero(sizes, rng):
    return _drawn(sizes, rng, lambda D, H: 0.0)


@exercise.misconception("The biases start at zero; only the weights are drawn.")
def biases_of_one(sizes, rng):
    return _drawn(sizes, rng, lambda D, H: np.sqrt(2 / D), bias=np.ones)


@exercise.misconception("The weights should be of either sign, around zero.")
def positive_only(sizes, rng):
    return [(np.abs(W), b) for W, b in _drawn(sizes, rng, lambda D, H: np.sqrt(2 / D))]


@exercise.misconception("A uniform draw from -s to s has variance s²/3: how wide must it be?")
def uniform_with_the_normal_width(sizes, rng):
    return [
        (rng.uniform(-1, 1, (D, H)) * np.sqrt(2 / D), np.zeros(H))
        for D, H in itertools.pairwise(sizes)
    ]


@exercise.misconception("One row was drawn and used for all: every weight is drawn for itself.")
def one_row_repeated(sizes, rng):
    return [
        (np.tile(rng.normal(0, np.sqrt(2 / D), (1, H)), (D, 1)), np.zeros(H))
        for D, H in itertools.pairwise(sizes)
    ]


@exercise.misconception("W is (D, H), rows for inputs: which size comes first?")
def weights_transposed(sizes, rng):
    return [(W.T.copy(), b) for W, b in _drawn(sizes, rng, lambda D, H: np.sqrt(2 / D))]


@exercise.misconception("Randomness must come from the rng that is passed in, so that it repeats.")
def another_generator(sizes, rng):
    return _drawn(sizes, np.random.default_rng(), lambda D, H: np.sqrt(2 / D))


@exercise.misconception("Another rng gives the same weights again: which generator draws them?")
def a_generator_of_its_own(sizes, rng):
    return _drawn(sizes, np.random.default_rng(0), lambda D, H: np.sqrt(2 / D))


@exercise.misconception("Neurons that start equal stay equal: is every weight drawn for itself?")
def twins(sizes, rng):
    params = []
    for D, H in itertools.pairwise(sizes):
        W = rng.normal(0, np.sqrt(2 / D), (D, H))
        W[:, -1] = W[:, 0]
        params.append((W, np.zeros(H)))
    return params
