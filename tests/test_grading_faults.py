"""Whatever goes wrong while a class is graded, nothing is lost and nobody gets another's grade."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import graded_course as gc
import pytest
from click.testing import CliRunner

from nnlib.grading import command, engine, records
from nnlib.grading.ledger import Course, Ledger
from nnlib.grading.work import OtherVersion

CLASS = {"ada": gc.RIGHT, "bob": gc.WRONG, "cy": {**gc.RIGHT, "relu": gc.WRONG["relu"]}}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    root = gc.make_course(tmp_path_factory.mktemp("faults") / "course")
    course = Course(root)
    course.templates(gc.LESSON)
    course.ledger.save()
    course.ledger.end()
    for student, answers in CLASS.items():
        gc.hand_in(root, student, gc.answered(root, answers), files={"notes.txt": b"mine"})
    return root


@pytest.fixture
def course(made, tmp_path):
    root = tmp_path / "course"
    shutil.copytree(made, root)
    return root


def state(root):
    """All that a run leaves behind and that matters: grades, graded work, pages."""
    with sqlite3.connect(root / "gradebook.db") as book:
        grades = book.execute(
            "select work.student_id, cell.name, grade.auto_score, grade.needs_manual_grade"
            " from grade join base_cell as cell on grade.cell_id = cell.id"
            " join submitted_notebook as notebook on grade.notebook_id = notebook.id"
            " join submitted_assignment as work on notebook.assignment_id = work.id"
        ).fetchall()
    book.close()
    files = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for part in ("autograded", "feedback")
        for path in (root / part).rglob("*")
        if path.is_file()
    }
    return sorted(grades), files


class Killed(BaseException):
    """Stands for the end of the process at this very moment."""


class Executioner:
    """Lets so many steps happen, and ends the run before the next."""

    def __init__(self, monkeypatch, steps):
        self.left = steps
        for home, name in [
            (Ledger, "save"),
            (Course, "record"),
            (records, "_write"),
            (records.shutil, "rmtree"),
            (records.os, "replace"),
            (records.Path, "rename"),
            (engine, "fingerprint"),
        ]:
            monkeypatch.setattr(home, name, self.watched(getattr(home, name)))

    def watched(self, function):
        def step(*args, **kwargs):
            if self.left == 0:
                raise Killed
            self.left -= 1
            return function(*args, **kwargs)

        return step


@pytest.fixture(scope="module")
def undisturbed(made, tmp_path_factory):
    root = tmp_path_factory.mktemp("undisturbed") / "course"
    shutil.copytree(made, root)
    gc.grade(root)
    return state(root)


@pytest.mark.parametrize("steps", range(32))
def test_killed_before_any_step_and_started_again_it_ends_the_same(
    course, undisturbed, monkeypatch, steps
):
    with monkeypatch.context() as patch:
        Executioner(patch, steps)
        with contextlib.suppress(Killed):
            gc.grade(course)
    gc.grade(course)
    assert state(course) == undisturbed


def start(root):
    code = "from nnlib.cli import main; main()"
    arguments = [sys.executable, "-c", code, "grade", gc.LESSON, "--workers", "1"]
    return subprocess.Popen(
        arguments, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def children_of(pid):
    """All processes below one."""
    found = []
    for child in subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split():
        found += [int(child), *children_of(int(child))]
    return found


def test_a_killed_command_leaves_no_process_and_its_work_is_taken_up(course, undisturbed):
    process = start(course)
    process.stdout.readline()  # the first student is finished
    family = children_of(process.pid)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    deadline = time.monotonic() + 30
    while any(os.path.exists(f"/proc/{pid}") for pid in family):
        assert time.monotonic() < deadline, "processes stayed behind"
        time.sleep(0.05)
    gc.grade(course)
    assert state(course) == undisturbed


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
    assert state(course) == undisturbed


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
    assert state(course) == undisturbed


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
    assert state(course) == undisturbed


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
    assert state(course) == undisturbed


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
