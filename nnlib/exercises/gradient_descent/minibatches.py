"""minibatches(X, y, batch_size, rng): each example exactly once, in shuffled order."""

import numpy as np

from nnlib import training
from nnlib.checking import Exercise, Fault
from nnlib.exercises.gradient_descent._orders import hardly_random, same_for_each_seed


def questions(rng):
    for N, D, size in [(60, 2, 7), (48, 3, 8), (30, 4, 40), (25, 1, 25), (40, 5, 1)]:
        seed = {"seed": int(rng.integers(2**31))}
        yield rng.normal(size=(N, D)), rng.integers(0, 4, size=N), size, seed
    seeds = {"seeds": [int(n) for n in rng.integers(2**31, size=12)]}
    yield rng.normal(size=(20, 9)), rng.integers(0, 4, size=20), 6, seeds


def accepts(probe, expected, received):
    """Laws, whatever the order in which random numbers are drawn."""
    X, y, size, rng = probe.args
    epochs = received if "seeds" in rng else [received]
    for epoch in epochs:
        fault = _law_broken(X, y, size, epoch)
        if fault:
            return {"batches": fault}
    if len(epochs) == 1:
        return {}
    orders = [[_place(X, row) for Xb, _ in epoch for row in np.asarray(Xb)] for epoch in epochs]
    fault = hardly_random(np.array(orders), y)
    return {"batches": fault} if fault else same_for_each_seed("batches", received)


def _law_broken(X, y, size, received):
    if not isinstance(received, (list, tuple)):
        return Fault("structure", "the batches should come in a list, or from a generator")
    if not all(isinstance(b, (list, tuple)) and len(b) == 2 for b in received):
        return Fault("pairs", "every batch should be a pair (X_batch, y_batch)")
    if any(np.ndim(Xb) != 2 or np.shape(Xb)[1:] != X.shape[1:] for Xb, _ in received):
        shapes = sorted({np.shape(Xb) for Xb, _ in received})[:2]
        return Fault("shape", f"X_batch should have shape (n, {X.shape[1]}), received {shapes}")
    rows = [len(Xb) for Xb, _ in received]
    N, rest = len(X), len(X) % size
    wanted = [size] * (N // size) + [rest] * bool(rest)
    if rows != wanted:
        law = {-1: "short", 0: "uneven", 1: "sizes"}[int(np.sign(sum(rows) - N))]
        return Fault(law, f"{N} examples in batches of {size} make {wanted}, received {rows}")
    order = [_place(X, row) for Xb, _ in received for row in np.asarray(Xb)]
    if None in order:
        return Fault("foreign", "a batch holds a row that is not in X")
    if sorted(order) != list(range(N)):
        twice = N - len(set(order))
        return Fault("twice", f"{twice} of {N} examples never came, others came more than once")
    if any(np.shape(yb) != (len(Xb),) for Xb, yb in received):
        return Fault("labels shape", "y_batch should have one label for each row of X_batch")
    if any(np.asarray(yb).dtype.kind not in "iu" for _, yb in received):
        return Fault("labels kind", "the labels are whole numbers; y_batch should keep them so")
    if not np.array_equal(np.concatenate([yb for _, yb in received]), y[order]):
        return Fault("labels", "the labels do not belong to the rows beside them")
    return _not_shuffled(np.array(order), size)


def _place(X, row):
    found = np.flatnonzero((row == X).all(axis=1))
    return int(found[0]) if len(found) else None


def _not_shuffled(order, size):
    N = len(order)
    if np.array_equal(order, np.arange(N)):
        return Fault("order", "the examples come in their old order: nothing was shuffled")
    if 1 < size < N:
        blocks = [order[i : i + size] for i in range(0, N, size)]
        if all(np.ptp(block) == len(block) - 1 for block in blocks):
            return Fault("blocks", "neighbors stay together: shuffle examples, not batches")
    return None


exercise = Exercise(
    training.minibatches,
    questions,
    parts=("batches",),
    points=2,
    player="each_seed",
    passes_on=("batches",),
    accepts=accepts,
)


@exercise.alternative
def generator(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    for start in range(0, len(X), batch_size):
        rows = order[start : start + batch_size]
        yield X[rows], y[rows]


@exercise.alternative
def list_of_tuples(X, y, batch_size, rng):
    order = np.arange(len(y))
    rng.shuffle(order)
    X, y = X[order], y[order]
    return [(X[i : i + batch_size], y[i : i + batch_size]) for i in range(0, len(y), batch_size)]


@exercise.alternative
def sorted_by_random_numbers(X, y, batch_size, rng):
    order = np.argsort(rng.random(len(X)))
    cuts = np.arange(batch_size, len(X), batch_size)
    return [[X[rows], y[rows]] for rows in np.split(order, cuts)]


@exercise.alternative
def without_replacement(X, y, batch_size, rng):
    order = rng.choice(len(X), size=len(X), replace=False)
    batches = []
    while len(order):
        rows, order = order[:batch_size], order[batch_size:]
        batches.append((X[rows], y[rows]))
    return iter(batches)


def _cut(X, y, order, batch_size, step=None):
    starts = range(0, len(order), step or batch_size)
    rows = [order[i : i + batch_size] for i in starts]
    return [(X[r], y[r]) for r in rows]


@exercise.misconception(
    "The order is the old one: what does a shuffled list of row numbers look like?"
)
def not_shuffled(X, y, batch_size, rng):
    return _cut(X, y, np.arange(len(X)), batch_size)


@exercise.misconception("X and y are shuffled one after the other, so a row loses its label.")
def shuffled_apart(X, y, batch_size, rng):
    first, second = rng.permutation(len(X)), rng.permutation(len(X))
    return [
        (X[first[i : i + batch_size]], y[second[i : i + batch_size]])
        for i in range(0, len(X), batch_size)
    ]


@exercise.misconception("Only X follows the new order; what about y?")
def labels_left_behind(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    starts = range(0, len(X), batch_size)
    return [(X[order[i : i + batch_size]], y[i : i + batch_size]) for i in starts]


@exercise.misconception(
    "The examples that do not fill a batch are dropped; the last may be smaller."
)
def last_batch_dropped(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    return _cut(X, y, order[: len(X) // batch_size * batch_size], batch_size)


@exercise.misconception("Drawing with replacement: some examples come twice, and some never.")
def with_replacement(X, y, batch_size, rng):
    return _cut(X, y, rng.integers(0, len(X), size=len(X)), batch_size)


@exercise.misconception(
    "The batches are shuffled, and inside each the old neighbors stay together."
)
def shuffled_batches(X, y, batch_size, rng):
    batches = _cut(X, y, np.arange(len(X)), batch_size)
    whole = batches[:-1] if len(batches) > 1 else batches
    order = rng.permutation(len(whole))
    if batch_size == 1 or len(whole) < 2:
        return _cut(X, y, rng.permutation(len(X)), batch_size)
    return [whole[i] for i in order] + batches[len(whole) :]


@exercise.misconception("The starts of the batches move by one: each example comes many times.")
def overlapping(X, y, batch_size, rng):
    return _cut(X, y, rng.permutation(len(X)), batch_size, step=1)


@exercise.misconception("Only one batch comes out: does a return end the loop too early?")
def first_batch_only(X, y, batch_size, rng):
    return _cut(X, y, rng.permutation(len(X)), batch_size)[:1]


@exercise.misconception("Shuffling X itself changes the caller's data: shuffle row numbers.")
def in_place(X, y, batch_size, rng):
    rng.shuffle(X)
    return _cut(X, y, np.arange(len(X)), batch_size)


@exercise.misconception("Randomness must come from the rng that is passed in, so that it repeats.")
def another_generator(X, y, batch_size, rng):
    return _cut(X, y, np.random.default_rng().permutation(len(X)), batch_size)


@exercise.misconception("Another rng gives the same order again: which generator draws it?")
def a_generator_of_its_own(X, y, batch_size, rng):
    return _cut(X, y, np.random.default_rng(0).permutation(len(X)), batch_size)


@exercise.misconception("Old neighbors still follow each other: a shuffle moves every example.")
def only_turned(X, y, batch_size, rng):
    return _cut(X, y, np.roll(np.arange(len(X)), 1 + rng.integers(len(X) - 1)), batch_size)


@exercise.misconception("One class comes after the other; a batch should hold a bit of everything.")
def class_after_class(X, y, batch_size, rng):
    order = [rng.permutation(np.flatnonzero(y == label)) for label in np.unique(y)]
    return _cut(X, y, np.concatenate(order), batch_size)


@exercise.misconception("Labels are whole numbers: what becomes of them in one array with X?")
def labels_become_floats(X, y, batch_size, rng):
    data = rng.permutation(np.column_stack([X, y]))
    return _cut(data[:, :-1], data[:, -1], np.arange(len(X)), batch_size)


@exercise.misconception("One example never moves: does the shuffling begin at the first one?")
def first_one_stays(X, y, batch_size, rng):
    order = np.arange(len(X))
    rng.shuffle(order[1:])
    return _cut(X, y, order, batch_size)
