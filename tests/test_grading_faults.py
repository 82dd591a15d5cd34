"""Whatever goes wrong while a class is graded, nothing is lost and nobody gets another's grade."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import graded_course as gc
import pytest
from click.testing import CliRunner

from nnlib.grading import command, engine, ledger
from nnlib.grading.course import Course
from nnlib.grading.ledger import GradebookError
from nnlib.grading.work import OtherVersion


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


def test_an_error_of_the_machinery_is_no_students_and_tried_again(course, undisturbed, monkeypatch):
    honest, failures = engine.work, iter([OSError("too many open files"), MemoryError()])

    def flaky(job):
        if job.submission.student == "bob" and (failure := next(failures, None)):
            raise failure
        return honest(job)

    monkeypatch.setattr(engine, "work", flaky)
    rows = gc.grade(course)
    assert {row.status for row in rows.values()} == {"graded"}
    assert gc.state(course) == undisturbed


def test_a_notebook_that_may_not_be_read_is_said(course, undisturbed, monkeypatch):
    honest = os.open

    def refuse(path, *more, **others):
        if "bob" in Path(path).parts and Path(path).suffix == ".ipynb":
            raise PermissionError(13, "Permission denied", path)
        return honest(path, *more, **others)

    with monkeypatch.context() as patch:
        patch.setattr("nnlib.grading.submission.os.open", refuse)
        rows = gc.grade(course)
    assert rows["bob"].reason == f"{gc.TOPIC}.ipynb cannot be read: Permission denied"
    assert rows["ada"].status == rows["cy"].status == "graded"
    gc.grade(course)
    assert gc.state(course) == undisturbed


def test_a_worker_with_another_version_of_the_course_is_refused(course, monkeypatch):
    monkeypatch.setattr("nnlib.grading.work.code_version", lambda *_: "0.0.0+other")
    with pytest.raises(OtherVersion, match=r"0\.0\.0\+other"):
        gc.grade(course)


def through(course, url):
    """Let the gradebook be reached in another way."""
    with open(course / "nbgrader_config.py", "a", encoding="utf-8") as file:
        file.write(f"\nc.CourseDirectory.db_url = {url!r}\n")


@pytest.fixture
def lock(course):
    """A connection to the gradebook, whose locks are waited for only briefly."""
    through(course, f"sqlite:///{course}/gradebook.db?timeout=0.1")
    connection = sqlite3.connect(course / "gradebook.db", check_same_thread=False)
    yield connection
    connection.close()


def test_a_gradebook_that_is_locked_is_said_and_costs_nobody_a_grade(course, undisturbed, lock):
    lock.execute("begin exclusive")
    with pytest.raises(GradebookError, match="cannot be used: database is locked; mend that"):
        gc.grade(course)
    lock.rollback()
    gc.grade(course)
    assert gc.state(course) == undisturbed


def test_a_gradebook_that_is_locked_in_between_is_said_for_each_student(
    course, undisturbed, lock, monkeypatch
):
    honest = engine.work

    def work(job):
        if not lock.in_transaction:
            lock.execute("begin exclusive")
        return honest(job)

    with monkeypatch.context() as patch:
        patch.setattr(engine, "work", work)
        rows = gc.grade(course)
    assert {row.status for row in rows.values()} == {"not graded"}
    assert all("database is locked" in row.reason for row in rows.values())
    lock.rollback()
    gc.grade(course)
    assert gc.state(course) == undisturbed


def test_a_gradebook_that_is_read_only_is_said_for_each_student(course, undisturbed):
    through(course, f"sqlite:///file:{course}/gradebook.db?mode=ro&uri=true")
    rows = gc.grade(course)
    assert all("attempt to write a readonly database" in row.reason for row in rows.values())
    through(course, f"sqlite:///{course}/gradebook.db")
    gc.grade(course)
    assert gc.state(course) == undisturbed


def test_a_file_that_is_no_gradebook_is_said(course):
    (course / "gradebook.db").write_bytes(b"nothing of that kind" * 100)
    with pytest.raises(GradebookError, match="file is not a database"):
        gc.grade(course)


# In namespaces of its own: a disk of 4 MB, on which so many bytes are free.
FULL = """
import json, os, shutil, subprocess, sys
from pathlib import Path
tests, made, root, result, room = sys.argv[1:]
sys.path.insert(0, tests)
import graded_course as gc

subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", root], check=True)
root = Path(root)
shutil.copytree(made, root, dirs_exist_ok=True)
(root / "reports").mkdir()
disk = os.statvfs(root)
(root / "ballast").write_bytes(bytes(disk.f_bavail * disk.f_bsize - int(room)))
try:
    reasons = [row.reason for row in gc.grade(root, isolation="limits").values()]
except OSError as problem:
    reasons = [str(problem)]
print(json.dumps(reasons))
(root / "ballast").unlink()
gc.grade(root, isolation="limits")
shutil.copytree(root, result)
"""


@pytest.mark.parametrize("room", [30_000, 90_000, 140_000])
def test_a_full_disk_is_said_and_costs_nobody_a_grade(made, undisturbed, tmp_path, room):
    apart = ["unshare", "--mount", *([] if os.getuid() == 0 else ["--map-root-user"])]
    if subprocess.run([*apart, "true"], check=False).returncode:
        pytest.skip("a small disk cannot be mounted here")
    (root := tmp_path / "course").mkdir()
    folders = [Path(__file__).parent, made, root, tmp_path / "result"]
    command = [*apart, sys.executable, "-c", FULL, *folders, str(room)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    reasons = json.loads(ended.stdout)
    assert all("No space left" in r or "disk is full" in r for r in reasons if r)
    grades, files = gc.state(tmp_path / "result")
    assert grades == undisturbed[0]
    assert files.keys() == undisturbed[1].keys()


def test_how_many_rows_are_kept_at_hand_changes_nothing(course, undisturbed, monkeypatch):
    monkeypatch.setattr(ledger, "REMEMBERED", 2)
    gc.grade(course)
    assert gc.state(course) == undisturbed


def test_grades_that_cannot_be_entered_are_said_and_entered_later(course, undisturbed, monkeypatch):
    with monkeypatch.context() as patch:
        honest = Course.record

        def record(self, batch, lesson):
            if any(submission.student == "bob" for submission, _ in batch):
                raise OSError("disk full")
            honest(self, batch, lesson)

        patch.setattr(Course, "record", record)
        rows = gc.grade(course)
    assert rows["ada"].status == rows["cy"].status == "graded"
    assert "its grades were not entered: disk full" in rows["bob"].reason
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
    assert re.search(r"Expected:\s+A = ", result.output)
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


def test_where_workers_could_not_meet_the_command_says_why(monkeypatch):
    monkeypatch.setattr(command, "get_temp_dir", lambda: f"/scratch/{80 * 'x'}/pymp-12345678")
    with pytest.raises(ValueError, match=r"too long a name: /scratch/x*; set TMPDIR to a shorter"):
        command.workforce(None, 2)
