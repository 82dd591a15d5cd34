"""What a check costs: the verdict on a right and on a wrong answer, for every exercise.

Each time is also printed as a ratio to the floor of the same run, the calls of the learner's
function alone. ``python benchmarks/checking.py [EXERCISE ...]``
"""

import statistics
import sys
import time
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.table import Table

from nnlib.checking import Exercise, catalogue, players
from nnlib.checking.answer import answer
from nnlib.checking.assessment import PUBLIC_SEED, examine

RUNS = 5


def milliseconds(function: Callable[[], object]) -> float:
    """The median time of several runs after one that does not count, of this process alone."""
    function()
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return 1_000 * statistics.median(times)


def measure(exercise: Exercise) -> tuple[float, float, float, float]:
    """Calls alone, questions and answers, verdict on a right and on a wrong answer."""
    right, wrong = exercise.alternatives[0], exercise.misconceptions[0].function
    play, probes = players.find(exercise.player), exercise.ask(PUBLIC_SEED)

    def verdict_on(function: Callable[..., object]) -> object:
        def run(probes: Sequence[object], substitutes: object) -> object:
            return answer(function, probes, exercise.player, twice=exercise.twice)

        return examine(exercise, run, PUBLIC_SEED)

    return (
        milliseconds(lambda: [play(right, *p.args, **p.kwargs) for p in probes]),
        milliseconds(lambda: answer(right, exercise.ask(PUBLIC_SEED), exercise.player)),
        milliseconds(lambda: verdict_on(right)),
        milliseconds(lambda: verdict_on(wrong)),
    )


def main() -> None:
    """Print a row for every exercise, and the medians."""
    names = sys.argv[1:] or [n for n in catalogue.names() if catalogue.find(n).seeds > 1]
    table = Table("exercise", "calls, ms", "probing, ms", "right, ms", "wrong, ms", "right/calls")
    rows = [measure(catalogue.find(name)) for name in names]
    for name, row in zip(names, rows, strict=True):
        table.add_row(name, *(f"{ms:.2f}" for ms in row), f"{row[2] / max(row[0], 1e-3):.0f}")
    medians = [statistics.median(column) for column in zip(*rows, strict=True)]
    table.add_section()
    table.add_row("median", *(f"{ms:.2f}" for ms in medians), f"{medians[2] / medians[0]:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
