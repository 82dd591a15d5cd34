"""Whatever goes wrong while a class is graded, nothing is lost and nobody gets another's grade."""

import shutil
import sqlite3
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import graded_course as gc
import pytest
from click.testing import CliRunner

from nnlib.grading import command, engine
from nnlib.grading.ledger import Course
from nnlib.grading.work import OtherVersion


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return gc.make_class(tmp_path_factory.mktemp("faults") / "course")


@pytest.fixture
def course(made, tmp_path):
    root = tmp_path / "course"
    shutil.copytree(made, root)
    return root


@pytest.fixture(scope="module")
def undisturbed(made, tmp_path_factory):
    root = tmp_path_factory.mktemp("undisturbed") / "course"
    shutil.copytree(made, root)
    gc.grade(root)
    return gc.state(root)


class Breaking(ThreadPoolExecutor):
    """An executor whose first calls end in a broken pool."""

    broken = 0

    def submit(self, function, *args, **kwargs):
        if Breaking.broken > 0:
            Breaking.broken -= 1
            future = Future()
            future.set_exception(BrokenProcessPool("a worker died"))
            return future
        return super().submit(function, *args, **kwargs)


@pytest.mark.parametrize("broken", [1, 4])
def test_a_worker_that_dies_has_its_work_repeated(course, undisturbed, broken):
    Breaking.broken = broken
    rows = gc.grade(course, executor=lambda: Breaking(1))
    assert all(row.status == "graded" for row in rows.values())
    assert gc.state(course) == undisturbed


def test_a_submission_that_breaks_every_worker_is_named_and_the_others_graded(course, monkeypatch):
    honest = engine.work

    def breaking(job):
        if job.submission.student == "bob":
            raise MemoryError("no more")
        return honest(job)

    monkeypatch.setattr(engine, "work", breaking)
    rows = gc.grade(course)
    assert rows["ada"].status == rows["cy"].status == "graded"
    assert "through no fault of the student's" in rows["bob"].reason


def test_a_worker_with_another_version_of_the_course_is_refused(course, monkeypatch):
    monkeypatch.setattr("nnlib.grading.work.code_version", lambda *_: "0.0.0+other")
    with pytest.raises(OtherVersion, match=r"0\.0\.0\+other"):
        gc.grade(course)


def test_a_locked_gradebook_costs_nobody_a_grade(course, undisturbed):
    lock = sqlite3.connect(course / "gradebook.db", timeout=0)
    lock.execute("begin exclusive")
    with pytest.raises(Exception, match="locked"):
        gc.grade(course)
    lock.rollback()
    lock.close()
    gc.grade(course)
    assert gc.state(course) == undisturbed


def test_grades_that_cannot_be_entered_are_said_and_entered_later(course, undisturbed, monkeypatch):
    with monkeypatch.context() as patch:
        honest = Course.record

        def record(self, submission, lesson, notebooks):
            if submission.student == "bob":
                raise OSError("disk full")
            honest(self, submission, lesson, notebooks)

        patch.setattr(Course, "record", record)
        rows = gc.grade(course)
    assert rows["ada"].status == rows["cy"].status == "graded"
    assert "the gradebook could not be written: disk full" in rows["bob"].reason
    gc.grade(course)
    assert gc.state(course) == undisturbed


def test_files_that_cannot_be_written_are_said_and_written_later(course, undisturbed, monkeypatch):
    with monkeypatch.context() as patch:
        honest = engine.write_graded

        def write(folder, submission, *more):
            if submission.student == "bob":
                raise OSError("No space left on device")
            honest(folder, submission, *more)

        patch.setattr(engine, "write_graded", write)
        rows = gc.grade(course)
    assert rows["ada"].status == rows["cy"].status == "graded"
    assert "No space left" in rows["bob"].reason
    gc.grade(course)
    assert gc.state(course) == undisturbed


def test_two_runs_at_once_do_not_meet(course):
    with (
        command.alone(course, gc.LESSON),
        pytest.raises(RuntimeError, match="being graded already"),
    ):
        gc.grade(course)


def test_explain_replays_a_verdict_with_the_graded_question(course, monkeypatch):
    gc.grade(course)
    monkeypatch.chdir(course)
    result = CliRunner().invoke(command.explain, ["bob", gc.LESSON, "relu"])
    assert result.exit_code == 0, result.output
    assert "relu: not right yet, 0 of 1 point" in result.output
    assert "Expected: A = " in result.output
    assert "Seed: " in result.output
    again = CliRunner().invoke(command.explain, ["bob", gc.LESSON, "relu"])
    assert again.output == result.output


def test_the_command_grades_and_tells(course, monkeypatch):
    monkeypatch.chdir(course)
    gc.hand_in(course, "dee", b"{")
    monkeypatch.setattr(command, "workforce", lambda *_: (lambda: ThreadPoolExecutor(1), 3))
    result = CliRunner().invoke(command.grade, [gc.LESSON])
    assert result.exit_code == 1
    for words in (
        "3 graded, 0 unchanged, 1 not graded",
        "dee: the notebook cannot be read",
        "absolute value",
        "Back it up",
        "Isolation: ",
    ):
        assert words in result.output
    result = CliRunner().invoke(command.grade, [gc.LESSON, "--student", "ada"])
    assert "0 graded, 1 unchanged, 0 not graded" in result.output
    assert result.exit_code == 0
    result = CliRunner().invoke(command.grade, [gc.LESSON, "--student", "nobody"])
    assert isinstance(result.exception, LookupError)
    result = CliRunner().invoke(command.grade, ["77_nothing"])
    assert "there is no lesson '77_nothing'" in str(result.exception)
