"""nbgrader's own commands work in the course folder: collecting, autograding, feedback."""

import shutil
import stat

import graded_course as gc
import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeSubmit
from nbgrader.preprocessors import Execute
from nbgrader.utils import determine_grade
from traitlets.config import Config, PyFileConfigLoader

from nnlib.course.demo import collect_files
from nnlib.grading.course import Course
from nnlib.grading.limits import Limits
from nnlib.grading.pool import sandbox
from nnlib.grading.preprocessors import Run
from nnlib.grading.run import run


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    root = gc.make_course(tmp_path_factory.mktemp("nbgrader") / "course", others=True)
    course = Course(root)
    course.templates(gc.LESSON)
    course.ledger.save()
    course.ledger.end()
    return root


@pytest.fixture
def course(made, tmp_path):
    root = tmp_path / "course"
    shutil.copytree(made, root)
    return root


def api(root, **settings):
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    config.CourseDirectory.root = str(root)
    for name, values in settings.items():
        config[name].update(values)
    return NbGraderAPI(CourseDirectory(config=config), config=config)


def finished(root, answers=gc.RIGHT, seven=7):
    notebook = gc.answered(root, {**answers, "essay": "Seven is odd."})
    (cell,) = [c for c in notebook.cells if c.source.startswith("seven = ")]
    cell.source = f"seven = {seven}"
    return notebook


def scores(root, student):
    with Gradebook(f"sqlite:///{root}/gradebook.db", "backpropagation") as book:
        (notebook,) = book.find_submission(gc.LESSON, student).notebooks
        return {
            grade.name: (grade.auto_score, grade.needs_manual_grade) for grade in notebook.grades
        }


@pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
class TestAutograde:
    def test_autograde_and_feedback(self, course):
        gc.hand_in(course, "ada", finished(course))
        gc.hand_in(course, "bob", finished(course, gc.WRONG, seven=8))
        for student in ("ada", "bob"):
            result = api(course).autograde(gc.LESSON, student)
            assert result["success"], result
            result = api(course).generate_feedback(gc.LESSON, student)
            assert result["success"], result
        assert scores(course, "ada") == {
            "check_relu": (1.0, False),
            "check_dense_forward": (1.0, False),
            "essay": (None, True),
            "test_seven": (2.0, False),
        }
        assert scores(course, "bob") == {
            "check_relu": (0.0, False),
            "check_dense_forward": (0.0, False),
            "essay": (None, True),
            "test_seven": (0.0, False),
        }
        assert "its sign is only dropped" in gc.page(course, "bob")

    def test_it_gives_the_same_grades_as_our_command(self, course):
        gc.hand_in(course, "ada", finished(course, {**gc.RIGHT, "relu": gc.WRONG["relu"]}))
        assert api(course).autograde(gc.LESSON, "ada")["success"]
        by_nbgrader = scores(course, "ada")
        shown = [cell.get("outputs") for cell in gc.executed(course, "ada").cells]
        gc.grade(course)
        assert scores(course, "ada") == by_nbgrader
        assert [cell.get("outputs") for cell in gc.executed(course, "ada").cells] == shown

    def test_manipulated_cells_are_restored(self, course):
        notebook = finished(course, gc.WRONG)
        gc.cell_of(notebook, "check_relu").source = "1.0"
        notebook.cells.remove(gc.cell_of(notebook, "check_dense_forward"))
        again = gc.cell_of(finished(course), "test_seven")
        again.id = "again"
        notebook.cells.append(again)
        gc.hand_in(course, "eve", notebook)
        assert api(course).autograde(gc.LESSON, "eve")["success"]
        assert scores(course, "eve")["check_relu"] == (0.0, False)
        assert scores(course, "eve")["check_dense_forward"] == (0.0, False)
        assert scores(course, "eve")["test_seven"] == (2.0, False)

    def test_a_notebook_of_another_version_is_not_graded(self, course):
        notebook = finished(course)
        notebook.metadata.nnlib.version = "99.0.0"
        gc.hand_in(course, "ada", notebook)
        result = api(course).autograde(gc.LESSON, "ada")
        assert not result["success"]
        assert "version 99.0.0" in result["log"]

    def test_plain_nbgrader_enters_the_same_grades(self, course):
        """Its own restoring, kernel and judging, where nobody cheats."""
        with Gradebook(f"sqlite:///{course}/gradebook.db", "backpropagation") as book:
            book.update_or_create_assignment(gc.LESSON, duedate="2026-11-01 00:00:00 UTC")
        with open(course / "nbgrader_config.py", "a", encoding="utf-8") as file:
            file.write('\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
        gc.hand_in(course, "right", finished(course), files={"notes.txt": b"mine"})
        gc.hand_in(course, "wrong", finished(course, gc.WRONG, seven=8))
        gc.hand_in(course, "blank", gc.released(course))
        gc.hand_in(course, "late", finished(course), timestamp="2026-11-02 00:00:00 UTC")
        students = ("right", "wrong", "blank", "late")
        shutil.copytree(course, plain := course.with_name("plain"))
        for student in students:
            plainly = api(plain)
            plainly.config.pop("Autograde")
            assert plainly.autograde(gc.LESSON, student)["success"]
        gc.grade(course)
        for student in students:
            assert scores(course, student) == scores(plain, student)
            assert penalty(course, student) == penalty(plain, student)
            assert graded_files(course, student) == graded_files(plain, student)
        assert scores(course, "blank")["essay"] == (0, False)
        assert penalty(course, "late") == 4.0

    def test_a_notebook_in_another_language_is_not_graded(self, course):
        notebook = finished(course)
        notebook.metadata.kernelspec = {"name": "ir", "language": "R", "display_name": "R"}
        gc.hand_in(course, "ada", notebook)
        plainly = api(course)
        plainly.config.Autograde.sanitize_preprocessors.pop(1)  # puts the source's in its place
        result = plainly.autograde(gc.LESSON, "ada")
        assert not result["success"]
        assert "the notebook runs R; expected Python" in result["log"]


def penalty(root, student):
    with Gradebook(f"sqlite:///{root}/gradebook.db", "backpropagation") as book:
        return book.find_submission(gc.LESSON, student).late_submission_penalty


def graded_files(root, student):
    """What lies in a student's folder of graded work, and who may do what with it."""
    folder = root / "autograded" / student / gc.LESSON
    return {path.name: stat.filemode(path.stat().st_mode) for path in folder.iterdir()}


HIDE = """from IPython.core.interactiveshell import InteractiveShell
InteractiveShell.showtraceback = {}"""

# What a learner wrote, and another author's test cell of 2 points.
TESTED = [
    ("seven = 7", "assert seven == 7"),
    ("seven = 8", "assert seven == 7"),
    ("seven = ", "assert True"),
    ("", "assert nothing_of_that_name"),
    ("", "assert True and"),
    ("score = 1.5", "score"),
    ("score = 1", "print('done')\nscore"),
    ("score = 0", "score"),
    ("score = 1.5", "score;"),
    ("score = True", "score"),
    ("score = None", "score"),
    ("score = 'good'", "score"),
    ("score = 0.5", "display(score)"),
    ("import sys", "print('careful', file=sys.stderr)"),
    ("import warnings", "warnings.warn('in the test')"),
    ("warnings.warn('in the answer')", "assert True"),
    ("import logging", "logging.warning('in the log')"),
    ("", "raise SystemExit"),
    ("", "input()"),
    ("", "!echo from a shell >&2"),
    ("", "%no_such_magic"),
    ("import asyncio", "await asyncio.sleep(0)\nassert False"),
    ("import time", "time.sleep(600)"),
    ("data = open('data.txt').read()", "assert data == 'mine'"),
    ("from helper import seven", "assert seven == 7"),
    ("import os", "assert os.environ['NBGRADER_EXECUTION'] == 'autograde'"),
    (HIDE.format("lambda *_, **__: None"), "assert False"),
    (HIDE.format("None"), "assert False"),
]


def with_test_cells():
    """All answers, each followed by its test cell."""
    notebook = nbformat.v4.new_notebook()
    for number, (answer, test) in enumerate(TESTED):
        marks = {**gc.MARKS, "grade_id": f"test_{number}", "grade": True, "points": 2}
        notebook.cells += [
            nbformat.v4.new_code_cell(answer),
            nbformat.v4.new_code_cell(test, metadata={"nbgrader": marks}),
        ]
    return notebook


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_test_cells_of_others_get_the_grade_that_a_kernel_gives(tmp_path, monkeypatch):
    files = {"data.txt": b"mine", "helper.py": b"seven = 7"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    theirs, ours = with_test_cells(), with_test_cells()
    Execute(timeout=5).preprocess(theirs, {"metadata": {"path": str(tmp_path)}})
    box = sandbox("auto", Limits(cell_seconds=5))
    run(ours, lambda: box.session(files), {})
    pairs = {
        TESTED[number]: [
            repr(determine_grade(nb.cells[2 * number + 1])[0]) for nb in (ours, theirs)
        ]
        for number in range(len(TESTED))
    }
    assert {case: pair for case, pair in pairs.items() if pair[0] != pair[1]} == {}
    assert {pair[0] for pair in pairs.values()} == {"0", "0.0", "1.0", "1.5", "2.0"}


def test_the_time_that_nbgrader_is_told_to_allow_is_allowed():
    assert Run(config=Config(Execute={"timeout": 7})).allowed() == Limits(
        cell_seconds=7, cell_cpu=7
    )
    config = Config(Execute={"timeout": 7}, Run={"limits": {"cell_seconds": 9}})
    assert Run(config=config).allowed() == Limits(cell_seconds=9, cell_cpu=7)
    assert Run(config=Config(Execute={"timeout": None})).allowed() == Limits()
    assert Run().allowed() == Limits()


def test_files_from_a_learning_platform_are_collected(course):
    folder = course / "downloaded" / gc.LESSON / "archive"
    folder.mkdir(parents=True)
    for student in ("ada", "bob_smith"):
        nbformat.write(finished(course), folder / f"{student}_{gc.TOPIC}.ipynb")
    collect_files(course, gc.LESSON)
    rows = gc.grade(course)
    assert sorted(rows) == ["ada", "bob_smith"]
    assert rows["ada"].scores["check_relu"] == 1.0


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_submissions_through_the_exchange_are_collected_and_graded(course, tmp_path, monkeypatch):
    exchange, learner = tmp_path / "exchange", tmp_path / "learner"
    for folder in (exchange, learner / gc.LESSON):
        folder.mkdir(parents=True)
    exchange.chmod(0o777)
    settings = {"Exchange": {"root": str(exchange), "cache": str(tmp_path / "cache")}}
    assert api(course, **settings).release_assignment(gc.LESSON)["success"]
    nbformat.write(finished(course), learner / gc.LESSON / f"{gc.TOPIC}.ipynb")
    monkeypatch.chdir(learner)
    theirs = api(course, **settings)
    theirs.coursedir.assignment_id = gc.LESSON
    ExchangeSubmit(theirs.coursedir, Authenticator(), config=theirs.config).start()
    result = api(course, **settings).collect(gc.LESSON)
    assert result["success"], result
    (row,) = gc.grade(course).values()
    assert row.scores["check_relu"] == 1.0
    assert (course / "autograded" / row.student / gc.LESSON / "timestamp.txt").exists()
    result = api(course, **settings).release_feedback(gc.LESSON)
    assert result["success"], result
    result = theirs.fetch_feedback(gc.LESSON, row.student)
    assert result["success"], result
    (page,) = (learner / gc.LESSON / "feedback").rglob("*.html")
    assert page.read_text("utf-8") == gc.page(course, row.student)
