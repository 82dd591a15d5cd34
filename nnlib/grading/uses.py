"""Which definitions of a notebook need which names, read from the text without running it."""

from __future__ import annotations

import ast
import functools
import symtable
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

LONGEST = 200_000  # characters of a cell that are looked at


def names_used(sources: Iterable[str]) -> dict[str, set[str]]:
    """For everything that the cells define, the names of the notebook that its definition reads.

    A later definition replaces an earlier one, as it does when the cells are run. A cell that is
    not all Python (it has magics) tells nothing.

    Examples
    --------
    >>> names_used(["def f(x): return g(x)", "g = abs"]) == {"f": {"g"}, "g": {"abs"}}
    True
    """
    found: dict[str, set[str]] = {}
    for source in sources:
        found.update(_definitions(source[:LONGEST]))
    return found


@functools.lru_cache(4_096)  # a class shares most of its cells
def _definitions(source: str) -> dict[str, set[str]]:
    """What one cell defines, and what each definition reads; nobody changes it."""
    with warnings.catch_warnings():  # about the learner's own text
        warnings.simplefilter("ignore")
        try:
            body = ast.parse(source).body
            scopes = symtable.symtable(source, "cell", "exec").get_children()
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return {}
    inside = {(scope.get_name(), scope.get_lineno()): scope for scope in scopes}
    found = {}
    for node in _statements(body):
        for name in _bound(node):
            scope = inside.get((name, node.lineno))
            reads = _read(node) if scope is None else _of_notebook(scope)
            found[name] = reads.union(*map(_read, _at_definition(node)))
    return found


def reached(names: Iterable[str], uses: Mapping[str, set[str]]) -> set[str]:
    """These names, and all that their definitions need, directly or through others.

    Examples
    --------
    >>> sorted(reached(["f"], {"f": {"g"}, "g": {"h"}, "k": {"f"}}))
    ['f', 'g', 'h']
    """
    seen: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name not in seen:
            seen.add(name)
            pending += uses.get(name, ())
    return seen


def is_demo(cell: Any) -> bool:
    """Whether a cell only shows something; an author's tag, on cells that earn no points."""
    return "demo" in cell.metadata.get("tags", []) and "nbgrader" not in cell.metadata


def needs_demos(asked: Iterable[str], cells: Iterable[Any]) -> bool:
    """Whether these names need, also through others, what a demo among the code cells defines."""
    cells = list(cells)
    needed = reached(asked, names_used(cell.source for cell in cells))
    return not needed.isdisjoint(names_used(cell.source for cell in cells if is_demo(cell)))


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a cell, also those inside ``with``, ``if``, ``for`` and ``try``."""
    for node in body:
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for part in ast.iter_child_nodes(node):
                if isinstance(part, ast.stmt):
                    yield from _statements([part])
                elif isinstance(part, ast.ExceptHandler):
                    yield from _statements(part.body)


def _bound(node: ast.stmt) -> list[str]:
    """What a statement by itself gives a name."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [(alias.asname or alias.name).partition(".")[0] for alias in node.names]
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.For, ast.With)):
        targets = [part for part in ast.iter_child_nodes(node) if not isinstance(part, ast.stmt)]
        names = (part for target in targets for part in ast.walk(target))
        return [n.id for n in names if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    return []


def _at_definition(node: ast.stmt) -> list[ast.expr]:
    """What is evaluated where a function or class is defined: decorators, defaults, bases."""
    parts: list[ast.expr | None] = [
        *getattr(node, "decorator_list", []),
        *getattr(node, "bases", []),
    ]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        parts += [*node.args.defaults, *node.args.kw_defaults]
    return [part for part in parts if part is not None]


def _read(node: ast.AST) -> set[str]:
    names = (part for part in ast.walk(node) if isinstance(part, ast.Name))
    return {name.id for name in names if isinstance(name.ctx, ast.Load)}


def _of_notebook(scope: symtable.SymbolTable) -> set[str]:
    """The names of the notebook that a function or class reads, its own and its inner ones'."""
    names = {s.get_name() for s in scope.get_symbols() if s.is_global() and s.is_referenced()}
    return names.union(*(_of_notebook(inner) for inner in scope.get_children()))
