"""step_decay(learning_rate, epoch, drop, every): a staircase."""

from nnlib import schedules
from nnlib.checking import Exercise


def questions(rng):
    rate = float(rng.uniform(0.1, 2))
    for epoch, drop, every in [
        (0, 0.5, 10),
        (7, 0.3, 4),
        (8, 0.3, 4),
        (25, 0.9, 10),
        (3, 0.1, 5),
        (12, 0.7, 1),
    ]:
        yield rate, epoch + 0, drop, every


exercise = Exercise(schedules.step_decay, questions, parts=("rate",), points=1)


@exercise.alternative
def loop(learning_rate, epoch, drop, every):
    for _ in range(every, epoch + 1, every):
        learning_rate = learning_rate * drop
    return learning_rate


@exercise.alternative
def recursive(learning_rate, epoch, drop, every):
    return (
        learning_rate
        if epoch < every
        else drop * recursive(learning_rate, epoch - every, drop, every)
    )


@exercise.alternative
def with_int(learning_rate, epoch, drop, every):
    return learning_rate * pow(drop, int(epoch / every))


@exercise.misconception("The staircase became a slope: how many whole periods have passed?")
def smooth(learning_rate, epoch, drop, every):
    return learning_rate * drop ** (epoch / every)


@exercise.misconception("Only one drop ever happens: how often has `every` passed by now?")
def one_drop_only(learning_rate, epoch, drop, every):
    return learning_rate * drop if epoch >= every else learning_rate


@exercise.misconception("The rate drops in every epoch: what is `every` for?")
def drops_each_epoch(learning_rate, epoch, drop, every):
    return learning_rate * drop**epoch


@exercise.misconception("Drops multiply: two of them give drop · drop, not 2 · drop.")
def drops_added(learning_rate, epoch, drop, every):
    return learning_rate * drop * (epoch // every)


@exercise.misconception("The drop is a factor; here it is subtracted.")
def subtracted(learning_rate, epoch, drop, every):
    return learning_rate - drop * (epoch // every)


@exercise.misconception("`drop` is what is left after a drop, not what is taken away.")
def what_is_left(learning_rate, epoch, drop, every):
    return learning_rate * (1 - drop) ** (epoch // every)


@exercise.misconception("The rate grows: is it multiplied or divided by the drop?")
def divided(learning_rate, epoch, drop, every):
    return learning_rate / drop ** (epoch // every)


@exercise.misconception(
    "The first epochs should have the full rate: the count starts one too high."
)
def one_drop_too_many(learning_rate, epoch, drop, every):
    return learning_rate * drop ** (epoch // every + 1)


@exercise.misconception("The drop comes one epoch late: epochs count from 0.")
def one_epoch_late(learning_rate, epoch, drop, every):
    return learning_rate * drop ** (max(epoch - 1, 0) // every)


@exercise.misconception(
    "The remainder of the division was taken; the number of whole periods is meant."
)
def remainder(learning_rate, epoch, drop, every):
    return learning_rate * drop ** (epoch % every)
