"""How a candidate is played: plain data in, the call, its result out.

Most exercises are a function of arrays and need only `call`. Where one takes a function or a
Generator, or returns an iterator or a function, its player turns plain data into the call and the
result into something plain. A player runs beside the candidate, in the sandbox too; so it holds no
answers and no seed of the grader's beyond the probe at hand.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from .plain import Unusable, describe, plain

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
    if isinstance(produced, np.ndarray) or not hasattr(type(produced), "__iter__"):
        return produced
    return list(itertools.islice(produced, len(args[0]) + 2))


def on_landscape(candidate: Callable[..., Any], landscape: dict[str, str], *args: Any) -> Any:
    """The first argument, ``{"landscape": name}``, becomes ``params -> (loss, grads)``."""
    power = {"bowl": 2, "quartic": 4}[landscape["landscape"]]

    def loss_and_grads(params: Any) -> tuple[float, Any]:
        with np.errstate(over="ignore"):  # inf is an answer here, not a warning
            loss = sum(float(np.sum(p**power)) for layer in params for p in layer) / power
            return loss, [tuple(p ** (power - 1) for p in layer) for layer in params]

    return candidate(loss_and_grads, *args)


def classifier(candidate: Callable[..., Any], *args: Any) -> Any:
    """As `seeded`, for what returns ``predict``; it may not draw pictures meanwhile.

    The last three arguments are pictures, the rows of some of them, and of a few. Back come the
    labels of all pictures, of those rows together, and of each of the few alone.
    """
    from nnlib.datasets.drawn import no_more_pictures

    *given, images, together, alone = args
    asked = [images, images[together], *(images[[row]] for row in alone)]
    name = getattr(candidate, "__name__", "the function")
    text = f"{name} may not draw pictures: it learns from those that are handed in"
    with no_more_pictures(text):
        predict = seeded(candidate, *given)
        if not callable(predict):
            raise Unusable(f"it is {describe(predict)}, where the function predict is asked for")
        return [plain(predict(pictures)) for pictures in asked]


def calculation(candidate: type, numbers: dict[str, float], steps: str) -> Any:
    """Calculate with a class of numbers: named numbers, steps that end in L, then L.backward()."""
    nodes = {name: candidate(number) for name, number in numbers.items()}
    exec(steps, {"__builtins__": {"range": range}}, nodes)  # the steps are the exercise's
    nodes["L"].backward()
    kept = {name: node for name, node in nodes.items() if isinstance(node, candidate)}
    data, grads = ({name: getattr(kept[name], a) for name in kept} for a in ("data", "grad"))
    for attribute, found in (("data", data), ("grad", grads)):
        for name, number in found.items():
            if isinstance(number, candidate):
                what = f"{name}.{attribute} is a {candidate.__name__}"
                raise Unusable(f"{what}, where a number is expected")
    return data, grads


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


# A smooth function for exercises that take one. Every entry of x depends on every other.
SMOOTH = "sum(a * sin(x)) + sum(a * x)**2 / 2"


def differentiate(
    candidate: Callable[..., Any], f: dict[str, Any], x: np.ndarray, **kwargs: Any
) -> Any:
    """``candidate(f, x)``, where f is the function `SMOOTH` with the array ``f["a"]``."""
    mine = np.copy(x, order="K")
    gradient = candidate(_smooth(f["a"]), mine, **kwargs)
    _notice_change(x, mine)
    return gradient


def check_derivative(
    candidate: Callable[..., Any],
    f: dict[str, Any],
    x: np.ndarray,
    df: np.ndarray,
    **kwargs: Any,
) -> Any:
    """``candidate(f, x, df)``, where df is a function whose value at x is the array given.

    All numbers from 0 to 1e-6 come back as 0: they only say that the derivative is right.
    """
    mine, here = np.copy(x, order="K"), x.copy()

    def derivative(x: np.ndarray) -> np.ndarray:
        return df + (x - here) if df.shape == np.shape(x) else df.copy()

    error = candidate(_smooth(f["a"]), mine, derivative, **kwargs)
    _notice_change(x, mine)
    number = isinstance(error, (int, float, np.number, np.ndarray)) and np.ndim(error) == 0
    return 0.0 if number and 0 <= error < 1e-6 else error


def _smooth(a: np.ndarray) -> Callable[[np.ndarray], float]:
    return lambda x: float(np.sum(a * np.sin(x)) + np.sum(a * x) ** 2 / 2)


def _notice_change(x: np.ndarray, used: np.ndarray) -> None:
    """Write into x what became of its copy, unless the two differ by rounding only."""
    if not np.allclose(used, x, rtol=1e-9, atol=1e-12):
        x[...] = used


def each_seed(candidate: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """As `batches`; where an argument reads ``{"seeds": [...]}``, one answer for each of them.

    >>> each_seed(lambda n, rng: rng.permutation(n), 3, {"seeds": [1, 2]})
    [array([0, 1, 2]), array([2, 0, 1])]
    """
    several = [arg["seeds"] for arg in args if isinstance(arg, dict) and "seeds" in arg]
    if not several:
        return batches(candidate, *args, **kwargs)

    def with_seed(seed: int) -> list[Any]:
        fresh = copy.deepcopy(args)  # what one answer changes is not what the next one is given
        return [{"seed": seed} if isinstance(a, dict) and "seeds" in a else a for a in fresh]

    return [batches(candidate, *with_seed(seed), **kwargs) for seed in several[0]]
