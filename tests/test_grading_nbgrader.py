"""nbgrader's own commands work in the course folder: collecting, autograding, feedback."""

import shutil

import graded_course as gc
import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeSubmit
from nbgrader.preprocessors import Execute
from traitlets.config import PyFileConfigLoader

from nnlib.course.demo import collect_files
from nnlib.grading.ledger import Course


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

    def test_test_cells_of_others_get_the_grade_that_nbgrader_gives(self, course):
        """With nbgrader's own Execute in a kernel, and with ours."""
        for number, seven in enumerate(
            (7, 8, "open('nothing')", "7; import warnings; warnings.warn('x')")
        ):
            gc.hand_in(course, f"s{number}", finished(course, seven=seven))
            assert api(course).autograde(gc.LESSON, f"s{number}")["success"]
        ours = [scores(course, f"s{number}")["test_seven"] for number in range(4)]
        theirs = []
        for number in range(4):
            notebook = gc.executed(course, f"s{number}")
            (test,) = [gc.cell_of(notebook, "test_seven")]
            position = notebook.cells.index(test)
            small = nbformat.v4.new_notebook(cells=notebook.cells[position - 1 : position + 1])
            Execute().preprocess(small, {})
            failed = any(o.output_type == "error" for o in small.cells[1].outputs)
            theirs.append((0.0 if failed else 2.0, False))
        assert ours == theirs == [(2.0, False), (0.0, False), (0.0, False), (2.0, False)]


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
