"""The gradebook, written by one coordinator, many submissions in one transaction.

Everything goes through nbgrader's own API and preprocessors, so whatever works with nbgrader's
gradebook works with this. nbgrader alone opens a gradebook for each of its steps (13 for every
submission, 90 ms of CPU time) and commits cell by cell; here all share one.
"""

from __future__ import annotations

import contextlib
import os
import sysconfig
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from nbgrader.api import Comment, Grade, Gradebook
from sqlalchemy import event
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session, scoped_session, sessionmaker, undefer

Key = tuple[str, str, str]  # notebook, assignment, student
REMEMBERED = 128  # entries that are kept at hand; a batch has fewer


class GradebookError(RuntimeError):
    """The gradebook's database cannot be read or written; the message says why."""


class _Batch(Session):  # type: ignore[misc]
    """A session whose `commit` waits for the end of the batch."""

    def commit(self) -> None:
        """Nothing yet."""

    def commit_batch(self) -> None:
        super().commit()


class Ledger(Gradebook):  # type: ignore[misc]
    """nbgrader's gradebook, kept open, committed by `save`, and quick to find a student's rows."""

    db: Any

    def __init__(self, url: str, course_id: str) -> None:
        with installed_programs():
            try:
                super().__init__(url, course_id)
            except DatabaseError as problem:
                raise _sentence(problem) from problem
        event.listen(self.engine, "handle_error", _refuse)
        self.db.remove()
        self.db = scoped_session(sessionmaker(class_=_Batch, bind=self.engine, future=True))
        self._forget()

    def _forget(self) -> None:
        self._entries: dict[tuple[str, ...], Any] = {}
        self._rows: dict[tuple[str, ...], dict[str, Any]] = {}

    def close(self) -> None:
        """nbgrader's steps close their gradebooks; this one stays open."""

    def save(self) -> None:
        """Commit the batch, and forget what was read for it."""
        self.db().commit_batch()
        self.db.remove()
        self._forget()

    def drop(self) -> None:
        """Give the batch up."""
        self.db().rollback()
        self.db.remove()
        self._forget()

    def flush(self) -> None:
        """Send the batch so far, and forget the rows: each changed one would be read by itself."""
        self.db().flush()
        self._rows = {}

    def end(self) -> None:
        """Close the connection."""
        self.drop()
        self.engine.dispose()

    def find_submission(self, assignment: str, student: str) -> Any:
        """nbgrader's, but one query in a batch instead of one for every step."""
        return self._once(super().find_submission, assignment, student)

    def add_submission(self, assignment: str, student: str, **kwargs: Any) -> Any:
        """nbgrader's; it need not be looked for any more."""
        entry = super().add_submission(assignment, student, **kwargs)
        return self._entries.setdefault((assignment, student), entry)

    def find_submission_notebook(self, notebook: str, assignment: str, student: str) -> Any:
        """nbgrader's, but one query in a batch instead of one for every step."""
        return self._once(super().find_submission_notebook, notebook, assignment, student)

    def _once(self, find: Callable[..., Any], *key: str) -> Any:
        if key not in self._entries:
            if len(self._entries) >= REMEMBERED:  # a class whose work has not changed is one batch
                self._forget()
            self._entries[key] = find(*key)
        return self._entries[key]

    def find_grade(self, cell: str, notebook: str, assignment: str, student: str) -> Any:
        """nbgrader's, but one query for a notebook instead of one for a cell."""
        return self.rows(notebook, assignment, student)["grades"][cell]

    def find_comment(self, cell: str, notebook: str, assignment: str, student: str) -> Any:
        """nbgrader's, but one query for a notebook instead of one for a cell."""
        return self.rows(notebook, assignment, student)["comments"][cell]

    def rows(self, notebook: str, assignment: str, student: str) -> dict[str, Any]:
        """The grades and comments of a submitted notebook, by cell.

        Raises
        ------
        nbgrader.api.MissingEntry
            When it was never recorded.
        """
        key = (notebook, assignment, student)
        if key not in self._rows:
            self.read([key])
        return self._rows[key]

    def read(self, keys: Iterable[Key]) -> None:
        """Get the `rows` of several submitted notebooks with one query for each kind."""
        entries = {}
        for key, entry in [(key, self.find_submission_notebook(*key)) for key in keys]:
            # The cells stay in here so that the next student's need not be read again.
            cells = {cell.id: cell for cell in entry.notebook._base_cells}
            entries[entry.id] = self._rows[key] = {"grades": {}, "comments": {}, "cells": cells}
        for what, kind, more in (
            ("grades", Grade, [undefer(Grade.max_score)]),
            ("comments", Comment, []),
        ):
            found = self.db.query(kind).options(*more).populate_existing()
            for one in found.filter(kind.notebook_id.in_(entries)):
                rows = entries[one.notebook_id]
                rows[what][rows["cells"][one.cell_id].name] = one


def _refuse(context: Any) -> None:
    """Whatever the database cannot do ends in a sentence; a row that is there already is normal."""
    problem = context.sqlalchemy_exception
    if isinstance(problem, DatabaseError) and not isinstance(problem, IntegrityError):
        raise _sentence(problem)


def _sentence(problem: DatabaseError) -> GradebookError:
    cause = str(problem.orig).partition("\n")[0]
    return GradebookError(f"the gradebook cannot be used: {cause}; mend that, and grade again")


@contextlib.contextmanager
def installed_programs() -> Iterator[None]:
    """nbgrader asks the program alembic for the version of a new gradebook."""
    path = os.environ.get("PATH", "")
    schemes = (sysconfig.get_default_scheme(), sysconfig.get_preferred_scheme("user"))
    homes = [sysconfig.get_path("scripts", scheme) for scheme in schemes]
    os.environ["PATH"] = os.pathsep.join([*homes, path])
    try:
        yield
    finally:
        os.environ["PATH"] = path
