"""A course folder: nbgrader's settings and gradebook, and the steps that enter grades into it."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import GetGrades
from sqlalchemy.exc import SAWarning
from traitlets.config import Config, PyFileConfigLoader
from traitlets.utils.importstring import import_item

from .ledger import GradebookError, Ledger, installed_programs
from .submission import Submission
from .template import Template, outdated, template

Scores = dict[str, float | None]

OURS = {"Run", "Execute", "CheckCellMetadata"}  # done by the workers, on cells that they rebuilt
# Sections of the settings that change no grade, or that are part of every job.
NOT_TERMS = {"CourseDirectory", "Exchange", "Run"}
OPENERS = ("saveautogrades", "latesubmissions", "getgrades")


class Course:
    """A course folder with its settings and its gradebook.

    Parameters
    ----------
    root : Path
        The folder that holds nbgrader_config.py.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.config = self.settings(self.root)
        self.config.CourseDirectory.root = str(self.root)
        self.folders = CourseDirectory(config=self.config)
        self.ledger = Ledger(self.folders.db_url, self.folders.course_id)

    @staticmethod
    def settings(root: Path) -> Config:
        """What nbgrader_config.py says.

        Raises
        ------
        ValueError
            When it ends in an error; it is a program, and not ours.
        """
        try:
            return PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
        except Exception as problem:
            kind = type(problem).__name__
            raise ValueError(f"nbgrader_config.py cannot be read: {kind}: {problem}") from problem

    def folder(self, step: str, student: str, lesson: str) -> Path:
        """Where a step of nbgrader (``submitted``, ``autograded``, ...) keeps its files."""
        name = getattr(self.folders, f"{step}_directory")
        return Path(self.folders.format_path(name, student, lesson))

    def students(self, lesson: str) -> list[str]:
        """Everybody who handed something in."""
        parent = self.folder("submitted", "*", lesson)
        position = len(parent.parts) - list(reversed(parent.parts)).index("*") - 1
        pattern = str(parent.relative_to(self.root))
        return sorted(path.parts[position] for path in self.root.glob(pattern) if path.is_dir())

    def templates(self, lesson: str) -> dict[str, Template]:
        """The lesson's notebooks as they were given out; registers a lesson that is not known.

        Raises
        ------
        LookupError
            When there is no such lesson.
        """
        try:
            entry = self.ledger.find_assignment(lesson)
        except MissingEntry:
            entry = None
        known = entry is not None and bool(entry.notebooks)
        if not known or (not entry.submissions and self.outdated(lesson)):
            self._register(lesson)
            entry = self.ledger.find_assignment(lesson)
        return {
            name: template(self.ledger, lesson, name, self._released(lesson, name))
            for name in sorted(notebook.name for notebook in entry.notebooks)
        }

    def outdated(self, lesson: str) -> bool:
        """Whether the notebooks that are given out are others than those in the gradebook."""
        names = [notebook.name for notebook in self.ledger.find_assignment(lesson).notebooks]
        return any(
            outdated(self.ledger, lesson, name, self._released(lesson, name)) for name in names
        )

    def _released(self, lesson: str, name: str) -> Path:
        return self.folder("release", ".", lesson) / f"{name}.ipynb"

    def _register(self, lesson: str) -> None:
        """Enter a lesson's cells into the gradebook, as ``nbgrader generate_assignment`` does.

        What that would release is thrown away: lessons are written by the build alone.
        """
        source = self.folder("source", ".", lesson)
        if not any(source.glob("*.ipynb")):
            raise LookupError(f"there is no lesson {lesson!r}: expected notebooks in {source}")
        config = Config(self.config)
        self.ledger.drop()  # nbgrader opens its own, and must not wait for us
        with tempfile.TemporaryDirectory() as elsewhere, installed_programs():
            config.CourseDirectory.update(assignment_id=lesson, release_directory=elsewhere)
            folders = CourseDirectory(config=config)
            try:
                GenerateAssignment(coursedir=folders, config=config, force=True).start()
            except NbGraderException as problem:
                raise ValueError(f"{lesson} could not be entered: {problem}") from problem

    def terms(self, lesson: str) -> str:
        """What beside the work decides about points: the due date, and nbgrader's settings."""
        settings = {k: v for k, v in self.config.items() if k not in NOT_TERMS}
        return f"{self.ledger.find_assignment(lesson).duedate} {sorted(settings.items())!r}"

    def standing(self, student: str, lesson: str, notebook: str) -> str:
        """A digest of all that the gradebook holds for a feedback page, persons' grades too."""
        rows = self.ledger.rows(notebook, lesson, student)
        entry = self.ledger.find_submission_notebook(notebook, lesson, student)
        grades = [
            (k, g.auto_score, g.manual_score, g.extra_credit) for k, g in rows["grades"].items()
        ]
        comments = [(key, comment.comment) for key, comment in rows["comments"].items()]
        held = (entry.late_submission_penalty, sorted(grades), sorted(comments))
        return hashlib.sha256(repr(held).encode("utf-8", "replace")).hexdigest()[:32]

    def scores(self, student: str, lesson: str, notebooks: Iterable[str]) -> Scores:
        """The automatic scores that the gradebook holds, by graded cell."""
        found: Scores = {}
        try:
            for name in notebooks:
                with contextlib.suppress(MissingEntry):
                    grades = self.ledger.rows(name, lesson, student)["grades"]
                    found |= {cell: grade.auto_score for cell, grade in grades.items()}
        except GradebookError:
            self.ledger.drop()
            raise
        return found

    def record(self, batch: Sequence[tuple[Submission, Mapping[str, Any]]], lesson: str) -> None:
        """Enter the grades of students' executed notebooks; `Ledger.save` makes them last.

        Manual scores and comments stay. A notebook that was not handed in gets 0.
        """
        ledger = self.ledger
        with warnings.catch_warnings():  # nbgrader's rows know each other before they are added
            warnings.simplefilter("ignore", SAWarning)
            with ledger.db.no_autoflush:  # each flush costs as much for one student as for many
                for submission, _ in batch:
                    ledger.update_or_create_student(submission.student)
                ledger.flush()
                for submission, _ in batch:
                    stamp = submission.timestamp
                    more = {"timestamp": utils.parse_utc(stamp)} if stamp else {}
                    ledger.update_or_create_submission(lesson, submission.student, **more)
            work = {(n, lesson, s.student): nb for s, nbs in batch for n, nb in nbs.items()}
            ledger.read(work)
            with self._shared():
                for step in self._steps:
                    for (name, _, student), notebook in work.items():
                        step(notebook, self.resources(student, lesson, name))
            missing = [
                entry
                for submission, notebooks in batch
                for entry in ledger.find_submission(lesson, submission.student).notebooks
                if entry.name not in notebooks
            ]
            for grade in (grade for entry in missing for grade in entry.grades):
                grade.auto_score, grade.needs_manual_grade = 0, False
            ledger.flush()
            ledger.read(work)  # with scores that the database computes

    @functools.cached_property
    def _steps(self) -> list[Any]:
        """nbgrader's configured steps after running a notebook."""
        classes = Autograde(coursedir=self.folders, config=self.config).autograde_preprocessors
        found = [import_item(step) if isinstance(step, str) else step for step in classes]
        return [step(config=self.config) for step in found if step.__name__ not in OURS]

    @functools.cached_property
    def _get_grades(self) -> Any:
        return GetGrades(config=self.config)

    def resources(self, student: str, lesson: str, notebook: str) -> dict[str, Any]:
        """What nbgrader tells its steps."""
        about = {"student": student, "assignment": lesson, "notebook": notebook}
        return {
            "unique_key": notebook,
            "output_files_dir": f"{notebook}_files",
            "nbgrader": {**about, "db_url": self.folders.db_url},
        }

    def add_grades(self, notebook: Any, resources: dict[str, Any]) -> None:
        """nbgrader's GetGrades: scores and comments, also manual ones, for feedback."""
        with self._shared():
            self._get_grades(notebook, resources)
        resources["nbgrader"].pop("db_url")  # pages need no way into the gradebook

    @contextlib.contextmanager
    def _shared(self) -> Iterator[None]:
        """Let nbgrader's steps use the open gradebook instead of opening one each."""
        modules = [importlib.import_module(f"nbgrader.preprocessors.{name}") for name in OPENERS]
        for module in modules:
            module.Gradebook = lambda *_: self.ledger  # type: ignore[attr-defined]
        try:
            yield
        finally:
            for module in modules:
                module.Gradebook = Gradebook  # type: ignore[attr-defined]
