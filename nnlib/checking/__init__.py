"""Checking answers: exercises as data, and four verbs that work on them.

    ask(seed) -> probes        answer(candidate, probes) -> answers
    judge(probes, answers)     explain(...)

Inside the grader's sandbox only what runs a candidate is there; the judge stays outside.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from .notebook import check, unfinished

if TYPE_CHECKING:
    from .answer import Probe
    from .assessment import assess
    from .exercise import Exercise, Fault, Part, Tolerance
    from .verdict import Verdict

_HOMES = {
    "assess": "assessment",
    "Exercise": "exercise",
    "Fault": "exercise",
    "Part": "exercise",
    "Tolerance": "exercise",
    "Probe": "answer",
    "Verdict": "verdict",
}

__all__ = [
    "Exercise",
    "Fault",
    "Part",
    "Probe",
    "Tolerance",
    "Verdict",
    "assess",
    "check",
    "unfinished",
]


def __getattr__(name: str) -> Any:
    """Import the trusted side when it is first asked for."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
