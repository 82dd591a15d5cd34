"""``nnlib demo``: a sample class, made from the catalogue itself, is graded before your eyes.

Its students hand in right answers, differently right ones, every misconception, nothing, and code
that crashes, loops or exits. What each of them must get is known beforehand; it is checked.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import functools
import inspect
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import nbformat
from nbgrader.apps import ZipCollectApp
from rich.console import Console
from rich.text import Text

from ..checking import Exercise, assess, catalogue
from ..checking.exercise import Misconception
from ..grading.command import grade_class, prepare, workforce
from ..grading.course import Course
from ..grading.lesson import Lesson as Grading
from ..grading.report import Report, class_table, misconception_table
from ..grading.sandbox import IsolationError, Sandbox
from .lesson import Lesson, course_folder, lessons

Function = Callable[..., Any]

FATAL = {
    "crash": "import ctypes\ndef {name}(*args): ctypes.string_at(0)",
    "exit": "import os\ndef {name}(*args): os._exit(0)",
    "endless-loop": "def {name}(*args):\n    while True:\n        pass",
    "exception": 'def {name}(*args): raise ValueError("this cannot be")',
}


@dataclass
class Student:
    """One student of the sample class.

    Attributes
    ----------
    name : str
    answers : dict of str to str
        The code of each solution cell; one that is missing stays as it was released.
    mistakes : dict of str to Misconception
        The wrong answers among them, by exercise.
    nothing : set of str
        Exercises that must earn nothing at all.
    """

    name: str
    answers: dict[str, str] = field(default_factory=dict)
    mistakes: dict[str, Misconception] = field(default_factory=dict)
    nothing: set[str] = field(default_factory=set)


def sample_class(solutions: dict[str, str], exercises: list[Exercise]) -> Iterator[Student]:
    """The students, with all that is known about them.

    Parameters
    ----------
    solutions : dict of str to str
        The lesson's own solution cells, by exercise.
    exercises : list of Exercise
    """
    names = [exercise.name for exercise in exercises]
    yield Student("right", dict(solutions))
    noisy = 'import warnings\nwarnings.warn("hello")\nprint("defined")\n'
    yield Student("right-and-noisy", {name: noisy + solutions[name] for name in names})
    for i in range(max(len(exercise.alternatives) for exercise in exercises)):
        codes = {e.name: source_of(f, e.name) for e in exercises for f in e.alternatives[i : i + 1]}
        yield Student(f"otherwise-right-{i + 1}", {**solutions, **codes})
    for i in range(max(len(exercise.misconceptions) for exercise in exercises)):
        student = Student(f"mistaken-{i + 1:02}", dict(solutions))
        for exercise in exercises:
            for mistake in exercise.misconceptions[i : i + 1]:
                student.answers[exercise.name] = source_of(mistake.function, exercise.name)
                student.mistakes[exercise.name] = mistake
        yield student
    yield Student("blank", nothing=set(names))
    last = names[-1]  # nobody's answer calls it
    for kind, code in FATAL.items():
        answers = {**solutions, last: code.format(name=last)}
        yield Student(f"with-{kind}", answers, nothing={last})


def source_of(function: Function, name: str) -> str:
    """A function's source under another name, with the helpers and imports that it needs.

    Parameters
    ----------
    function : callable
        A function or class at the top of a module.
    name : str
        What it is called in a notebook.
    """
    statements = _statements(function.__module__)
    bound = {used: node for node in statements for used in _bound(node)}
    own = function.__name__
    needed: set[str] = set()
    pending = {own}
    while pending:
        found = pending & bound.keys() - needed
        needed |= found
        pending = {used for name in found for used in _names(bound[name])} - needed
    lines = [_written(node, own, name) for node in statements if _bound(node) & needed]
    if own != name and own in _names(bound[own]):
        lines.append(f"{own} = {name}")  # it calls itself
    return "\n\n".join(lines)


@functools.cache
def _statements(module: str) -> list[ast.stmt]:
    return ast.parse(inspect.getsource(sys.modules[module])).body


def _bound(node: ast.stmt) -> set[str]:
    """What a statement at the top of a module gives a name to."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return {alias.asname or alias.name for alias in names}
        case ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
        case ast.Assign(targets=targets):
            return {part.id for t in targets for part in ast.walk(t) if isinstance(part, ast.Name)}
    return set()


def _names(node: ast.stmt) -> set[str]:
    """The names that a statement mentions, its decorators apart."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        node.decorator_list = []
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _written(node: ast.stmt, own: str, name: str) -> str:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == own:
        node = copy.copy(node)
        node.name = name
    return ast.unparse(node)


def filled(released: Any, answers: dict[str, str]) -> Any:
    """A copy of a released notebook with answers in its solution cells."""
    notebook = nbformat.from_dict(released)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell.source = answers[name]
    return notebook


def set_up(lesson: Lesson, folder: Path) -> Course:
    """A course folder with this one lesson, and with limits for a class in a hurry."""
    root = folder / "course"
    for part in ("solutions", "lessons"):
        shutil.copytree(lesson.course / part / lesson.name, root / part / lesson.name)
    settings = (lesson.course / "nbgrader_config.py").read_text("utf-8")
    settings += f"\nc.Run.secret = {str(folder / 'secret-seed')!r}\n"
    settings += 'c.Run.limits = {"cell_seconds": 4, "grace": 0.5}\n'
    (root / "nbgrader_config.py").write_text(settings, "utf-8")
    return Course(root)


def hand_in(course: Course, lesson: Lesson, students: list[Student]) -> None:
    """Submit everybody's notebook the way files from a learning platform come: zip_collect."""
    folder = course.root / "downloaded" / lesson.name / "archive"
    folder.mkdir(parents=True)
    released = nbformat.read(lesson.released, 4)
    for student in students:
        path = folder / f"{student.name}_{lesson.topic}.ipynb"
        nbformat.write(filled(released, student.answers), path)
    collect_files(course.root, lesson.name)


def collect_files(root: Path, lesson: str) -> None:
    """Run ``nbgrader zip_collect`` in a course folder."""
    with contextlib.chdir(root):
        app = ZipCollectApp()
        app.initialize([lesson, "--log-level=ERROR"])
        app.start()


def expected(student: Student, exercise: Exercise, seed: int) -> tuple[float, str]:
    """The score a student must get, and the misconception that must be recognized, if any.

    Wrong answers are judged here as well, in this process, with the student's own questions.
    """
    if exercise.name in student.nothing:
        return 0.0, ""
    if exercise.name not in student.mistakes:
        return 1.0, ""
    mistake = student.mistakes[exercise.name]
    # One that is built on the reference itself is told just that.
    known = assess(exercise.name, mistake.function).misconceptions
    score = assess(exercise.name, mistake.function, seed).score
    return score, mistake.name if mistake.name in known else ""


def surprises(report: Report, students: list[Student], grading: Grading) -> Iterator[str]:
    """Everything that did not come out as it must, a sentence each."""
    for student in students:
        row = report.rows.get(student.name)
        if row is None or row.status != "graded":
            yield f"{student.name} was not graded: {row.reason if row else 'missing'}"
            continue
        for verdict in row.verdicts.values():
            name, earned = verdict["exercise"], verdict["earned"]
            exercise = catalogue.find(name)
            score, mistake = expected(
                student, exercise, grading.secret.seed(student.name, exercise)
            )
            if abs(earned - score * verdict["points"]) > 1e-3:
                yield f"{student.name}, {name}: expected the score {score:g}, got {earned:g} points"
            if mistake and mistake not in verdict["misconceptions"]:
                found = ", ".join(verdict["misconceptions"]) or "nothing"
                yield f"{student.name}, {name}: expected {mistake!r}, recognized {found}"


@click.command()
@click.argument("name", metavar="[LESSON]", required=False)
@click.option("--workers", default=os.cpu_count() or 1, show_default=True, help="Processes.")
def demo(name: str | None, workers: int) -> None:
    """Grade a sample class in a temporary folder, and check every grade.

    The class is made from the catalogue: right answers, every misconception, nothing at all,
    and code that crashes, loops and exits.
    """
    lesson = _find(course_folder(), name)
    folder = Path(tempfile.mkdtemp(prefix="nnlib-demo-"))
    console = Console(width=max(Console().width, 120))
    course = set_up(lesson, folder)
    grading = prepare(course, lesson.name, isolation=_isolation(console))
    solution = nbformat.read(lesson.solution, 4)
    cells = {c.metadata.get("nbgrader", {}).get("grade_id"): c.source for c in solution.cells}
    exercises = list(grading.exercises.values())
    students = list(sample_class({e.name: cells[e.name] for e in exercises}, exercises))
    hand_in(course, lesson, students)
    make, window = workforce(None, workers)
    report = grade_class(grading, course.students(lesson.name), make, window, console)
    console.print(class_table(report.sorted(), lesson.name))
    console.print(misconception_table(report.sorted()) or "")
    wrong = list(surprises(report, students, grading))
    for sentence in wrong:
        console.print(Text(sentence))
    verdict = f"{len(wrong)} surprises" if wrong else "every grade came out as expected"
    console.print(Text(f"{len(students)} students: {verdict}."))
    console.print(Text(f"Feedback: {course.root / 'feedback'}"), soft_wrap=True)
    sys.exit(bool(wrong))


def _find(course: Path, name: str | None) -> Lesson:
    """The lesson of that name; by default the first whose exercises earn points."""
    known = {lesson.name: lesson for lesson in lessons(course)}
    if name is None:
        name = next((n for n in known if any(e.points for e in catalogue.of_lesson(n))), "")
    if name not in known or not catalogue.of_lesson(name):
        graded = ", ".join(lesson for lesson in known if catalogue.of_lesson(lesson))
        raise LookupError(f"there is no lesson {name!r} with exercises; there are: {graded}")
    return known[name]


def _isolation(console: Console) -> str:
    """As strong as this machine allows; the sample class is ours, so limits alone will do."""
    try:
        with Sandbox() as box:
            return box.level
    except IsolationError as problem:
        console.print(Text(f"{problem}"), soft_wrap=True)
        console.print(Text("The sample class is ours: it is graded with limits alone."))
        return "limits"
