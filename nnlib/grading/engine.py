"""Grading a class: workers run the submissions, one coordinator writes the gradebook.

    read -> restore, run, judge (workers) -> gradebook, notebooks -> feedback pages (workers)

The order of writing makes a run safe to kill at any moment: the gradebook in one transaction, then
the executed notebook with its record, then the feedback page. Whatever is missing is done again by
the next run, with the same questions and so with the same result.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from .feedback import render, settings_of
from .ledger import GradebookError
from .lesson import Lesson
from .records import (
    Row,
    from_text,
    mark,
    read_record,
    scores_of,
    to_text,
    write_graded,
    write_whole,
)
from .sandbox import IsolationError
from .submission import Refused, Submission
from .work import Job, OtherVersion, Outcome, fingerprint, work

# A notebook with its grades, what nbgrader's template asks, and the page's last line.
Page = tuple[str, dict[str, Any], bytes]

BATCH, BATCH_SECONDS = 20, 5.0
TRIES = 3  # of one submission, where the machinery failed


@dataclass
class _Entry:
    """One student on the way into the gradebook."""

    row: Row
    submission: Submission
    outcome: Outcome
    notebooks: dict[str, Any]
    texts: dict[str, str] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)


class Engine:
    """Grades the submissions of a lesson.

    Parameters
    ----------
    lesson : Lesson
    executor : callable
        Makes the `concurrent.futures.Executor` that runs the work; called again where one broke.
    tell : callable
        Receives each `Row` when its student is finished.
    window : int
        How many submissions may be on their way at once.
    keep : bool
        Whether the executor outlives this run.
    """

    def __init__(
        self,
        lesson: Lesson,
        executor: Callable[[], Executor],
        tell: Callable[[Row, Outcome | None], None],
        window: int = 8,
        keep: bool = False,
    ) -> None:
        self.lesson = lesson
        self._make = executor
        self._tell = tell
        self._window = window
        self._keep = keep
        self._running: dict[Future[Any], Callable[[Future[Any]], None]] = {}
        self._again: deque[tuple[Job, int]] = deque()
        self._finished: list[tuple[Job, Outcome]] = []
        self._since = time.monotonic()
        self._suspects = 0  # jobs on their way that may have broken an executor

    def grade(self, students: Iterable[str]) -> None:
        """Grade these students; the rows go to `tell`."""
        self._executor = self._make()
        jobs = self._jobs(students)
        try:
            while self._feed(jobs) or self._finished:
                done, _ = wait(self._running, timeout=1, return_when=FIRST_COMPLETED)
                for future in done:
                    self._running.pop(future)(future)
                full = len(self._finished) >= BATCH or not self._running
                if full or time.monotonic() - self._since > BATCH_SECONDS:
                    self._record()
            self._record()
        finally:
            for future in self._running:
                future.cancel()  # not every executor's shutdown does it
            if not self._keep:
                self._executor.shutdown(wait=False)

    def _jobs(self, students: Iterable[str]) -> Iterator[tuple[Job, int]]:
        """What is to be done, one at a time; tells at once of those with whom it is nothing."""
        for student in students:
            try:
                job = self.lesson.job(student)
                row = None if self.lesson.force else self._unchanged(job)
            except (Refused, OSError, GradebookError) as problem:
                self._tell(Row(student, "not graded", str(problem)), None)
                continue
            if row is None:
                yield job, 1
            else:
                self._tell(row, None)

    def _feed(self, jobs: Iterator[tuple[Job, int]]) -> bool:
        """Keep the workers busy; whether there is anything to wait for."""
        while len(self._running) < (1 if self._again or self._suspects else self._window):
            job, number = self._again.popleft() if self._again else next(jobs, (None, 0))
            if job is None:
                break
            self._suspects += number > 1
            self._start(work, job, then=partial(self._worked, job, number))
        return bool(self._running)

    def _start(
        self, function: Callable[..., Any], *args: Any, then: Callable[[Future[Any]], None]
    ) -> None:
        try:
            future = self._executor.submit(function, *args)
        except BrokenExecutor:
            self._executor = self._make()
            future = self._executor.submit(function, *args)
        self._running[future] = then

    def _worked(self, job: Job, number: int, future: Future[Outcome]) -> None:
        """A worker is done with a submission, or failed."""
        self._suspects -= number > 1
        student = job.submission.student
        try:
            outcome = future.result()
        except (OtherVersion, IsolationError):
            raise
        except Exception as error:
            if number < TRIES:
                self._again.append((job, number + 1))
                return
            text = f"grading failed {TRIES} times, through no fault of the student's: {error!r}"
            self._tell(Row(student, "not graded", text), None)
            return
        if outcome.refused:
            self._tell(Row(student, "not graded", outcome.refused), outcome)
            return
        if not self._finished:
            self._since = time.monotonic()
        self._finished.append((job, outcome))

    def _record(self) -> None:
        """Write what is finished: gradebook, notebooks, then order the feedback pages."""
        finished, self._finished = self._finished, []
        batch = []
        for job, outcome in finished:
            try:
                batch.append(self._open(job, outcome))
            except GradebookError as problem:
                self._tell(Row(job.submission.student, "not graded", str(problem)), outcome)
        if not self.lesson.dry and not self._entered(batch):
            for entry in batch:  # to lose nobody but those with whom it does not work
                self._entered([entry])
        for entry in batch:
            if entry.row.status == "graded" and not self.lesson.dry:
                self._write(entry)
            self._tell(entry.row, entry.outcome)

    def _open(self, job: Job, outcome: Outcome) -> _Entry:
        """What is to be entered for a student."""
        notebooks = {name: from_text(text) for name, text in outcome.notebooks.items()}
        scores = {key: s for nb in notebooks.values() for key, s in scores_of(nb).items()}
        verdicts = {key: v for cells in outcome.verdicts.values() for key, v in cells.items()}
        notes = [*outcome.notes, *outcome.failures]
        before = self.lesson.course.scores(job.submission.student, self.lesson.name, notebooks)
        row = Row(job.submission.student, "graded", "", scores, verdicts, notes, before)
        record = {
            "fingerprint": fingerprint(job, self.lesson.terms),
            "seed": self.lesson.secret.id,
            "version": self.lesson.conditions.code,
            "isolation": outcome.isolation,
            "notes": notes,
            "scores": scores,
            "verdicts": verdicts,
        }
        for notebook in notebooks.values():
            mark(notebook, record)
        return _Entry(row, job.submission, outcome, notebooks)

    def _entered(self, batch: list[_Entry]) -> bool:
        """Enter grades into the gradebook in one transaction; whether that worked."""
        course = self.lesson.course
        try:
            course.record([(e.submission, e.notebooks) for e in batch], self.lesson.name)
            for entry in batch:
                entry.texts = {name: to_text(nb) for name, nb in entry.notebooks.items()}
                entry.pages = {n: self._page(entry.row, n, text) for n, text in entry.texts.items()}
            course.ledger.save()
        except Exception as problem:
            course.ledger.drop()
            for entry in batch:
                entry.row.status = "not graded"
                entry.row.reason = f"its grades were not entered: {problem}"
            return False
        for entry in batch:
            entry.row.status, entry.row.reason = "graded", ""
        return True

    def _write(self, entry: _Entry) -> None:
        """Write a student's folder of graded work, and order the pages that belong to it."""
        row = entry.row
        folder = self.lesson.course.folder("autograded", row.student, self.lesson.name)
        try:
            write_graded(folder, entry.submission, entry.texts)
        except OSError as problem:
            row.status, row.reason = "not graded", f"its files could not be written: {problem}"
            return
        for name, page in entry.pages.items():
            self._order(row, name, page, entry.submission)

    def _page(self, row: Row, name: str, text: str) -> Page:
        """A feedback page to be: with all that the gradebook knows by now."""
        course, notebook = self.lesson.course, from_text(text)
        resources = course.resources(row.student, self.lesson.name, name)
        course.add_grades(notebook, resources)
        return to_text(notebook), resources, self._standing(row.student, name)

    def _order(self, row: Row, name: str, page: Page, submission: Submission) -> None:
        """Have a page rendered and written, with what releasing it will need."""
        path = self.lesson.feedback(row.student, name)
        notebook, resources, standing = page
        arguments = (render, notebook, resources, settings_of(self.lesson.course.config))

        def rendered(future: Future[str], number: int = 1) -> None:
            try:
                for mark, content in submission.exchange.items():
                    write_whole(path.with_name(mark), content)
                write_whole(path, future.result().encode() + standing)
            except Exception as problem:
                if number < TRIES and isinstance(problem, BrokenExecutor):
                    self._start(*arguments, then=lambda again: rendered(again, number + 1))
                    return
                text = f"its feedback page could not be written: {problem}"
                self._tell(replace(row, reason=text), None)

        self._start(*arguments, then=rendered)

    def _standing(self, student: str, name: str) -> bytes:
        """The last line of a page: another one where somebody has graded or commented since."""
        return (
            f"\n<!-- {self.lesson.course.standing(student, self.lesson.name, name)} -->\n".encode()
        )

    def _unchanged(self, job: Job) -> Row | None:
        """The row of a student whose work is graded already, under the same conditions."""
        student = job.submission.student
        wanted = fingerprint(job, self.lesson.terms)
        records = {
            name: read_record(self.lesson.graded(student, name))
            for name in self.lesson.templates
            if name in job.submission.notebooks
        }
        if not records or any(r.get("fingerprint") != wanted for r in records.values()):
            return None
        record = next(iter(records.values()))
        held = self.lesson.course.scores(student, self.lesson.name, records)
        if any(held.get(key, -1) != score for key, score in record["scores"].items()):
            return None
        notes, scores, verdicts = record["notes"], record["scores"], record["verdicts"]
        row = Row(student, "unchanged", "", scores, verdicts, notes, held)
        for name in records:
            self._renew_feedback(row, name, job.submission)
        return row

    def _renew_feedback(self, row: Row, name: str, submission: Submission) -> None:
        """Render a page that is missing, or older than the graded notebook or a person's grade."""
        graded = self.lesson.graded(row.student, name)
        page = self.lesson.feedback(row.student, name)
        if self.lesson.dry or (
            page.exists()
            and page.stat().st_mtime >= graded.stat().st_mtime
            and page.read_bytes().endswith(self._standing(row.student, name))
        ):
            return
        self._order(row, name, self._page(row, name, graded.read_text("utf-8")), submission)
