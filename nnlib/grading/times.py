"""Where the time of a submission went."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Times(dict[str, float]):
    """Seconds by what they were spent on: of the clock, and of this process's CPU time.

    What a sandbox computes is in the first only; the second stands under ``"... (CPU)"``.

    >>> times = Times()
    >>> with times.taken("cells"):
    ...     pass
    >>> sorted(times)
    ['cells', 'cells (CPU)']
    """

    @contextmanager
    def taken(self, what: str) -> Iterator[None]:
        """Add the time that passes."""
        began, used = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            ended, spent = time.perf_counter(), time.process_time()
            self.add({what: ended - began, f"{what} (CPU)": spent - used})

    def add(self, others: dict[str, float]) -> None:
        """Add what others took."""
        for what, seconds in others.items():
            self[what] = self.get(what, 0.0) + seconds
