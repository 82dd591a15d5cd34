"""What an instructor sees of a run: a line or a bar while it lasts, a table, a CSV file, a log."""

from __future__ import annotations

import csv
import io
import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Self

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from . import harmless
from .records import Row, write_whole
from .work import Outcome

WIDEST = 40  # students that the terminal's table shows; the CSV file has all


class Report:
    """Gathers the rows of a run; a context manager that shows progress.

    Parameters
    ----------
    console : rich.console.Console
    log : file, optional
        Receives one JSON object a line; open for bytes, without a buffer.
    total : int
        How many students there are.

    Attributes
    ----------
    rows : dict of str to Row
    problems : list of str
        What went wrong that concerns no student, a sentence each.
    """

    def __init__(self, console: Console, log: IO[bytes] | None, total: int) -> None:
        self.rows: dict[str, Row] = {}
        self.problems: list[str] = []
        self.isolation: set[str] = set()
        self._console = console
        self._log = log
        self._total = total
        self._began = time.monotonic()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._bar.start()
        self._task = self._bar.add_task("Grading", total=self._total, rate="")
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def add(self, row: Row, outcome: Outcome | None = None) -> None:
        """A student is finished."""
        new = row.student not in self.rows
        self.rows[row.student] = row
        if outcome is not None:
            self.isolation.add(outcome.isolation)
        self.note(event="student", **vars(row), times=outcome.times if outcome else {})
        rate = 60 * len(self.rows) / (time.monotonic() - self._began)
        self._bar.update(self._task, advance=int(new), rate=f"{rate:.0f} a minute")
        if not self._console.is_terminal:
            self._console.print(Text(_line(row)), soft_wrap=True)

    def note(self, **entry: Any) -> None:
        """Write a line into the log."""
        if self._log is not None:
            stamped = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), **entry}
            try:
                self._log.write(f"{json.dumps(stamped)}\n".encode())
            except OSError as problem:  # a full disk, say, which need not be everybody's
                self._log = None
                self.problems.append(f"The log could not be written: {problem}")

    def save(self, path: Path) -> None:
        """Write the class as a CSV file."""
        try:
            write_csv(path, self.sorted())
        except OSError as problem:
            self.problems.append(f"The table could not be written: {problem}")

    @property
    def failed(self) -> list[Row]:
        """Those with whom something did not work."""
        return [row for row in self.sorted() if row.reason]

    def sorted(self) -> list[Row]:
        """The rows by student."""
        return [self.rows[student] for student in sorted(self.rows)]


def _line(row: Row) -> str:
    """A finished student in one line."""
    if row.reason:
        return f"{harmless.line(row.student, 40)}: {row.status}, {harmless.line(row.reason)}"
    points = sum(score or 0 for score in row.scores.values())
    return f"{harmless.line(row.student, 40)}: {row.status}, {points:g} points"


def class_table(rows: Sequence[Row], title: str = "") -> Table:
    """Students against graded cells: the points, and the misconceptions that were recognized."""
    keys = graded_cells(rows)
    table = _table(title)
    table.add_column("student")
    for key in keys:
        table.add_column(Text(_short(key).replace("_", "_\n")), justify="right")
    table.add_column("total", justify="right")
    table.add_column("remarks", overflow="fold")
    for row in rows[:WIDEST]:
        cells = [_points(row, key) for key in keys]
        total = f"{sum(score or 0 for score in row.scores.values()):g}" if row.scores else "-"
        texts = [harmless.line(row.student, 40), *cells, total, harmless.line(_remark(row), 200)]
        table.add_row(*map(Text, texts))
    if len(rows) > WIDEST:
        table.add_row(*[""] * (len(keys) + 2), f"and {len(rows) - WIDEST} students more")
    return table


def misconception_table(rows: Sequence[Row]) -> Table | None:
    """Which misconceptions the class has, the most frequent first."""
    graded = [row for row in rows if row.verdicts]
    found: Counter[tuple[str, str]] = Counter(
        (verdict["exercise"], name)
        for row in graded
        for verdict in row.verdicts.values()
        for name in verdict["misconceptions"][:1]
    )
    if not found:
        return None
    table = _table("Misconceptions")
    for column in ("exercise", "misconception", "students", "share"):
        table.add_column(column)
    for (exercise, name), count in sorted(found.items(), key=lambda item: (-item[1], item[0])):
        table.add_row(exercise, name, str(count), f"{count / len(graded):.0%}")
    return table


def changes_table(rows: Iterable[Row]) -> Table:
    """Whose scores differ from those in the gradebook."""
    table = _table("Scores that change")
    for column in ("student", "cell", "now", "would be"):
        table.add_column(column)
    for row in rows:
        for key, (old, new) in row.changes.items():
            texts = (harmless.line(row.student, 40), _short(key), _number(old), _number(new))
            table.add_row(*map(Text, texts))
    return table


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    """The class as a spreadsheet reads it: a row per student, two columns per graded cell."""
    keys = graded_cells(rows)
    text = io.StringIO()
    writer = csv.writer(text)
    columns = [column for key in keys for column in (_short(key), f"{_short(key)}: recognized")]
    writer.writerow(map(harmless.table_cell, ["student", "status", "total", *columns, "notes"]))
    for row in rows:
        pairs = [
            cell
            for key in keys
            for cell in (_points(row, key), "; ".join(_recognized(row.verdicts.get(key, {}))))
        ]
        total = sum(score or 0 for score in row.scores.values()) if row.scores else ""
        notes = "; ".join([row.reason, *row.notes] if row.reason else row.notes)
        cells = [row.student, row.status, total, *pairs, notes]
        writer.writerow(map(harmless.table_cell, cells))
    write_whole(path, text.getvalue().encode())


def _table(title: str) -> Table:
    """An empty table without vertical lines: a narrow terminal has no room for them."""
    return Table(
        title=title or None, title_justify="left", box=box.SIMPLE_HEAD, collapse_padding=True
    )


def graded_cells(rows: Iterable[Row]) -> list[str]:
    """All graded cells, in the notebook's order."""
    return list(dict.fromkeys(key for row in rows for key in row.scores))


def _points(row: Row, key: str) -> str:
    return _number(row.scores[key]) if key in row.scores else "-"


def _number(score: float | None) -> str:
    return "to grade" if score is None else f"{score:g}"


def _remark(row: Row) -> str:
    if row.reason:
        return f"{row.status}: {row.reason}"
    found = [
        f"{verdict['exercise']}: {_recognized(verdict)[0]}"
        for verdict in row.verdicts.values()
        if _recognized(verdict)
    ]
    return "; ".join([*found, *row.notes])


def _recognized(verdict: dict[str, Any]) -> Sequence[str]:
    return list(verdict.get("misconceptions", ()))


def _short(key: str) -> str:
    """``check_relu`` as ``relu``."""
    return harmless.line(key.removeprefix("check_"), 40)
