"""A function's answers, rebuilt from frames that may be forged."""

from __future__ import annotations

from typing import Any

from nnlib.checking.answer import Answer
from nnlib.runner.wire import WireError

STATUSES = {"returned", "not written", "raised", "unusable", "reference", "stopped"}


def checked_answer(raw: object) -> Answer:
    """An answer whose fields have their types; what it claims can only be judged."""
    match raw:
        case {
            "status": str(status),
            "value": value,
            "error": str(error),
            "message": str(message),
            "changed": tuple(changed),
            "shared": tuple(shared),
            "unstable": bool(unstable),
            "printed": str(printed),
        } if status in STATUSES:
            return Answer(
                status,
                value,
                error[:200],
                message[:10_000],
                tuple(str(name)[:100] for name in changed[:100]),
                tuple((item, str(name)[:100]) for item, name in _pairs(shared)),
                unstable,
                printed[:10_000],
            )
    raise WireError("an answer that has not the form of one")


def _pairs(shared: tuple[Any, ...]) -> list[tuple[int, str]]:
    if not all(
        isinstance(pair, tuple) and list(map(type, pair)) == [int, str] for pair in shared[:100]
    ):
        raise WireError("an answer that has not the form of one")
    return list(shared[:100])
