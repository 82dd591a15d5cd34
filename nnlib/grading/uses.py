"""Which functions of a notebook mention which names, read from the text without running it."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable

LONGEST = 200_000  # characters of a cell that are looked at


def names_used(sources: Iterable[str]) -> dict[str, set[str]]:
    """For everything that the cells define, the names that its definition mentions.

    A later definition replaces an earlier one, as it does when the cells are run. A cell that is
    not all Python (it has magics) tells nothing.

    Examples
    --------
    >>> names_used(["def f(x): return g(x)", "g = abs"]) == {"f": {"x", "g"}, "g": {"abs"}}
    True
    """
    found: dict[str, set[str]] = {}
    for source in sources:
        for node in _statements(source):
            for name in _bound(node):
                found[name] = _read(node)
    return found


def _statements(source: str) -> list[ast.stmt]:
    try:
        with warnings.catch_warnings():  # about the learner's own text
            warnings.simplefilter("ignore")
            return ast.parse(source[:LONGEST]).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _bound(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


def _read(node: ast.AST) -> set[str]:
    names = (part for part in ast.walk(node) if isinstance(part, ast.Name))
    return {name.id for name in names if isinstance(name.ctx, ast.Load)}
