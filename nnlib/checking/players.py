"""How a candidate is played: plain data in, the call, its result out.

Most exercises are a function of arrays and need only `call`. Where one takes a function or a
Generator, or returns an iterator or a function, its player turns plain data into the call and the
result into something plain. A player runs beside the candidate, in the sandbox too; so it holds no
answers and no seed of the grader's beyond the probe at hand.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

Player = Callable[..., Any]


def call(candidate: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The plain case: ``candidate(*args, **kwargs)``."""
    return candidate(*args, **kwargs)


def seeded(candidate: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Arguments that read ``{"seed": n}`` become Generators.

    >>> seeded(lambda n, rng: rng.permutation(n).tolist(), 3, {"seed": 1})
    [0, 1, 2]
    """
    named = {name: _generator(value) for name, value in kwargs.items()}
    return candidate(*(_generator(value) for value in args), **named)


def batches(candidate: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """As `seeded`; what is iterated over comes back as a list, cut after too many batches."""
    produced = seeded(candidate, *args, **kwargs)
    if not hasattr(type(produced), "__iter__"):
        return produced
    return list(itertools.islice(produced, len(args[0]) + 2))


def _generator(value: Any) -> Any:
    seed = value.get("seed") if isinstance(value, dict) else None
    return value if seed is None else np.random.default_rng(seed)


def find(name: str) -> Player:
    """The player of that name.

    >>> find("call") is call
    True
    """
    player = globals().get(name)
    if name.startswith("_") or not callable(player) or player.__module__ != __name__:
        raise LookupError(f"there is no player called {name!r} in {__name__}")
    return player  # type: ignore[no-any-return]
