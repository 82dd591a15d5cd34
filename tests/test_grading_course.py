"""What surrounds the submissions of a class: lesson files, settings, seeds, persons' grades."""

import csv
import subprocess
import sys

import graded_course as gc
import nbformat
import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from nnlib import cli
from nnlib.grading import isolation, ledger
from nnlib.grading.command import prepare
from nnlib.grading.course import Course
from nnlib.grading.feedback import settings_of


def set_up(root, line):
    with open(root / "nbgrader_config.py", "a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")


def grade(root, monkeypatch, *arguments):
    monkeypatch.chdir(root)
    return CliRunner().invoke(cli.main, ["grade", *arguments])


def test_the_lessons_own_files_lie_beside_every_submission_and_win(course):
    lesson = course / "solutions" / gc.LESSON
    (lesson / "scale.txt").write_text("1")
    (lesson / "data").mkdir()
    (lesson / "data" / "more.txt").write_text("1")
    code = (
        "scale = float(open('scale.txt').read()) * float(open('data/more.txt').read())\n"
        "def relu(Z):\n    return scale * np.maximum(Z, 0)"
    )
    notebook = gc.answered(course, {**gc.RIGHT, "relu": code})
    gc.hand_in(course, "bare", notebook)
    gc.hand_in(course, "sly", notebook, files={"scale.txt": b"0", "data": b"in the way"})
    rows = gc.grade(course)
    assert [rows[student].scores["check_relu"] for student in ("bare", "sly")] == [1.0, 1.0]
    assert (course / "autograded" / "sly" / gc.LESSON / "scale.txt").read_text() == "1"
    (lesson / "scale.txt").write_text("2")
    assert gc.grade(course)["bare"].scores["check_relu"] == 0.0


def test_a_persons_grade_and_comment_reach_the_page_without_another_run_of_the_work(course):
    gc.grade(course)
    first = gc.page(course, "ada")
    assert ".highlight .c {" in first  # the steps of the exporter, too
    assert "(Score: 2.0 / 2.0)" in first
    assert gc.grade(course)["ada"].status == "unchanged"
    assert gc.page(course, "ada") == first
    with Gradebook(f"sqlite:///{course}/gradebook.db", "backpropagation") as book:
        book.find_comment("relu", gc.TOPIC, gc.LESSON, "ada").manual_comment = "elegant"
        book.db.commit()
    assert gc.grade(course)["ada"].status == "unchanged"
    assert "elegant" in gc.page(course, "ada")


def test_however_many_students_have_not_changed_few_are_held_at_once(course, monkeypatch):
    gc.grade(course)
    monkeypatch.setattr(ledger, "REMEMBERED", 2)
    lesson = gc.grading(course)
    held = []
    for student in ("ada", "bob", "cy"):
        assert lesson.course.scores(student, gc.LESSON, [gc.TOPIC])
        held.append(len(lesson.course.ledger._rows))
    lesson.course.ledger.end()
    assert held == [1, 2, 1]


def test_a_notebook_that_was_not_handed_in_earns_nothing(course):
    for folder in ("solutions", "lessons"):
        home = course / folder / gc.LESSON
        (home / "extra.ipynb").write_bytes((home / f"{gc.TOPIC}.ipynb").read_bytes())
    (course / "gradebook.db").unlink()
    assert gc.grade(course)["ada"].status == "graded"
    with Gradebook(f"sqlite:///{course}/gradebook.db", "backpropagation") as book:
        missing = book.find_submission_notebook("extra", gc.LESSON, "ada")
        assert [(g.auto_score, g.needs_manual_grade) for g in missing.grades] == [(0, False)] * 2
        assert book.find_submission_notebook(gc.TOPIC, gc.LESSON, "ada").score == 2


def test_a_page_that_cannot_be_written_takes_no_points_out_of_the_table(course):
    (course / "feedback").write_text("not a folder")
    row = gc.grade(course)["ada"]
    assert (row.status, row.scores["check_relu"]) == ("graded", 1.0)
    assert "its feedback page could not be written" in row.reason
    with open(course / "reports" / f"{gc.LESSON}.csv", encoding="utf-8", newline="") as file:
        line = next(csv.DictReader(file))
    assert (line["status"], line["total"]) == ("graded", "2.0")


def test_a_change_of_nbgraders_settings_grades_again(course):
    gc.hand_in(course, "ada", gc.answered(course), timestamp="2026-11-02 00:00:00 UTC")
    with Gradebook(f"sqlite:///{course}/gradebook.db", "backpropagation") as book:
        book.update_or_create_assignment(gc.LESSON, duedate="2026-11-01 00:00:00 UTC")
    gc.grade(course)
    assert gc.grade(course)["ada"].status == "unchanged"
    set_up(course, 'c.LateSubmissionPlugin.penalty_method = "zero"')
    assert gc.grade(course)["ada"].status == "graded"
    with Gradebook(f"sqlite:///{course}/gradebook.db", "backpropagation") as book:
        (notebook,) = book.find_submission(gc.LESSON, "ada").notebooks
        assert notebook.late_submission_penalty == notebook.score == 2


def change_points(root):
    for folder in ("solutions", "lessons"):
        path = root / folder / gc.LESSON / f"{gc.TOPIC}.ipynb"
        notebook = nbformat.read(path, 4)
        gc.cell_of(notebook, "check_relu").metadata.nbgrader.points = 7
        nbformat.write(notebook, path)


def test_a_lesson_that_changed_before_it_was_graded_is_taken_as_it_is_now(course):
    change_points(course)
    assert gc.grade(course)["ada"].scores["check_relu"] == 7.0


def test_a_lesson_that_changed_after_it_was_graded_is_said(course, monkeypatch):
    assert "has changed since" not in grade(course, monkeypatch, gc.LESSON).output
    change_points(course)
    shown = grade(course, monkeypatch, f"solutions/{gc.LESSON}/").output
    assert "has changed since it was given out" in shown
    assert "3 unchanged" in shown


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("c.Run.limits = {", "nbgrader_config.py cannot be read: SyntaxError"),
        ("c.Run.limits = {'cell_second': 30}", "c.Run.limits in nbgrader_config.py"),
        ("c.Run.limits = {'seconds': '30'}", "the limit seconds must be a number, not '30'"),
        ("c.Run.isolation = 'bublewrap'", "isolation"),
    ],
)
def test_a_slip_in_the_settings_is_named(course, monkeypatch, line, sentence):
    set_up(course, line)
    done = grade(course, monkeypatch, gc.LESSON)
    assert done.exit_code == 1
    assert sentence in done.output
    assert "please report" not in done.output


def test_pages_travel_without_the_way_into_the_gradebook(course):
    set_up(course, 'c.CourseDirectory.db_url = "postgresql://me:password@host/book"')
    set_up(course, "c.GenerateFeedback.exclude_input = True")
    assert settings_of(Course.settings(course)) == {"GenerateFeedback": {"exclude_input": True}}


def test_the_exchange_is_hidden_from_submissions(course, tmp_path):
    set_up(course, f"c.Exchange.root = {str(tmp_path / 'exchange')!r}")
    lesson = prepare(Course(course), gc.LESSON)
    lesson.course.ledger.end()
    assert lesson.conditions.hidden == (str(course), str(tmp_path / "exchange"))


def test_a_folder_in_the_system_is_covered_or_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(isolation, "SYSTEM", (str(tmp_path),))
    for name in ("view", "system/exchange", "system/python"):
        (tmp_path / name).mkdir(parents=True)
    seen = isolation.mounts(tmp_path / "view", [tmp_path / "system" / "exchange"])
    assert (str(tmp_path / "view" / "empty"), str(tmp_path / "system" / "exchange")) in seen
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "system" / "python"))
    with pytest.raises(ValueError, match="move the course elsewhere"):
        isolation.mounts(tmp_path / "view", [tmp_path / "system"])


INTERRUPTED = """
import multiprocessing, os, signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from nnlib.grading.pool import begin_worker
if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, begin_worker, (os.getpid(),)) as pool:
        os.kill(pool.submit(os.getpid).result(), signal.SIGINT)
        try:
            pool.submit(input).result()
        except BrokenProcessPool:
            print("ended")
"""


def test_an_interrupt_ends_a_worker_without_a_word(tmp_path):
    script = tmp_path / "interrupted.py"
    script.write_text(INTERRUPTED)
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.stdout, done.stderr) == ("ended\n", "")
