"""An exercise is data: how to draw questions, the right answer, and the wrong ones people give."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from .answer import Probe, path_of
from .plain import plain

Function = Callable[..., Any]
Path = tuple[int | str, ...]
"""Where a value stands inside lists, tuples and dicts."""


@dataclass(frozen=True)
class Part:
    """One returned value, with names for what is inside it.

    Parameters
    ----------
    name : str
        As the catalogue calls it: ``dX``, ``cache``.
    each : str
        What one entry of a list stands for: ``layer``.
    fields : tuple of str
        The names of a tuple's items within each entry: ``("dW", "db")``.
    backwards : bool
        Compare the last entry first, the order in which backpropagation computes.
    integers : bool
        Whether whole numbers must come as integers.
    """

    name: str
    each: str = ""
    fields: tuple[str, ...] = ()
    backwards: bool = False
    integers: bool = False

    def label(self, path: Path) -> str:
        """What the value at an index path is called.

        >>> Part("grads", "layer", ("dW", "db")).label((1, 0))
        'grads[1][0], the dW of layer 2'
        """
        code = self.name + "".join(f"[{key!r}]" for key in path)
        match path:
            case (int(i), int(k)) if self.each and k < len(self.fields):
                return f"{code}, the {self.fields[k]} of {self.each} {i + 1}"
            case (int(i), *_) if self.each:
                return f"{code}, {self.each} {i + 1}"
            case (int(i),) if i < len(self.fields):
                return f"{code}, {self.fields[i]}"
        return code


@dataclass(frozen=True)
class Tolerance:
    """Two numbers agree if ``|a - b| <= relative * |b| + floor * max|b|``.

    A float32 result is compared more loosely, unless ``float32`` is False (where rounding to
    float32 would hide the difference that the exercise is about).
    """

    relative: float = 1e-7
    floor: float = 1e-12
    float32: bool = True

    def allowance(self, expected: np.ndarray, received: np.ndarray) -> np.ndarray:
        """How far each entry may be off."""
        size = np.abs(expected)
        finite = size[np.isfinite(size)]
        largest = finite.max(initial=0.0)
        short = self.float32 and received.dtype.kind in "fc" and received.dtype.itemsize <= 4
        relative, floor = (1e-4, 1e-6) if short else (self.relative, self.floor)
        return np.asarray(relative * np.where(np.isfinite(size), size, 0.0) + floor * largest)


@dataclass(frozen=True)
class Misconception:
    """A runnable wrong answer, and one sentence that says where to look."""

    name: str
    hint: str
    function: Function


@dataclass(frozen=True)
class Fault:
    """What is wrong with one part of one answer.

    ``kind`` is a short stable word (``shape``, ``value``, ...); two answers whose faults have the
    same kinds made the same mistake, also where random numbers differ. ``credit`` is what the
    part earns all the same, from 0 to 1.
    """

    kind: str
    message: str
    credit: float = 0.0


Accepts = Callable[[Probe, Any, Any], dict[str, Fault]]


@dataclass
class Exercise:
    """What a learner is asked to write, and everything that is needed to judge it.

    The file it stands in gives its name, the folder its lesson.

    Parameters
    ----------
    reference : callable
        The right answer, a public function of `nnlib`.
    questions : callable
        ``questions(rng)`` yields argument tuples (or `Probe`), drawn from a NumPy Generator.
    parts : tuple of (str or Part)
        The returned values, in order.
    points : float
        What a right answer earns; 0 for practice.
    player : str
        How it is played: a function of `nnlib.checking.players`.
    passes_on : tuple of str
        Parts that may share memory with an argument.
    tolerance : Tolerance
    accepts : callable, optional
        ``accepts(probe, expected, received)`` returns the faults by part, where comparing with
        the reference will not do (random functions, laws, statistics).
    proof : callable, optional
        ``proof(*args)`` yields ``(part, f, x)``: the part must be the derivative of ``f`` at
        ``x``. Tests differentiate numerically.
    twice : bool
        Whether it is called twice on the same input.
    arguments : tuple of str
        What the questions' arguments are called; by default as the reference calls its own.
    seeds : int
        How many seeds the tests draw (fewer for an expensive exercise).
    builds_on : tuple of str
        Earlier exercises of the lesson that an answer may call. Where the learner's own are wrong
        their references stand in, so that an early mistake is not counted twice.
    shared_seed : bool
        Whether grading asks a whole class the same questions.
    seconds : float
        Wall time its probes may take in grading, where that is more than any cell may.
    """

    reference: Function
    questions: Callable[[np.random.Generator], Iterable[tuple[Any, ...] | Probe]]
    parts: tuple[str | Part, ...]
    points: float = 1.0
    player: str = "call"
    passes_on: tuple[str, ...] = ()
    tolerance: Tolerance = field(default_factory=Tolerance)
    accepts: Accepts | None = None
    proof: Callable[..., Iterator[tuple[str, Function, np.ndarray]]] | None = None
    twice: bool = True
    seeds: int = 20
    builds_on: tuple[str, ...] = ()
    shared_seed: bool = False
    seconds: float = 0.0
    arguments: tuple[str, ...] = ()
    starter: Function | None = None
    alternatives: list[Function] = field(default_factory=list)
    misconceptions: list[Misconception] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lesson, self.name = self.questions.__module__.split(".")[-2:]
        self.named_parts = tuple(Part(p) if isinstance(p, str) else p for p in self.parts)
        self.arguments = self.arguments or tuple(inspect.signature(self.reference).parameters)

    @property
    def reference_path(self) -> str:
        """``"module:name"`` of the reference."""
        return path_of(self.reference)

    def alternative(self, function: Function) -> Function:
        """Decorate a right answer that is written differently."""
        self.alternatives.append(function)
        return function

    def misconception(self, hint: str) -> Callable[[Function], Function]:
        """Decorate a wrong answer; its name is the mistake's name, `hint` the sentence shown."""

        def register(function: Function) -> Function:
            name = function.__name__.replace("_", " ").strip()
            self.misconceptions.append(Misconception(name, hint, function))
            return function

        return register

    def starts_from(self, function: Function) -> Function:
        """Decorate the broken function that a bug hunt hands out."""
        self.starter = function
        return function

    def ask(self, seed: int) -> list[Probe]:
        """The first verb: the questions of this seed.

        The first one comes once more at the end, with other numbers in the same sizes: whoever
        keeps something from call to call, and asks only for its size, gives an old answer then.
        """
        first, other = (self.questions(np.random.default_rng(s)) for s in (seed, [seed, 1]))
        drawn = [*first, *islice(other, int(self.twice))]
        probes = [q if isinstance(q, Probe) else Probe(tuple(q)) for q in drawn]
        return [Probe(plain(p.args), plain(p.kwargs), p.expected) for p in probes]

    def argument(self, key: str) -> str:
        """The name of an argument that an Answer gives by position or by name."""
        known = {str(i): name for i, name in enumerate(self.arguments)}
        return known.get(key, key)
