"""What lessons call: ``check(f)`` under an exercise, ``unfinished()`` around an experiment."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import inspect
import linecache
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from .frames import unwritten
from .plain import describe


def check(function: object, name: str | None = None) -> float:
    """Check an answer, show the verdict, and give the points it earns.

    Parameters
    ----------
    function : callable
        The function (or class) that an exercise asks for.
    name : str, optional
        The exercise; by default the name that is written between the parentheses.

    Returns
    -------
    float
        The points: the cell's value, which nbgrader reads as partial credit.
    """
    if not callable(function):
        print(
            "check needs the function itself, as in check(relu), not what it returns; "
            f"received {describe(function)}."
        )
        return 0.0
    name = name or _exercise_named(inspect.currentframe(), function)
    if importlib.util.find_spec("nnlib.exercises") is None:
        print(f"{name}: checked when graded")
        return 0.0
    from IPython.display import display

    from .assessment import assess

    try:
        verdict = assess(name, function)
    except LookupError as problem:
        print(f"check: {problem.args[0]}")
        return 0.0
    except KeyboardInterrupt:
        print(f"check: stopped before {name} was judged; run the cell again for a verdict")
        return 0.0
    display(verdict)
    return verdict.earned


@contextlib.contextmanager
def unfinished() -> Iterator[None]:
    """Let an experiment with the learner's functions end in one sentence while these are wrong.

    >>> with unfinished():
    ...     raise ValueError("operands do not fit")
    This cell needs the functions above, and one is not right yet (ValueError: operands do not fit).
    """
    try:
        yield
    except NotImplementedError as error:
        print(
            f"{unwritten(error) or 'A function above'} is not written yet; this cell waits for it."
        )
    except NameError as error:
        print(f"This cell waits for {error.name!r}: a cell above makes it, once that one works.")
    except TimeoutError as error:  # right, and too slow
        print(error)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".split("\n")[0][:200]
        print(f"This cell needs the functions above, and one is not right yet ({reason}).")


def _exercise_named(frame: FrameType | None, function: Callable[..., Any]) -> str:
    """What the learner calls the function: a lambda or a decorated one has another name itself."""
    caller = frame.f_back if frame else None
    own = str(getattr(function, "__name__", type(function).__name__))
    if caller is None:
        return own
    written = _name_in_call(caller)
    names = [name for name, value in caller.f_globals.items() if value is function]
    return written or (names[-1] if names and own not in names else own)


def _name_in_call(caller: FrameType) -> str | None:
    """What stands between the parentheses of ``check(...)`` in the calling cell."""
    source = "".join(linecache.getlines(caller.f_code.co_filename))
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a cell with magics: its lines are not all Python
        return None
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and node.lineno <= caller.f_lineno <= (node.end_lineno or node.lineno)
            and isinstance(node.func, ast.Name)
            and node.func.id == "check"
            and node.args
            and isinstance(node.args[0], ast.Name)
        ):
            return node.args[0].id
    return None
