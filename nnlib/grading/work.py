"""What a worker does, on this machine or another: everything it needs travels by value.

A worker is trusted, but it holds no gradebook and not the secret: only the seeds of this student.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import nnlib

from ..checking import Exercise
from . import harmless
from .examiner import exercise_in
from .pool import sandbox
from .records import to_text
from .restore import restore
from .run import Report, run
from .sandbox import Limits
from .submission import Refused, Submission, check_origin, read_notebook
from .template import Template
from .times import Times

# Folders whose code takes part in every grade.
DECIDING = ["checking", "datasets", "functional", "gradcheck", "grading", "runner", "training"]


class OtherVersion(RuntimeError):
    """A worker has another version of the course than the coordinator."""


@dataclass(frozen=True)
class Conditions:
    """What holds for every submission of a run.

    Attributes
    ----------
    isolation : str
    limits : Limits
    demo : bool
        Whether cells tagged ``demo`` run.
    hidden : tuple of str
        Folders that no submission may see.
    code : str
        The version of the course, as `code_version` gives it.
    secretive : bool
        Whether verdicts keep the graded questions to themselves, as they do for students.
    """

    isolation: str = "auto"
    limits: Limits = field(default_factory=Limits)
    demo: bool = False
    hidden: tuple[str, ...] = ()
    code: str = ""
    secretive: bool = True


@dataclass(frozen=True)
class Job:
    """One submission, with all that a worker must know."""

    submission: Submission
    templates: Mapping[str, Template]
    seeds: Mapping[str, int]
    conditions: Conditions


@dataclass
class Outcome:
    """What came of a job.

    Attributes
    ----------
    student : str
    refused : str
        Why it could not be graded, if so.
    notebooks : dict of str to str
        The executed notebooks as JSON text, by name.
    verdicts : dict of str to dict of str to dict
        By notebook and check cell: `Verdict.to_dict`.
    notes, failures : list of str
        What happened besides; what went wrong on our side.
    times : Times
        Where the time went.
    isolation : str
        The strength that was in force.
    """

    student: str
    refused: str = ""
    notebooks: dict[str, str] = field(default_factory=dict)
    verdicts: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    times: Times = field(default_factory=Times)
    isolation: str = ""


def work(job: Job) -> Outcome:
    """Read, restore, run and judge one submission.

    Raises
    ------
    OtherVersion
        When this worker would judge by other rules than the coordinator's.
    IsolationError
        When there is no sandbox to be had here.
    """
    if job.conditions.code != (here := code_version(*_lessons(job))):
        raise OtherVersion(
            f"this worker has version {here} of the course, the coordinator "
            f"{job.conditions.code}; install the same on both"
        )
    student = job.submission.student
    outcome = Outcome(student)
    try:
        with outcome.times.taken("worker"):
            for name, template in job.templates.items():
                if name in job.submission.notebooks:
                    _one(job, name, template, outcome)
            if not outcome.notebooks:
                raise Refused(_nothing_found(job))
    except Refused as problem:
        return Outcome(student, refused=str(problem))
    return outcome


def _one(job: Job, name: str, template: Template, outcome: Outcome) -> None:
    """Grade one notebook of a submission into the outcome."""
    conditions = job.conditions
    with outcome.times.taken("restore"):
        submitted = read_notebook(job.submission.notebooks[name])
        warning = check_origin(submitted, template.origin)
        notebook, notes = restore(submitted, template)
    box = sandbox(conditions.isolation, conditions.limits, conditions.hidden)
    report: Report = run(
        notebook,
        lambda: box.session(job.submission.files),
        job.seeds,
        demo=conditions.demo,
        seconds=conditions.limits.seconds,
        secretive=conditions.secretive,
    )
    outcome.notebooks[name] = to_text(notebook)
    outcome.verdicts[name] = {key: v.to_dict() for key, v in report.verdicts.items()}
    outcome.notes.extend([warning] if warning else [])
    outcome.notes.extend([*notes, *report.notes])
    outcome.failures.extend(report.failures)
    outcome.isolation = box.level
    outcome.times.add(report.times)


def _lessons(job: Job) -> list[str]:
    """The folders of the exercises that a job asks for."""
    asked = exercises_of(job.templates).values()
    return sorted({exercise.lesson for cells in asked for exercise in cells.values()})


def _nothing_found(job: Job) -> str:
    expected = ", ".join(f"{name}.ipynb" for name in job.templates)
    names = (f"{harmless.line(name, 60)}.ipynb" for name in sorted(job.submission.notebooks)[:5])
    found = ", ".join(names)
    return f"no notebook to grade: expected {expected}, found {found or 'none'}"


def exercises_of(templates: Mapping[str, Template]) -> dict[str, dict[str, Exercise]]:
    """The exercises that are checked: by notebook and by check cell."""
    return {
        name: {
            cell.id: exercise
            for cell in template.cells
            if cell.points is not None
            and not cell.keeps_answer
            and (exercise := exercise_in(cell.source))
        }
        for name, template in templates.items()
    }


@functools.cache
def code_version(*lessons: str) -> str:
    """The course's version, and a digest of the code that decides about a grade in some lessons."""
    home = Path(nnlib.__file__).parent
    homes = [home / "exercises", *(home / "exercises" / name for name in lessons)]
    exercises = [path for folder in homes for path in folder.glob("*.py")]
    rest = [path for path in home.glob("*.py") if path.name != "cli.py"]
    rest += [path for name in DECIDING for path in (home / name).glob("*.py")]
    digest = hashlib.sha256()
    for path in sorted([*exercises, *rest]):
        digest.update(f"{path.relative_to(home)}\0".encode() + path.read_bytes())
    return f"{nnlib.__version__}+{digest.hexdigest()[:12]}"


def fingerprint(job: Job, terms: str) -> str:
    """A digest of everything that decides about a grade; the same again means: nothing to do."""
    digest = hashlib.sha256()
    submission = job.submission
    parts: list[object] = [submission.student, submission.timestamp, terms, job.seeds]
    parts += [asdict(job.conditions) | {"hidden": None}, sorted(job.templates.items(), key=str)]
    for part in parts:
        digest.update(repr(part).encode("utf-8", "replace") + b"\0")
    for files in (submission.notebooks, submission.files):
        for name in sorted(files):
            digest.update(name.encode("utf-8", "replace") + b"\0")
            digest.update(hashlib.sha256(files[name]).digest())
    return digest.hexdigest()[:32]
