"""The catalogue is a folder: whatever `nnlib.exercises` holds is an exercise."""

from __future__ import annotations

import difflib
import functools
import importlib
import importlib.util
import pkgutil

from .exercise import Exercise

HOME = "nnlib.exercises"


@functools.cache
def names() -> dict[str, str]:
    """Every exercise's name and its module, lesson by lesson."""
    home = importlib.import_module(HOME)
    lessons = [m.name for m in pkgutil.iter_modules(home.__path__) if m.ispkg]
    found: dict[str, str] = {}
    for lesson in lessons:
        package = importlib.import_module(f"{HOME}.{lesson}")
        for module in pkgutil.iter_modules(package.__path__):
            if not module.name.startswith("_"):
                found[module.name] = f"{HOME}.{lesson}.{module.name}"
    return found


@functools.cache
def find(name: str) -> Exercise:
    """The exercise of that name.

    Raises
    ------
    LookupError
        With the nearest name there is.
    """
    known = names()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else "the exercise's heading names it"
        raise LookupError(f"there is no exercise called {name!r}; {hint}")
    exercise = importlib.import_module(known[name]).exercise
    assert isinstance(exercise, Exercise)
    return exercise


def of_lesson(lesson: str) -> list[Exercise]:
    """The exercises of a lesson, named with or without its number."""
    topic = lesson.lstrip("0123456789").lstrip("_")
    return [find(name) for name, module in names().items() if module.split(".")[-2] == topic]
