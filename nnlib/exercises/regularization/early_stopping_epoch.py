"""early_stopping_epoch(validation_losses, patience): the best epoch before patience runs out."""

import numpy as np

from nnlib import regularizers
from nnlib.checking import Exercise, Part


def questions(rng):
    a, b, c, d = np.sort(rng.uniform(0.1, 1, size=4))
    nan = float("nan")
    yield [d, c, b, c, d, c, a, b], 3
    yield [d, b, c, c, c, a, d, d, d], 3
    yield [d, a, b, c, b, c, b, d], 3
    yield [d, b, c, b, b, a, c, d], 5
    yield [c, b, b, b, b, a], 3
    yield [d, c, nan, b, nan, nan, nan, a], 3
    yield [d, c, b, a], 2
    yield [b, c, d, d, a], 4
    yield [b, c, d, d, d, a], 4
    yield [c, d, b, d, a, d, d], 1
    yield [a, b, c, d], 10
    yield np.array([d, c, c, d, b, a, c]), 2
    yield [d, c, b, c, d, a, b], 3
    yield [d, 2.0, c, 2.0, b, 2.0, a], 3
    yield [b, c, d, d, d, d, a], 2
    yield [b, b - 1e-5, c, d, c, d], 3
    yield [3000 * d, 3000 * b, 3000 * c, 3000 * c, 3000 * a], 2
    yield [c, 0.0, a, b], 5
    yield [d], 3


exercise = Exercise(
    regularizers.early_stopping_epoch,
    questions,
    parts=(Part("epoch", integers=True),),
    points=2,
)


@exercise.alternative
def counter(validation_losses, patience):
    best, best_epoch, waited = float("inf"), 0, 0
    for epoch, loss in enumerate(validation_losses):
        if loss < best:
            best, best_epoch, waited = loss, epoch, 0
        else:
            waited += 1
            if waited == patience:
                return best_epoch
    return best_epoch


@exercise.alternative
def slices(validation_losses, patience):
    losses = np.where(np.isnan(validation_losses), np.inf, validation_losses)
    for end in range(1, len(losses) + 1):
        best = int(np.argmin(losses[:end]))
        if end - 1 - best >= patience:
            break
    return best


@exercise.alternative
def while_loop(validation_losses, patience):
    best, epoch = 0, 1
    while epoch < len(validation_losses) and epoch - best <= patience:
        if validation_losses[epoch] < validation_losses[best]:
            best = epoch
        epoch += 1
    return np.int64(best)


def _stop(
    losses,
    patience,
    better=lambda loss, best: loss < best,
    wait=0,
    give=lambda b, e: b,
    best=float("inf"),
):
    """Early stopping with one thing changed: what the misconceptions have in common."""
    best_epoch = 0
    for epoch, loss in enumerate(losses):
        if better(loss, best):
            best, best_epoch = loss, epoch
        elif epoch - best_epoch >= patience + wait:
            return give(best_epoch, epoch)
    return best_epoch


@exercise.misconception(
    "Training would have ended by then: what lies after the patience is not seen."
)
def best_of_all(validation_losses, patience):
    return int(np.nanargmin(validation_losses))


@exercise.misconception("The epoch at which training stops is not the best one: which was that?")
def epoch_of_the_stop(validation_losses, patience):
    return _stop(validation_losses, patience, give=lambda best, epoch: epoch)


@exercise.misconception(
    "Of two equal losses the first is the best: is an equal one an improvement?"
)
def equal_counts_as_better(validation_losses, patience):
    return _stop(validation_losses, patience, better=lambda loss, best: loss <= best)


@exercise.misconception("One epoch too many is waited for: count the epochs without improvement.")
def waits_one_too_long(validation_losses, patience):
    return _stop(validation_losses, patience, wait=1)


@exercise.misconception("It gives up one epoch too early: count the epochs without improvement.")
def waits_one_too_short(validation_losses, patience):
    return _stop(validation_losses, patience, wait=-1)


@exercise.misconception("Patience counts epochs in a row: what resets the counter?")
def counter_never_reset(validation_losses, patience):
    best, best_epoch, waited = float("inf"), 0, 0
    for epoch, loss in enumerate(validation_losses):
        if loss < best:
            best, best_epoch = loss, epoch
        else:
            waited += 1
            if waited >= patience:
                break
    return best_epoch


@exercise.misconception(
    "An epoch is compared with the one before it; compare it with the best so far."
)
def compared_with_the_last(validation_losses, patience):
    best, last, waited = 0, float("inf"), 0
    for epoch, loss in enumerate(validation_losses):
        if loss < last:
            best, waited = epoch, 0
        else:
            waited += 1
            if waited >= patience:
                break
        last = loss
    return best


@exercise.misconception("Epochs count from 0; this counts from 1.")
def counted_from_one(validation_losses, patience):
    return _stop(validation_losses, patience) + 1


@exercise.misconception("The best loss is returned; its epoch is asked for.")
def loss_for_epoch(validation_losses, patience):
    return float(validation_losses[_stop(validation_losses, patience)])


@exercise.misconception("A loss that is largest is the worst, not the best.")
def largest_loss(validation_losses, patience):
    return _stop([-loss for loss in validation_losses], patience)


@exercise.misconception(
    "A nan is no improvement, and comparing with it says False: what happens then?"
)
def nan_taken_for_an_improvement(validation_losses, patience):
    return _stop(validation_losses, patience, better=lambda loss, best: not loss >= best)


@exercise.misconception("Every lower loss is an improvement, also one that is only a little lower.")
def small_steps_ignored(validation_losses, patience):
    return _stop(validation_losses, patience, better=lambda loss, best: loss < best - 1e-3)


@exercise.misconception("An epoch is a whole number: what does an array of floats make of it?")
def float_epoch(validation_losses, patience):
    return float(_stop(validation_losses, patience))


@exercise.misconception("What does the best loss start from? No loss should be worse than that.")
def starts_too_low(validation_losses, patience):
    return _stop(validation_losses, patience, best=10.0)
