"""The sample class: made from the catalogue, complete, and graded as it must be."""

import ast
from pathlib import Path
from types import SimpleNamespace

import graded_course as gc
import nbformat
import numpy as np
import pytest
from click.testing import CliRunner

from nnlib.checking import assess, catalogue
from nnlib.course import demo
from nnlib.course.lesson import Lesson

EXERCISES = [catalogue.find(name) for name in catalogue.names()]


def in_most_company(exercise):
    """The answer that needs most besides itself: helpers, constants, imports."""
    wrong = [mistake.function for mistake in exercise.misconceptions]
    return max(
        [*exercise.alternatives, *wrong],
        key=lambda function: len(ast.parse(demo.source_of(function, exercise.name)).body),
    )


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_an_answer_of_the_catalogue_works_in_a_cell_of_its_own(exercise):
    """Its source, with what it needs, is judged as the function itself is."""
    function = in_most_company(exercise)
    cell = {"np": np, "__name__": "__main__"}
    exec(compile(demo.source_of(function, exercise.name), "<cell>", "exec"), cell)
    there, here = assess(exercise.name, cell[exercise.name]), assess(exercise.name, function)
    assert there.score == here.score
    assert there.misconceptions == here.misconceptions


def test_the_sample_class_holds_every_kind_of_answer():
    exercises = catalogue.of_lesson(gc.LESSON)
    students = list(demo.sample_class({e.name: "" for e in exercises}, exercises))
    assert len(students) >= 12
    for exercise in exercises:
        mistakes = {s.mistakes[exercise.name].name for s in students if exercise.name in s.mistakes}
        assert mistakes == {mistake.name for mistake in exercise.misconceptions}
    assert sum(bool(student.nothing) for student in students) == 1 + len(demo.FATAL)
    assert len({student.name for student in students}) == len(students)


class Row:
    """A graded student, as the demo looks at one."""

    status = "graded"

    def __init__(self, earned, misconceptions=()):
        verdict = {"exercise": "relu", "earned": earned, "points": 1.0}
        self.verdicts = {"check_relu": {**verdict, "misconceptions": misconceptions}}


@pytest.mark.parametrize(
    ("student", "row", "words"),
    [
        (demo.Student("ada"), Row(1.0), None),
        (demo.Student("ada"), Row(0.5), "expected the score 1, got 0.5 points"),
        (demo.Student("ada", nothing={"relu"}), Row(0.0), None),
        (demo.Student("ada", nothing={"relu"}), Row(1.0), "expected the score 0"),
    ],
)
def test_a_surprising_grade_is_reported(student, row, words):
    check_surprises(student, row, words)


def test_a_misconception_that_is_not_recognized_is_reported():
    mistake = next(m for m in catalogue.find("relu").misconceptions if m.name == "absolute value")
    student = demo.Student("ada", mistakes={"relu": mistake})
    check_surprises(student, Row(0.0, ["absolute value"]), None)
    check_surprises(student, Row(0.0, []), "expected 'absolute value', recognized nothing")


def check_surprises(student, row, words):
    report = SimpleNamespace(rows={"ada": row})
    grading = SimpleNamespace(secret=SimpleNamespace(seed=lambda student, exercise: 1))
    found = list(demo.surprises(report, [student], grading))
    assert len(found) == bool(words)
    assert words is None or words in found[0]


def test_a_student_who_was_lost_is_reported():
    (sentence,) = demo.surprises(SimpleNamespace(rows={}), [demo.Student("ada")], None)
    assert sentence == "ada was not graded: missing"


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_the_demo_grades_a_class_and_finds_what_it_expects(tmp_path, monkeypatch):
    root = gc.make_course(tmp_path / "course")
    lesson = Lesson(root, gc.LESSON)
    assert nbformat.read(lesson.released, 4)
    monkeypatch.chdir(root)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(demo.tempfile, "tempdir", None)
    result = CliRunner().invoke(demo.demo, ["--workers", "2"])
    assert "every grade came out as expected" in result.output, result.output
    assert result.exit_code == 0
    (feedback,) = tmp_path.glob("nnlib-demo-*/course/feedback")
    assert (feedback / "right" / gc.LESSON / f"{gc.TOPIC}.html").exists()


def test_the_first_lesson_that_earns_points_is_graded_unless_one_is_named():
    root = Path(__file__).parents[1]
    assert demo._find(root, None).name == "01_forward_propagation"
    assert demo._find(root, "00_start_here").name == "00_start_here"


def test_a_source_keeps_the_annotated_names_that_it_needs():
    [mistake] = [
        m for m in catalogue.find("build_classifier").misconceptions if m.name == "exchanged"
    ]
    space = {}
    source = demo.source_of(mistake.function, "build_classifier")
    exec(source, space)
    assert {"build_classifier", "_KNOWN"} <= space.keys()
