"""How a candidate is played: plain data in, the call, its result out.

Most exercises are a function of arrays and need only `call`. Where one takes a function or a
Generator, or returns an iterator or a function, its player turns plain data into the call and the
result into something plain. A player runs beside the candidate, in the sandbox too; so it holds no
answers and no seed of the grader's beyond the probe at hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Player = Callable[..., Any]


def call(candidate: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The plain case: ``candidate(*args, **kwargs)``."""
    return candidate(*args, **kwargs)


def find(name: str) -> Player:
    """The player of that name.

    >>> find("call") is call
    True
    """
    player = globals().get(name)
    if name.startswith("_") or not callable(player) or player.__module__ != __name__:
        raise LookupError(f"there is no player called {name!r} in {__name__}")
    return player  # type: ignore[no-any-return]
