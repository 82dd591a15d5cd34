"""The commands ``nnlib grade`` and ``nnlib explain``."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import platform
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, replace
from importlib.metadata import version
from multiprocessing.util import get_temp_dir
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text
from traitlets import TraitError

from ..checking import catalogue
from . import harmless
from .course import Course
from .engine import Engine
from .isolation import LEVELS
from .lesson import Lesson
from .pool import begin_worker
from .preprocessors import Run
from .records import REPORTS
from .report import Report, changes_table, class_table, misconception_table
from .secret import Secret, open_secret, secret_path
from .work import Conditions, code_version, exercises_of, work

LONGEST_MEETING = 89  # bytes; processes meet at a socket in a folder, whose path may have 107
AHEAD = 8  # submissions under way for each worker, so that none waits while a batch is recorded


def course_root() -> Path:
    """The course folder that the command was started in.

    Raises
    ------
    FileNotFoundError
        When there is none.
    """
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if (folder / "nbgrader_config.py").is_file():
            return folder
    raise FileNotFoundError(f"no course folder at {here} or above: expected nbgrader_config.py")


def prepare(course: Course, name: str, *, new_seed: bool = False, **options: Any) -> Lesson:
    """A lesson with its templates, its secret and the conditions of this run.

    Parameters
    ----------
    course : Course
    name : str
        The lesson.
    new_seed : bool
        Go on with another secret seed than the one that grades were made with.
    options
        ``isolation`` and ``demo`` (None for what nbgrader_config.py says), ``dry``, ``force``.
    """
    try:
        settings = Run(config=course.config)
    except TraitError as problem:
        raise ValueError(f"nbgrader_config.py: {problem}") from problem
    path = Path(settings.secret).expanduser() if settings.secret else secret_path()
    secret = open_secret(path, course.root, other=new_seed)
    demo, isolation = options.pop("demo", None), options.pop("isolation", None)
    conditions = Conditions(
        isolation=isolation or settings.isolation,
        limits=settings.allowed(),
        demo=settings.run_demo_cells if demo is None else demo,
        hidden=settings.hidden(course.root),
    )
    lesson = Lesson(course, name, secret, conditions, **options)
    topics = sorted({exercise.lesson for exercise in lesson.exercises.values()})
    lesson.conditions = replace(conditions, code=code_version(*topics))
    return lesson


@contextmanager
def alone(course: Path, lesson: str) -> Iterator[Path]:
    """The folder of a lesson's reports, for one run at a time."""
    folder = course / REPORTS
    folder.mkdir(exist_ok=True)
    with open(folder / f".{lesson}.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RuntimeError(f"{lesson} is being graded already; wait for that to end") from None
        yield folder


def workforce(where: str | None, workers: int) -> tuple[Callable[[], Executor], int]:
    """What makes executors, and how many submissions it is worth having under way.

    Parameters
    ----------
    where : str or None
        ``dask://HOST:PORT`` for a Dask cluster, else this machine.
    workers : int
        Processes on this machine.
    """
    if where is None:
        if len(os.fsencode(meeting := get_temp_dir())) > LONGEST_MEETING:
            raise ValueError(
                f"the folder for temporary files has too long a name: {Path(meeting).parent}; "
                "set TMPDIR to a shorter one, such as /tmp, and try again"
            )
        # Forked from a process of their own, which has imported everything once: a fork of this
        # one would take the gradebook's connection and the progress bar's thread with it.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["nnlib.grading.work", "nnlib.grading.feedback"])
        mine = (os.getpid(),)
        return lambda: ProcessPoolExecutor(workers, context, begin_worker, mine), AHEAD * workers
    scheme, _, address = where.partition("://")
    if scheme != "dask" or not address:
        raise ValueError(f"--executor {where}: expected dask://HOST:PORT")
    try:
        from distributed import Client
    except ImportError:
        raise ImportError(
            'a cluster needs more packages; run: pip install "nnlib[cluster]"'
        ) from None
    client = Client(f"tcp://{address}")
    cores = sum(client.nthreads().values())
    return lambda: client.get_executor(pure=False), AHEAD * max(cores, 1)


@click.command()
@click.argument("lesson")
@click.option("--student", "students", multiple=True, help="Grade this student only; repeatable.")
@click.option("--workers", default=os.cpu_count() or 1, show_default=True, help="Processes.")
@click.option("--executor", "where", metavar="dask://HOST:PORT", help="Grade on a Dask cluster.")
@click.option("--isolation", type=click.Choice(["auto", *LEVELS]), help="How to keep work apart.")
@click.option("--demo-cells/--no-demo-cells", "demo", default=None, help="Run cells tagged demo.")
@click.option("--force", is_flag=True, help="Grade again what has not changed.")
@click.option("--dry-run", "dry", is_flag=True, help="Change no grade; show which would change.")
@click.option("--new-seed", is_flag=True, help="Go on with another secret seed than before.")
def grade(
    lesson: str,
    students: tuple[str, ...],
    workers: int,
    where: str | None,
    isolation: str | None,
    demo: bool | None,
    force: bool,
    dry: bool,
    new_seed: bool,
) -> None:
    """Grade the submissions of a LESSON: in sandboxes, in parallel, with feedback pages.

    Run in the course folder. Work that has not changed is not graded again. Exit status 1 when
    somebody could not be graded, or something not be written.
    """
    console = Console()
    lesson = Path(lesson).name  # a path is as good
    course = Course(course_root())
    options = {"isolation": isolation, "demo": demo, "force": force, "dry": dry}
    found = prepare(course, lesson, new_seed=new_seed, **options)
    handed_in = course.students(lesson)
    if unknown := sorted(set(students) - set(handed_in)):
        names = ", ".join(map(harmless.line, unknown))
        raise LookupError(f"nothing was handed in for {lesson} by {names}")
    make, window = workforce(where, workers)
    report = grade_class(found, list(students) or handed_in, make, window, console)
    summarize(report, found, console)
    sys.exit(bool(report.failed or report.problems))


def grade_class(
    lesson: Lesson,
    students: list[str],
    make: Callable[[], Executor],
    window: int,
    console: Console,
) -> Report:
    """Grade and leave table and log in the folder of reports."""
    root = lesson.course.root
    with (
        alone(root, lesson.name) as folder,
        open(folder / f"{lesson.name}.jsonl", "ab", buffering=0) as log,
        Report(console, None if lesson.dry else log, len(students)) as report,
    ):
        if not lesson.dry:
            lesson.secret.remember(root)
        report.note(event="begin", lesson=lesson.name, **_circumstances(lesson))
        Engine(lesson, make, report.add, window).grade(students)
        report.note(event="end", students=len(report.rows), failed=len(report.failed))
        if not lesson.dry:
            report.save(folder / f"{lesson.name}.csv")
    return report


def _circumstances(lesson: Lesson) -> dict[str, Any]:
    """What a grade depends on, for the log."""
    conditions = asdict(lesson.conditions) | {"hidden": None}
    packages = {name: version(name) for name in ("numpy", "nbgrader", "ipython")}
    return {
        "seed": lesson.secret.id,
        "conditions": conditions,
        "packages": {"python": platform.python_version(), **packages},
    }


def summarize(report: Report, lesson: Lesson, console: Console) -> None:
    """The end of a run: the class, its misconceptions, and where everything lies."""
    rows = report.sorted()
    if not rows:
        console.print(Text(f"Nobody has handed in {lesson.name} yet."))
        return
    console.print(class_table(rows, lesson.name))
    misconceptions = misconception_table(rows)
    if misconceptions is not None:
        console.print(misconceptions)
    if lesson.dry:
        console.print(changes_table(rows))
    for row in report.failed:
        console.print(Text(f"{harmless.line(row.student, 40)}: {harmless.line(row.reason)}"))
    root = lesson.course.root
    count = Counter(row.status for row in rows)
    lines = [", ".join(f"{count[s]} {s}" for s in ("graded", "unchanged", "not graded")) + "."]
    if lesson.dry:
        lines.append("This was a dry run: no grade was changed.")
    else:
        lines.append(f"Table and log: {root / REPORTS / lesson.name}.csv and .jsonl")
        lines.append(f"Feedback: {lesson.course.folder('feedback', '', '')}")
    if lesson.course.outdated(lesson.name):
        lines.append(
            f"{lesson.name} has changed since it was given out; work was graded as it was then. "
            f"For the new cells and points: nbgrader generate_assignment {lesson.name} --force"
        )
    lines += [f"Isolation: {LEVELS[level]}." for level in sorted(report.isolation & LEVELS.keys())]
    lines += report.problems
    console.print(Text("\n".join([*lines, lesson.secret.advice()])), soft_wrap=True)


@click.command()
@click.argument("student")
@click.argument("lesson")
@click.argument("exercise")
def explain(student: str, lesson: str, exercise: str) -> None:
    """Replay one verdict: with the graded questions, for the instructor alone.

    Shows the question, what was expected and what came.
    """
    catalogue.find(exercise)
    course = Course(course_root())
    found = prepare(course, lesson)
    found.conditions = replace(found.conditions, secretive=False)
    job = found.job(student)
    outcome = work(job)
    if outcome.refused:
        raise ValueError(f"{harmless.line(student)} cannot be graded: {outcome.refused}")
    asked = exercises_of(found.templates)
    for name, cells in asked.items():
        for key, candidate in cells.items():
            if candidate.name == exercise and key in outcome.verdicts.get(name, {}):
                _show(outcome.verdicts[name][key], job.seeds[exercise], found.secret)
                return
    raise LookupError(f"{lesson} has no check of {exercise}")


def _show(verdict: dict[str, Any], seed: int, secret: Secret) -> None:
    """A verdict with everything in it, line by line."""
    from ..checking import Verdict

    fields = {key: value for key, value in verdict.items() if key != "earned"}
    for text in str(Verdict(**fields)).splitlines():
        click.echo(harmless.line(text, 2_000))
    click.echo(f"Seed: {seed} (from the secret seed with id {secret.id}).")
