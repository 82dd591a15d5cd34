"""The sandboxes of this process: opened when first needed, kept warm, closed at the end."""

from __future__ import annotations

import functools
import os
import select
import signal
import threading
from multiprocessing.util import Finalize

from .sandbox import Limits, Sandbox

_closing: list[Finalize] = []


@functools.cache
def sandbox(isolation: str, limits: Limits, hidden: tuple[str, ...] = ()) -> Sandbox:
    """The sandbox of that kind; it serves any number of submissions, one after the other.

    Raises
    ------
    IsolationError
        When there is none on this machine.
    """
    box = Sandbox(isolation, limits, hidden).__enter__()
    # Also runs in workers, where atexit does not.
    _closing.append(Finalize(None, box.close, exitpriority=10))
    return box


def begin_worker(coordinator: int) -> None:
    """In a worker process: end with the coordinator, also where that one was killed."""
    its_end = os.pidfd_open(coordinator)

    def end(*_: object) -> None:
        try:
            for close in _closing:
                close()
        finally:
            os._exit(1)

    def watch() -> None:
        select.select([its_end], [], [])
        end()

    signal.signal(signal.SIGINT, end)  # without a word: the coordinator says what there is to say
    threading.Thread(target=watch, daemon=True).start()
