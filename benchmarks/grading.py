"""What grading costs beside plain nbgrader: the same notebooks, the same run, one after the other.

Copies a lesson's solution as a class, grades it with nbgrader's own Autograde (its Execute runs a
kernel) and with ours, each in a process of its own, and prints times as ratios and where the time
goes. ``python benchmarks/grading.py [LESSON] [--submissions 50] [--plain 5] [--rounds 2]``
"""

import os
import resource
import shutil
import statistics
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import click
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from rich.console import Console
from rich.table import Table
from traitlets.config import Config

from nnlib.course.lesson import Lesson, course_folder, lessons
from nnlib.grading.command import prepare, workforce
from nnlib.grading.course import Course
from nnlib.grading.engine import BATCH, Engine
from nnlib.grading.feedback import render, settings_of
from nnlib.grading.ledger import installed_programs
from nnlib.grading.lesson import Lesson as Grading
from nnlib.grading.records import from_text, to_text
from nnlib.grading.times import Times

T = TypeVar("T")


@dataclass
class Measured:
    """One run of our own grader.

    Attributes
    ----------
    seconds, coordinator : float
        For one submission: of the clock, and of the coordinator's CPU time.
    workers : list of Times
        Where the time of each submission went in its worker.
    stamps : list of float
        The coordinator's CPU time at the end of each submission.
    feedback : float
        Seconds of CPU time for a page, in a worker (median).
    memory : float
        MB that the coordinator held at most.
    """

    seconds: float
    coordinator: float
    workers: list[Times]
    stamps: list[float]
    feedback: float
    memory: float


def apart(cores: int, function: Callable[..., T], *args: Any) -> T:
    """Call it in a fresh process that has so many cores, and shares nothing with earlier ones."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(sorted(before)[:cores]))
    try:
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            return process.submit(function, *args).result()
    finally:
        os.sched_setaffinity(0, before)


def make_class(lesson: Lesson, root: Path, count: int) -> None:
    """Fill a course folder in which so many students handed in the solution."""
    for part in ("solutions", "lessons"):
        shutil.copytree(lesson.course / part / lesson.name, root / part / lesson.name)
    settings = (lesson.course / "nbgrader_config.py").read_text("utf-8")
    settings += f"\nc.Run.secret = {str(root.parent / 'seed')!r}\n"
    (root / "nbgrader_config.py").write_text(settings, "utf-8")
    for number in range(count):
        target = root / "submitted" / f"s{number:04}" / lesson.name
        target.mkdir(parents=True)
        shutil.copy(lesson.solution, target)
    course = Course(root)
    course.templates(lesson.name)
    course.ledger.save()
    course.ledger.end()


def plain(root: Path, lesson: str, count: int) -> float:
    """Seconds for one submission with nbgrader's own steps, feedback included."""
    warnings.simplefilter("ignore")  # nbgrader's and the kernel's
    config = Config(Course(root).config)
    config.pop("Autograde")
    config.CourseDirectory.assignment_id = lesson
    config.Execute.timeout = 120
    began = time.perf_counter()
    for number in range(count):
        config.CourseDirectory.student_id = f"s{number:04}"
        folders = CourseDirectory(config=config)
        with installed_programs():
            for step in (Autograde, GenerateFeedback):
                step(coursedir=folders, config=config, force=True).start()
    return (time.perf_counter() - began) / count


def ours(root: Path, lesson: str, count: int, workers: int, demo: bool) -> Measured:
    """Grade a class, feedback included, once the workers are warm."""
    for part in ("autograded", "feedback"):
        shutil.rmtree(root / part, ignore_errors=True)
    course = Course(root)
    grading = prepare(course, lesson, demo=demo)
    grading.force = True
    make, window = workforce(None, workers)
    students = course.students(lesson)[:count]
    parts: list[Times] = []
    stamps: list[float] = []

    def tell(row: Any, outcome: Any) -> None:
        assert row.status == "graded", row
        parts.append(outcome.times)
        stamps.append(time.process_time())

    with make() as executor:
        warm = Engine(grading, lambda: executor, lambda *_: None, window, keep=True)
        warm.grade(students[: 2 * workers])
        began, used = time.perf_counter(), time.process_time()
        Engine(grading, lambda: executor, tell, window, keep=True).grade(students)
        seconds = (time.perf_counter() - began) / len(students)
        coordinator = (time.process_time() - used) / len(students)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    feedback = statistics.median([page(course, grading, student) for student in students[:10]])
    course.ledger.end()
    return Measured(seconds, coordinator, parts, stamps, feedback, memory)


def page(course: Course, grading: Grading, student: str) -> float:
    """Seconds of CPU time to render a student's feedback."""
    seconds = 0.0
    for name in grading.templates:
        notebook = from_text(grading.graded(student, name).read_text("utf-8"))
        resources = course.resources(student, grading.name, name)
        course.add_grades(notebook, resources)
        text = to_text(notebook)
        began = time.process_time()
        render(text, resources, settings_of(course.config))
        seconds += time.process_time() - began
    return seconds


def breakdown(measured: Measured) -> tuple[dict[str, float], dict[str, float]]:
    """Where the time of one submission goes, and what of it is ours; milliseconds, medians."""

    def median(*keys: str) -> float:
        """Of the first, less the others."""
        signs = [1, *(-1 for _ in keys[1:])]
        return 1_000 * statistics.median(
            sum(sign * times.get(key, 0.0) for sign, key in zip(signs, keys, strict=True))
            for times in measured.workers
        )

    def parts(kind: str) -> dict[str, float]:
        started, ended, restored, cells, answers, checks, worker = (
            what + kind
            for what in ("start", "end", "restore", "cells", "answers", "checks", "worker")
        )
        return {
            "start of a session": median(started),
            "its end": median(ended),
            "cells": median(cells),
            "probing (the learner's functions)": median(answers),
            "reading and restoring": median(restored),
            "judging": median(checks, answers),
            "other, in the worker": median(worker, started, ended, cells, restored, checks),
        }

    clock, own = parts(""), parts(" (CPU)")
    ours = {
        "start and end of a session (clock)": clock["start of a session"] + clock["its end"],
        **{
            what: own[what] for what in ("reading and restoring", "judging", "other, in the worker")
        },
        "coordinator: gradebook, notebooks": 1_000 * measured.coordinator,
        "feedback page": 1_000 * measured.feedback,
    }
    exchange = own["cells"] + own["probing (the learner's functions)"]
    return clock, {
        **ours,
        "together": sum(ours.values()),
        "(in cells and probing: a worker's talk with the sandbox)": exchange,
    }


@click.command()
@click.argument("name", default="01_forward_propagation")
@click.option("--submissions", default=50, show_default=True)
@click.option(
    "--plain", "few", default=5, show_default=True, help="Submissions for plain nbgrader."
)
@click.option("--rounds", default=2, show_default=True, help="Of everything; means are printed.")
def main(name: str, submissions: int, few: int, rounds: int) -> None:
    """Compare, and print a table."""
    console = Console()
    lesson = next(lesson for lesson in lessons(course_folder()) if lesson.name == name)
    cores = min(2, len(os.sched_getaffinity(0)))
    nbgrader, one = "plain nbgrader, one core", "ours, one core"
    alone, two = f"ours, one worker on {cores} cores", f"ours, {cores} workers on {cores} cores"
    seconds: dict[str, float] = defaultdict(float)
    measured: dict[str, Measured] = {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "course"
        make_class(lesson, root, submissions)
        for _ in range(rounds):
            seconds[nbgrader] += apart(1, plain, root, name, few) / rounds
            for label, own, workers, demo in (
                (f"{one}, all cells", 1, 1, True),
                (one, 1, 1, False),
                (alone, cores, 1, False),
                (two, cores, cores, False),
            ):
                count = min(submissions, 4 * few) if demo else submissions
                measured[label] = apart(own, ours, root, name, count, workers, demo)
                seconds[label] += measured[label].seconds / rounds
    table = Table("", "submissions a minute", "ratio", title=f"{name}, feedback included")
    for label, value in seconds.items():
        table.add_row(label, f"{60 / value:.0f}", f"{seconds[nbgrader] / value:.1f}")
    console.print(table)
    titles = "a submission in one worker (clock)", "all but cells and probing (CPU time)"
    for title, parts in zip(titles, breakdown(measured[alone]), strict=True):
        table = Table("medians", "ms", title=title)
        for part, milliseconds in parts.items():
            table.add_row(part, f"{milliseconds:.0f}")
        console.print(table)
    for label, other in (("the same on one core", one), ("one worker", alone)):
        ratio = seconds[other] / seconds[two]
        console.print(f"{cores} workers against {label}: {ratio:.2f}")
    stamps, some = measured[one].stamps, max(submissions // 10, 2 * BATCH)
    if submissions > 2 * some:
        growth = (stamps[-1] - stamps[-1 - some]) / (stamps[some] - stamps[0])
        console.print(f"Coordinator's CPU, last {some} against first {some}: {growth:.2f}")
        times = [each["worker"] for each in measured[one].workers]
        growth = statistics.median(times[-some:]) / statistics.median(times[:some])
        console.print(f"A worker's time, last {some} against first {some} (medians): {growth:.2f}")
    console.print(f"Coordinator's memory at most: {measured[one].memory:.0f} MB")


if __name__ == "__main__":
    main()
