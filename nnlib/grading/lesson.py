"""A lesson that is graded: what was given out, what is asked, and where its files lie."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.utils import find_all_files

from .course import Course
from .secret import Secret
from .submission import collect
from .template import Template
from .work import Conditions, Job, exercises_of


@dataclass
class Lesson:
    """A lesson that is being graded, and how."""

    course: Course
    name: str
    secret: Secret
    conditions: Conditions
    dry: bool = False
    force: bool = False
    templates: dict[str, Template] = field(init=False)

    def __post_init__(self) -> None:
        self.templates = self.course.templates(self.name)
        self.terms = self.course.terms(self.name)
        self.files = self._files_of_the_lesson()
        asked = exercises_of(self.templates).values()
        self.exercises = {e.name: e for cells in asked for e in cells.values()}
        self.course.ledger.save()

    def job(self, student: str) -> Job:
        """Read what a student handed in.

        Raises
        ------
        Refused
            When it cannot be graded.
        """
        handed_in = collect(student, self.course.folder("submitted", student, self.name))
        submission = handed_in.beside(self.files)
        seeds = {name: self.secret.seed(student, e) for name, e in self.exercises.items()}
        return Job(submission, self.templates, seeds, self.conditions)

    def graded(self, student: str, notebook: str) -> Path:
        """Where an executed notebook lies."""
        return self.course.folder("autograded", student, self.name) / f"{notebook}.ipynb"

    def feedback(self, student: str, notebook: str) -> Path:
        """Where a feedback page lies."""
        return self.course.folder("feedback", student, self.name) / f"{notebook}.html"

    def _files_of_the_lesson(self) -> dict[str, bytes]:
        """What is laid beside every submission, as nbgrader does it, by relative path."""
        source = self.course.folder("source", ".", self.name)
        ignored = [*self.course.folders.ignore, "*.ipynb"]
        paths = map(Path, find_all_files(str(source), ignored))
        return {path.relative_to(source).as_posix(): path.read_bytes() for path in paths}
