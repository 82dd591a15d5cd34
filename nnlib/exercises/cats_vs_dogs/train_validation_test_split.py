"""train_validation_test_split(y, fractions, rng): three disjoint parts, stratified by class."""

import numpy as np

from nnlib import datasets
from nnlib.checking import Exercise, Fault
from nnlib.checking.compare import compare, split
from nnlib.checking.plain import arrays_in
from nnlib.exercises._chance import chance_broken

NAMES = ("train", "validation", "test")


def questions(rng):
    cases = [
        ((60, 30), (0.6, 0.2, 0.2)),
        ((200, 40, 21), (0.7, 0.1, 0.2)),
        ((53, 47), (0.5, 0.3, 0.2)),
        ((31, 17, 90, 44), (0.8, 0.15, 0.05)),
    ]
    for counts, fractions in cases:
        y = np.repeat(np.arange(len(counts)), counts)
        yield rng.permutation(y), fractions, {"seed": int(rng.integers(2**31))}
    yield y, fractions, {"seed": int(rng.integers(2**31))}
    y = rng.permutation(np.repeat(np.arange(3), (2, 45, 25)))  # the first has none for the test
    yield y, (0.6, 0.2, 0.2), {"seed": int(rng.integers(2**31))}
    y = rng.permutation(np.repeat([0, 1], (150, 90)))
    yield y, (0.6, 0.22, 0.18), {"seeds": [int(n) for n in rng.integers(2**31, size=24)]}


def accepts(probe, expected, received):
    """Laws: three arrays of row numbers, disjoint, complete, stratified, shuffled by the rng."""
    y, fractions, rng = probe.args
    if "seeds" not in rng:
        return _split_broken(y, fractions, expected, received)
    for answer in received:
        faults = _split_broken(y, fractions, expected[0], answer)
        if faults:
            return faults
    return _chance_broken(y, received)


def _chance_broken(y, answers):
    """For each class and each part: who is in it changes from seed to seed, by no pattern."""
    found = {}
    for label in np.unique(y):
        members = np.flatnonzero(y == label)
        for i, name in enumerate(NAMES):
            chosen = np.stack([np.isin(members, np.asarray(answer[i])) for answer in answers])
            fault = chance_broken(f"{name}, class {label}", answers, chosen)
            if fault:
                found.setdefault(name, fault)
    if not found:
        return {}
    first = next(iter(found.values()))
    kind = " ".join([first.kind, *found])  # which parts are drawn tells mistakes apart
    return dict.fromkeys(NAMES, Fault(kind, first.message))


def _split_broken(y, fractions, expected, received):
    values = split(exercise.named_parts, received)
    if values is None:
        faults = compare(exercise.named_parts, expected, received, exercise.tolerance)
        count = len(received) if isinstance(received, (list, tuple)) else 1
        return {key: Fault(f"{count} parts", fault.message) for key, fault in faults.items()}
    faults = {}
    for name, part, share in zip(NAMES, values, fractions, strict=True):
        fault = _law_broken(y, name, part, share)
        if fault:
            faults[name] = fault
    if faults:
        return faults
    fault = _together(y, [np.asarray(value) for value in values])
    return {} if fault is None else dict.fromkeys(NAMES, fault)


def _law_broken(y, name, value, share):
    if isinstance(value, (list, tuple)) and arrays_in(value):
        text = f"{name}: expected one array, received a list of {len(value)}: join its pieces"
        return Fault("pieces", text)
    part = np.asarray(value)
    if part.ndim != 1 or part.dtype.kind not in "iu":
        text = f"{name}: expected row numbers, integers of shape (n,); received {part.dtype}"
        return Fault(f"{part.ndim} {part.dtype.kind}", f"{text} of shape {part.shape}")
    if part.size and (part.min() < 0 or part.max() >= len(y)):
        return Fault("range", f"{name}: row numbers lie between 0 and {len(y) - 1}")
    labels, sizes = np.unique(y, return_counts=True)
    wanted, got = share * sizes, np.array([np.sum(y[part] == label) for label in labels])
    broken = np.flatnonzero(np.abs(got - wanted) > 1 + 1e-9)
    if not broken.size:
        return None
    i = broken[0]
    text = f"{name}: class {labels[i]} has {got[i]} examples, its share is {wanted[i]:.4g}"
    if np.count_nonzero(got) == 1:
        return Fault("one class", text)
    if np.ptp(got) == 0:
        return Fault("equal", text)
    far = abs(len(part) - share * len(y)) > len(labels) + 1
    return Fault("size" if far else "stratified", text)


def _together(y, parts):
    for name, part in zip(NAMES, parts, strict=True):
        if len(np.unique(part)) < len(part):
            text = f"{name}: {len(part) - len(np.unique(part))} examples are in it more than once"
            return Fault("twice in a part", text)
    everything = np.concatenate(parts)
    if len(np.unique(everything)) < len(everything):
        twice = len(everything) - len(np.unique(everything))
        return Fault("overlap", f"{twice} examples are in more than one place")
    if len(everything) != len(y):
        return Fault("missing", f"{len(y) - len(everything)} of {len(y)} examples are in no part")
    classes = [np.flatnonzero(y == label) for label in np.unique(y)]
    cut = [np.concatenate([np.sort(p[np.isin(p, members)]) for p in parts]) for members in classes]
    # A class of few may come out sorted by chance; all of them never do.
    if all(map(np.array_equal, cut, classes)):
        return Fault("order", "every class was cut in its old order: nothing was shuffled")
    return None


exercise = Exercise(
    datasets.train_validation_test_split,
    questions,
    parts=NAMES,
    points=2,
    player="each_seed",
    accepts=accepts,
)


def _split(y, fractions, rng, cuts=None, order=None):
    """A stratified split, class by class."""
    parts = [[], [], []]
    for label in np.unique(y):
        members = np.flatnonzero(y == label)
        members = rng.permutation(members) if order is None else order(members)
        at = (
            np.round(np.cumsum(fractions)[:2] * len(members)).astype(int)
            if cuts is None
            else cuts(members)
        )
        for part, rows in zip(parts, np.split(members, at), strict=True):
            part.extend(rows.tolist())
    return tuple(np.array(part, dtype=int) for part in parts)


@exercise.alternative
def class_by_class(y, fractions, rng):
    return _split(y, fractions, rng)


@exercise.alternative
def rounded_down(y, fractions, rng):
    def cuts(members):
        first = int(fractions[0] * len(members))
        return [first, first + int(fractions[1] * len(members) + 0.5)]

    return _split(y, fractions, rng, cuts=cuts)


@exercise.alternative
def sorted_row_numbers(y, fractions, rng):
    return [np.sort(part) for part in _split(y, fractions, rng)]


@exercise.alternative
def shuffled_once(y, fractions, rng):
    order = rng.permutation(len(y))
    train, validation, test = [], [], []
    for label in set(y.tolist()):
        members = order[y[order] == label]
        n_test = round(fractions[2] * len(members))
        n_validation = round(fractions[1] * len(members))
        test += list(members[:n_test])
        validation += list(members[n_test : n_test + n_validation])
        train += list(members[n_test + n_validation :])
    return np.array(train), np.array(validation), np.array(test)


def _cut(order, fractions):
    at = np.round(np.cumsum(fractions)[:2] * len(order)).astype(int)
    return tuple(np.split(order, at))


@exercise.misconception(
    "The classes may land in the parts by chance alone: how is each class split?"
)
def not_stratified(y, fractions, rng):
    # Sorted by a noisy copy of y, so that chance is as unkind as it can be.
    return _cut(np.argsort(y + 1.5 * rng.random(len(y))), fractions)


@exercise.misconception("The rows come in their old order: data on disk are often sorted.")
def not_shuffled(y, fractions, rng):
    return _split(y, fractions, rng, order=lambda members: members)


@exercise.misconception(
    "An example stands in two parts: what is left when the training rows are taken?"
)
def overlap(y, fractions, rng):
    train, validation, test = _split(y, fractions, rng)
    validation = validation.copy()
    for label in np.unique(y):
        validation[np.flatnonzero(y[validation] == label)[0]] = train[y[train] == label][0]
    return train, validation, test


@exercise.misconception("A part holds an example more than once: are the drawn ones put back?")
def drawn_with_replacement(y, fractions, rng):
    return tuple(rng.choice(part, len(part)) for part in _split(y, fractions, rng))


@exercise.misconception(
    "Only one class is there: where do the lists begin, and where is the return?"
)
def one_class_only(y, fractions, rng):
    return tuple(part[y[part] == y.max()] for part in _split(y, fractions, rng))


@exercise.misconception("The pieces of the classes stand side by side; each part is one array.")
def pieces_not_joined(y, fractions, rng):
    parts = _split(y, fractions, rng)
    return tuple([part[y[part] == label] for label in np.unique(y)] for part in parts)


@exercise.misconception("Row numbers became floats: an empty np.array([]) holds floats.")
def floats(y, fractions, rng):
    return tuple(part.astype(float) for part in _split(y, fractions, rng))


@exercise.misconception("A slice a[-k:] is the whole array when k is 0.")
def cut_from_the_end(y, fractions, rng):
    parts = [[], [], []]
    for label in np.unique(y):
        members = rng.permutation(np.flatnonzero(y == label))
        first, last = (round(fractions[i] * len(members)) for i in (0, 2))
        for part, rows in zip(
            parts, (members[:first], members[first:-last], members[-last:]), strict=True
        ):
            part.extend(rows)
    return tuple(map(np.array, parts))


@exercise.misconception(
    "Some examples are in no part: where does one part end, and the next begin?"
)
def examples_lost(y, fractions, rng):
    train, validation, test = _split(y, fractions, rng)
    return train[:-1].copy(), validation, test


@exercise.misconception("All classes get the same number of examples; their shares should be kept.")
def balanced(y, fractions, rng):
    smallest = np.bincount(y).min()
    return _split(y, fractions, rng, order=lambda m: rng.permutation(m)[:smallest])


@exercise.misconception("The labels are returned; row numbers are asked for.")
def labels_returned(y, fractions, rng):
    return tuple(y[part] for part in _split(y, fractions, rng))


@exercise.misconception("A mask of True and False is returned; row numbers are asked for.")
def masks_returned(y, fractions, rng):
    return tuple(np.isin(np.arange(len(y)), part) for part in _split(y, fractions, rng))


@exercise.misconception("Validation and test have changed places.")
def validation_and_test_swapped(y, fractions, rng):
    train, validation, test = _split(y, (fractions[0], fractions[2], fractions[1]), rng)
    return train, validation, test


@exercise.misconception(
    "The second cut is the second fraction; it should be the sum of the first two."
)
def fractions_not_added(y, fractions, rng):
    def cuts(members):
        return [
            round(fractions[0] * len(members)),
            round((fractions[0] + fractions[1] / 2) * len(members)),
        ]

    return _split(y, fractions, rng, cuts=cuts)


@exercise.misconception("Two parts only: the test set is missing.")
def two_parts(y, fractions, rng):
    return _split(y, fractions, rng)[:2]


@exercise.misconception("Another rng gives the same parts: which generator shuffles?")
def a_generator_of_its_own(y, fractions, rng):
    return _split(y, fractions, np.random.default_rng(0))


@exercise.misconception("Turned round is not shuffled: the last rows become the training data.")
def reversed_order(y, fractions, rng):
    return _split(y, fractions, rng, order=lambda members: members[::-1])


@exercise.misconception("The rows of a class move on together, so neighbors stay neighbors.")
def only_turned(y, fractions, rng):
    return _split(y, fractions, rng, order=lambda m: np.roll(m, 1 + rng.integers(len(m) - 1)))


@exercise.misconception("Only the test set is drawn; the others are cut in their old order.")
def only_the_test_is_drawn(y, fractions, rng):
    train, validation, test = _split(y, fractions, rng)
    rest = np.sort(np.concatenate([train, validation]))
    parts = [[], []]
    for label in np.unique(y):
        members = rest[y[rest] == label]
        cut = np.sum(y[train] == label)
        for part, rows in zip(parts, np.split(members, [cut]), strict=True):
            part.append(rows)
    return np.concatenate(parts[0]), np.concatenate(parts[1]), test


@exercise.misconception("Randomness must come from the rng that is passed in, so that it repeats.")
def another_generator(y, fractions, rng):
    return _split(y, fractions, np.random.default_rng())
