"""The second verb, ``answer``: the only place that runs somebody's code.

It runs in the learner's own kernel or in the sandbox, is told nothing but the probes, and gives
back plain data.
"""

from __future__ import annotations

import contextlib
import copy
import importlib.util
import io
import types
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import players
from .frames import own_traceback, unwritten
from .plain import Unusable, plain, same, sharing

MAX_PRINTED = 2_000  # characters of a learner's own output that are kept


@dataclass(frozen=True)
class Probe:
    """One question: the arguments of one call, as plain data.

    ``expected`` stays with the judge: the right answer, where it is known when the question is
    drawn (the labels of drawn pictures) and no reference needs to find it.
    """

    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)
    expected: Any = None


@dataclass(frozen=True)
class Answer:
    """What one call gave, as plain data.

    Attributes
    ----------
    status : str
        ``returned``, ``not written``, ``raised``, ``unusable``, ``reference`` (it called the
        reference) or ``stopped`` (by the learner).
    value : plain data
        The result, when it returned.
    error, message : str
        The exception's type, and the text for the learner.
    changed : tuple of str
        Arguments whose values differ after the call.
    shared : tuple of (int, str)
        Which item of the result shares memory with which argument.
    unstable : bool
        A second call with the same arguments gave something else.
    printed : str
        What the function printed and what NumPy warned of, shortened.
    """

    status: str
    value: Any = None
    error: str = ""
    message: str = ""
    changed: tuple[str, ...] = ()
    shared: tuple[tuple[int, str], ...] = ()
    unstable: bool = False
    printed: str = ""


class CalledReference(BaseException):
    """Raised by an exercise's reference while a candidate is played."""


def answer(
    candidate: Callable[..., Any],
    probes: Sequence[Probe],
    player: str = "call",
    *,
    reference: str = "",
    substitutes: Mapping[str, str] | None = None,
    twice: bool = True,
) -> list[Answer]:
    """Play the candidate on every probe; an interrupt ends the list early.

    Parameters
    ----------
    candidate : callable
        The learner's function (or class).
    probes : sequence of Probe
        The questions; they are copied before each call.
    player : str
        A function of `nnlib.checking.players`.
    reference : str
        ``"module:name"`` of the function that must not be called meanwhile.
    substitutes : mapping of str to str
        Names among the candidate's globals that mean ``"module:name"`` meanwhile.
    twice : bool
        Whether to call it a second time on the same input.

    Returns
    -------
    list of Answer
    """
    play = players.find(player)
    answers: list[Answer] = []
    with _substituted(candidate, substitutes or {}), _forbidden(reference) as called:
        for probe in probes:
            answers.append(_play_once(play, candidate, probe, called, twice))
            if answers[-1].status == "stopped":
                break
    return answers


def names_used(candidate: object, depth: int = 4) -> set[str]:
    """Global names that a function's code mentions, also through functions it calls."""
    seen: set[str] = set()
    pending: list[tuple[object, int]] = [(candidate, 0)]
    while pending:
        function, level = pending.pop()
        code = getattr(function, "__code__", None)
        names = getattr(function, "__globals__", {})
        if not isinstance(code, types.CodeType) or level > depth:
            continue
        for name in _names_in(code) - seen:
            seen.add(name)
            pending.append((names.get(name), level + 1))
    return seen


def resolve(path: str) -> Any:
    """The object that ``"module:name"`` names."""
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


def path_of(function: Callable[..., Any]) -> str:
    """``"module:name"`` of a function, the inverse of `resolve`."""
    return f"{function.__module__}:{function.__qualname__}"


def _play_once(
    play: players.Player,
    candidate: Callable[..., Any],
    probe: Probe,
    called: list[bool],
    twice: bool,
) -> Answer:
    """One probe: two calls, and everything that is to be noticed about them."""
    output = _Bounded()
    first = copy.deepcopy((probe.args, probe.kwargs))
    with (
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(output),
        warnings.catch_warnings(record=True) as warned,
    ):
        warnings.simplefilter("always")
        try:
            raw = play(candidate, *first[0], **first[1])
            value = plain(raw)
            changed, shared = _touched(probe, first, raw)
            if twice:
                second = copy.deepcopy((probe.args, probe.kwargs))
                with contextlib.redirect_stdout(_Bounded()):  # what it prints is kept once
                    again = play(candidate, *second[0], **second[1])
                shared += tuple((i, "an earlier result") for i in sharing(again, raw))
                unstable = not same(value, plain(again))
            else:
                unstable = False
            result = Answer("returned", value, changed=changed, shared=shared, unstable=unstable)
        except KeyboardInterrupt:
            result = Answer("stopped")
        except CalledReference:
            result = Answer("reference")
        except Unusable as problem:
            result = Answer("unusable", message=str(problem))
        except NotImplementedError as error:
            result = Answer("not written", error=type(error).__name__, message=unwritten(error))
        except (Exception, SystemExit, GeneratorExit) as error:
            result = Answer("raised", error=type(error).__name__, message=own_traceback(error))
    if called:
        result = Answer("reference")
    for text in dict.fromkeys(f"{w.category.__name__}: {w.message}\n" for w in warned):
        output.write(text)
    return _with(result, printed=output.text())


def _with(result: Answer, **changes: Any) -> Answer:
    return Answer(**{**result.__dict__, **changes})


def _touched(
    probe: Probe, used: tuple[tuple[Any, ...], dict[str, Any]], raw: object
) -> tuple[tuple[str, ...], tuple[tuple[int, str], ...]]:
    """Which arguments changed, and which items of the result share memory with one."""
    before, after = _named(probe.args, probe.kwargs), _named(*used)
    changed = tuple(name for name in before if not same(before[name], plain(after[name])))
    shared = tuple((i, name) for name in before for i in sharing(raw, after[name]))
    return changed, shared


def _named(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """All arguments under one kind of key: the position as text, or the name."""
    return {**{str(i): value for i, value in enumerate(args)}, **kwargs}


@contextlib.contextmanager
def _forbidden(path: str) -> Iterator[list[bool]]:
    """While this lasts, the function at ``path`` raises when it is called.

    Its code is swapped, so that every name it was imported under raises. A courtesy to honest
    learners: anybody can copy a formula.
    """
    called: list[bool] = []
    if not path or importlib.util.find_spec(path.partition(":")[0]) is None:  # hidden in a sandbox
        yield called
        return
    target = resolve(path)
    function = vars(target)["__init__"] if isinstance(target, type) else target
    original = function.__code__
    _CALLS.append(called)
    function.__code__ = _tripwire.__code__
    try:
        yield called
    finally:
        function.__code__ = original
        _CALLS.remove(called)


_CALLS: list[list[bool]] = []


def _tripwire(*args: Any, **kwargs: Any) -> None:
    # This code runs with the globals of the function whose place it takes.
    from nnlib.checking import answer as home

    for called in home._CALLS:
        called.append(True)
    raise home.CalledReference


@contextlib.contextmanager
def _substituted(candidate: object, substitutes: Mapping[str, str]) -> Iterator[None]:
    """While this lasts, some of the candidate's globals mean something else."""
    names = getattr(candidate, "__globals__", None)
    if names is None or not substitutes:
        yield
        return
    kept = dict(names)
    names.update({name: resolve(path) for name, path in substitutes.items()})
    try:
        yield
    finally:
        for name in substitutes:
            del names[name]
            if name in kept:
                names[name] = kept[name]


def _names_in(code: types.CodeType) -> set[str]:
    inner = (const for const in code.co_consts if isinstance(const, types.CodeType))
    return set(code.co_names).union(*(_names_in(const) for const in inner))


class _Bounded(io.TextIOBase):
    """A text stream that keeps the beginning and counts the rest."""

    def __init__(self) -> None:
        self._kept: list[str] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        room = MAX_PRINTED - self._size
        if room > 0:
            self._kept.append(text[:room])
        self._size += len(text)
        return len(text)

    def text(self) -> str:
        rest = self._size - MAX_PRINTED
        return "".join(self._kept) + (f"\n... and {rest:,} characters more" if rest > 0 else "")
