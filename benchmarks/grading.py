"""What grading costs beside plain nbgrader: the same notebooks, the same run, one after the other.

Copies a lesson's solution as a class, grades it with nbgrader's own Autograde (its Execute runs a
kernel) and with ours, on one core unless a line says otherwise, and prints times as ratios and
where the time goes. ``python benchmarks/grading.py [LESSON] [--submissions 50] [--plain 5]``
"""

import os
import resource
import shutil
import statistics
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from rich.console import Console
from rich.table import Table
from traitlets.config import Config

from nnlib.course.lesson import Lesson, course_folder, lessons
from nnlib.grading.command import prepare, workforce
from nnlib.grading.engine import BATCH, Engine
from nnlib.grading.ledger import Course, installed_programs


@contextmanager
def on_cores(count: int) -> Iterator[None]:
    """Keep this process and all that it starts on so many cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(sorted(before)[:count]))
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_seconds() -> float:
    """The CPU time of this process and of its children that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def make_class(lesson: Lesson, folder: Path, count: int) -> Course:
    """A course folder in which so many students handed in the solution."""
    root = folder / "course"
    for part in ("solutions", "lessons"):
        shutil.copytree(lesson.course / part / lesson.name, root / part / lesson.name)
    settings = (lesson.course / "nbgrader_config.py").read_text("utf-8")
    settings += f"\nc.Run.secret = {str(folder / 'seed')!r}\n"
    (root / "nbgrader_config.py").write_text(settings, "utf-8")
    for number in range(count):
        target = root / "submitted" / f"s{number:04}" / lesson.name
        target.mkdir(parents=True)
        shutil.copy(lesson.solution, target)
    course = Course(root)
    course.templates(lesson.name)
    course.ledger.save()
    return course


def plain(course: Course, lesson: Lesson, count: int) -> float:
    """Seconds for one submission with nbgrader's own steps, feedback included."""
    config = Config(course.config)
    config.pop("Autograde")
    config.CourseDirectory.assignment_id = lesson.name
    config.Execute.timeout = 120
    began = time.perf_counter()
    for number in range(count):
        config.CourseDirectory.student_id = f"s{number:04}"
        folders = CourseDirectory(config=config)
        with installed_programs():
            for step in (Autograde, GenerateFeedback):
                step(coursedir=folders, config=config, force=True).start()
    return (time.perf_counter() - began) / count


def ours(course: Course, lesson: Lesson, count: int, workers: int, demo: bool) -> dict[str, Any]:
    """Grade a class; seconds for one submission, once the workers are warm."""
    for part in ("autograded", "feedback"):
        shutil.rmtree(course.root / part, ignore_errors=True)
    grading = prepare(course, lesson.name, demo=demo)
    grading.force = True
    make, window = workforce(None, workers)
    executor = make()
    students = course.students(lesson.name)[:count]
    warm = Engine(grading, lambda: executor, lambda *_: None, window, keep=True)
    warm.grade(students[: 2 * workers])
    outcomes: list[Any] = []
    stamps: list[float] = []

    def tell(row: Any, outcome: Any) -> None:
        assert row.status == "graded", row
        outcomes.append(outcome)
        stamps.append(time.process_time())

    began, used = time.perf_counter(), time.process_time()
    Engine(grading, lambda: executor, tell, window).grade(students)
    return {
        "seconds": (time.perf_counter() - began) / len(students),
        "coordinator": (time.process_time() - used) / len(students),
        "outcomes": outcomes,
        "stamps": stamps,
    }


def breakdown(measured: dict[str, Any]) -> dict[str, float]:
    """Where the time of one submission goes, in milliseconds (medians)."""

    def median(key: str) -> float:
        return 1_000 * statistics.median(o.seconds.get(key, 0.0) for o in measured["outcomes"])

    parts = {
        "reading and restoring": median("restore"),
        "start of a session": median("start"),
        "cells": median("cells"),
        "probing (the learner's functions)": median("answers"),
        "judging": median("checks") - median("answers"),
    }
    parts["other, in the worker"] = median("worker") - sum(parts.values())
    parts["coordinator: gradebook, notebooks, feedback's order (CPU)"] = (
        1_000 * measured["coordinator"]
    )
    return parts


@click.command()
@click.argument("name", default="01_forward_propagation")
@click.option("--submissions", default=50, show_default=True)
@click.option(
    "--plain", "few", default=5, show_default=True, help="Submissions for plain nbgrader."
)
def main(name: str, submissions: int, few: int) -> None:
    """Compare, and print a table."""
    console = Console()
    warnings.simplefilter("ignore")  # nbgrader's and the kernel's
    lesson = next(lesson for lesson in lessons(course_folder()) if lesson.name == name)
    with tempfile.TemporaryDirectory() as folder:
        course = make_class(lesson, Path(folder), submissions)
        with on_cores(1):
            theirs = plain(course, lesson, few)
            one = ours(course, lesson, submissions, 1, demo=False)
            everything = ours(course, lesson, min(submissions, 4 * few), 1, demo=True)
            again = plain(course, lesson, few)
        cores = min(2, len(os.sched_getaffinity(0)))
        two = ours(course, lesson, submissions, cores, demo=False)
        course.ledger.end()
    base = statistics.mean([theirs, again])
    table = Table("", "submissions a minute", "ratio", title=f"{name}, feedback included")
    rows = [
        ("plain nbgrader, one core", base),
        ("ours, one core, all cells", everything["seconds"]),
        ("ours, one core", one["seconds"]),
        (f"ours, {cores} workers on {cores} cores", two["seconds"]),
    ]
    for label, seconds in rows:
        table.add_row(label, f"{60 / seconds:.0f}", f"{base / seconds:.1f}")
    console.print(table)
    parts = Table("one submission", "ms", title="where the time goes (medians)")
    for label, milliseconds in breakdown(one).items():
        parts.add_row(label, f"{milliseconds:.0f}")
    console.print(parts)
    stamps, some = one["stamps"], max(submissions // 10, 2 * BATCH)
    if submissions > 2 * some:
        growth = (stamps[-1] - stamps[-1 - some]) / (stamps[some] - stamps[0])
        console.print(f"Coordinator's CPU, last {some} against first {some}: {growth:.2f}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    console.print(f"Coordinator's memory at most: {memory:.0f} MB")


if __name__ == "__main__":
    main()
