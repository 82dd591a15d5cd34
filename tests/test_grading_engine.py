"""A class is graded: who gets what, what is written where, and what a run may not lose."""

import csv
import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import graded_course as gc
import nbformat
import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

import nnlib
from nnlib import functional
from nnlib.checking import assess, catalogue
from nnlib.course.demo import source_of
from nnlib.grading import command
from nnlib.grading.course import Course
from nnlib.grading.work import code_version, work


@pytest.fixture(scope="session")
def template_course(tmp_path_factory):
    """A course whose lesson is in the gradebook, made once."""
    root = gc.make_course(tmp_path_factory.mktemp("grading") / "course")
    course = Course(root)
    course.templates(gc.LESSON)
    course.ledger.save()
    course.ledger.end()
    return root


@pytest.fixture
def course(template_course, tmp_path):
    """A copy of it for one test."""
    root = tmp_path / "course"
    shutil.copytree(template_course, root)
    settings = (root / "nbgrader_config.py").read_text("utf-8")
    old = str(template_course.parent / "secret" / "seed")
    new = str(tmp_path / "secret" / "seed")
    (root / "nbgrader_config.py").write_text(settings.replace(old, new), "utf-8")
    return root


def gradebook(root):
    return Gradebook(f"sqlite:///{root}/gradebook.db", "backpropagation")


def test_right_wrong_and_blank_get_what_they_earned(course):
    gc.hand_in(course, "ada", gc.answered(course))
    gc.hand_in(course, "bob", gc.answered(course, gc.WRONG))
    gc.hand_in(course, "cy", gc.released(course))
    rows = gc.grade(course)
    assert rows["ada"].scores == {"check_relu": 1.0, "check_dense_forward": 1.0}
    assert rows["bob"].scores == {"check_relu": 0.0, "check_dense_forward": 0.0}
    assert rows["cy"].scores == {"check_relu": 0.0, "check_dense_forward": 0.0}
    recognized = {key: v["misconceptions"][0] for key, v in rows["bob"].verdicts.items()}
    assert recognized == {"check_relu": "absolute value", "check_dense_forward": "no bias"}
    assert "not written yet" in str(rows["cy"].verdicts["check_relu"]["faults"])
    with gradebook(course) as book:
        scores = {
            s.student.id: (s.score, s.needs_manual_grade)
            for s in book.find_assignment(gc.LESSON).submissions
        }
    assert scores == {"ada": (2.0, False), "bob": (0.0, False), "cy": (0.0, False)}
    assert "absolute value" not in gc.page(course, "bob")
    assert "its sign is only dropped" in gc.page(course, "bob")
    assert "right, 1 of 1 point" in gc.page(course, "ada")


def test_a_fresh_clone_needs_no_generate_assignment(course):
    (course / "gradebook.db").unlink()
    before = sorted(path.name for path in (course / "lessons").rglob("*"))
    gc.hand_in(course, "ada", gc.answered(course))
    assert gc.grade(course)["ada"].status == "graded"
    assert sorted(path.name for path in (course / "lessons").rglob("*")) == before


def test_unchanged_work_is_not_graded_again(course):
    gc.hand_in(course, "ada", gc.answered(course))
    first = gc.grade(course)["ada"]
    again = gc.grade(course)["ada"]
    assert (first.status, again.status) == ("graded", "unchanged")
    assert again.scores == first.scores
    assert again.verdicts["check_relu"]["earned"] == 1.0
    gc.hand_in(course, "ada", gc.answered(course, gc.WRONG))
    assert gc.grade(course)["ada"].status == "graded"
    assert gc.grade(course, force=True)["ada"].status == "graded"


def test_a_lost_gradebook_is_filled_again(course):
    gc.hand_in(course, "ada", gc.answered(course))
    gc.grade(course)
    (course / "gradebook.db").unlink()
    assert gc.grade(course)["ada"].status == "graded"


def test_a_lost_feedback_page_is_rendered_again(course):
    gc.hand_in(course, "ada", gc.answered(course))
    gc.grade(course)
    shutil.rmtree(course / "feedback")
    assert gc.grade(course)["ada"].status == "unchanged"
    assert "right, 1 of 1 point" in gc.page(course, "ada")


def written(root):
    """Every file of a course folder."""
    return {p: p.read_bytes() for p in root.rglob("*") if p.is_file() and p.suffix != ".lock"}


def test_a_dry_run_writes_nothing_and_tells_what_would_change(course):
    gc.hand_in(course, "ada", gc.answered(course))
    gc.grade(course)
    gc.hand_in(course, "ada", gc.answered(course, {**gc.RIGHT, "relu": gc.WRONG["relu"]}))
    before = written(course)
    row = gc.grade(course, dry=True)["ada"]
    assert row.changes == {"check_relu": (1.0, 0.0)}
    assert written(course) == before


def test_a_changed_exercise_regrades_and_a_dry_run_tells_first(course, monkeypatch):
    gc.hand_in(course, "ada", gc.answered(course))
    gc.hand_in(course, "bob", gc.answered(course, gc.WRONG))
    gc.grade(course)
    monkeypatch.setattr(catalogue.find("relu"), "reference", functional.sigmoid)
    for module in ("command", "work"):
        monkeypatch.setattr(f"nnlib.grading.{module}.code_version", lambda *_: "0.1.0+changed")
    before = written(course)
    rows = gc.grade(course, dry=True)
    assert rows["ada"].changes == {"check_relu": (1.0, 0.0)}
    assert not rows["bob"].changes
    assert written(course) == before
    rows = gc.grade(course)
    assert rows["ada"].scores == {"check_relu": 0.0, "check_dense_forward": 1.0}
    assert gc.grade(course)["ada"].status == "unchanged"


def test_what_is_changed_touches_the_lessons_that_depend_on_it(tmp_path, monkeypatch):
    home = tmp_path / "nnlib"
    shutil.copytree(Path(nnlib.__file__).parent, home)
    monkeypatch.setattr(nnlib, "__file__", str(home / "__init__.py"))

    def versions_after_changing(path):
        with open(home / path, "a", encoding="utf-8") as file:
            file.write("\n# changed\n")
        return [code_version.__wrapped__(name) for name in ("forward_propagation", "loss")]

    first, second = versions_after_changing("cli.py")
    assert versions_after_changing("figures/__init__.py") == [first, second]
    assert versions_after_changing("exercises/loss/softmax.py")[0] == first
    third, fourth = versions_after_changing("exercises/forward_propagation/relu.py")
    assert third != first
    assert fourth != second  # through softmax alone
    assert versions_after_changing("exercises/forward_propagation/relu.py")[1] == fourth
    assert len({fourth, *versions_after_changing("checking/judge.py")}) == 3
    shared = ("exercises/_labels.py", "datasets/drawn.py", "training/__init__.py")
    versions = [versions_after_changing(path)[1] for path in ("cli.py", *shared)]
    assert len(set(versions)) == 4


def test_a_changed_seed_regrades(course, tmp_path):
    gc.hand_in(course, "ada", gc.answered(course))
    gc.grade(course)
    (tmp_path / "secret" / "seed").write_text("ab" * 32)
    before = written(course)
    assert gc.grade(course, dry=True)["ada"].status == "graded"
    assert written(course) == before
    assert gc.grade(course)["ada"].status == "graded"
    assert gc.grade(course)["ada"].status == "unchanged"


def test_a_changed_limit_regrades_and_a_dry_run_tells_first(course, monkeypatch):
    hungry = "room = bytearray(300 * 2**20)\n" + gc.RIGHT["relu"]
    gc.hand_in(course, "ada", gc.answered(course, {**gc.RIGHT, "relu": hungry}))
    assert gc.grade(course)["ada"].scores["check_relu"] == 1.0
    with open(course / "nbgrader_config.py", "a", encoding="utf-8") as file:
        file.write("\nc.Run.limits['memory'] = 100 * 2**20\n")
    before = written(course)
    monkeypatch.chdir(course)
    monkeypatch.setattr(command, "workforce", lambda *_: (lambda: ThreadPoolExecutor(1), 3))
    shown = CliRunner().invoke(command.grade, [gc.LESSON, "--dry-run"]).output
    assert re.search(r"Scores that change.*ada\W+relu\W+1\W+0\W", shown, re.DOTALL), shown
    assert "no grade was changed" in shown
    assert written(course) == before
    assert gc.grade(course)["ada"].scores == {"check_relu": 0.0, "check_dense_forward": 1.0}


def test_manual_scores_and_comments_survive_a_regrade(course):
    gc.hand_in(course, "ada", gc.answered(course, gc.WRONG))
    gc.grade(course)
    with gradebook(course) as book:
        grade = book.find_grade("check_relu", gc.TOPIC, gc.LESSON, "ada")
        grade.manual_score = 0.5
        book.find_comment("relu", gc.TOPIC, gc.LESSON, "ada").manual_comment = "nearly"
        book.db.commit()
    gc.grade(course, force=True)
    with gradebook(course) as book:
        assert book.find_grade("check_relu", gc.TOPIC, gc.LESSON, "ada").score == 0.5
        assert book.find_comment("relu", gc.TOPIC, gc.LESSON, "ada").comment == "nearly"
    assert "nearly" in gc.page(course, "ada")


def test_the_same_submission_gets_the_same_grade_a_hundred_times(course):
    careless = "def relu(Z):\n    return np.where(Z > 0, Z, np.random.rand())"
    gc.hand_in(course, "ada", gc.answered(course, {**gc.WRONG, "relu": careless}))
    lesson = gc.grading(course)
    job = lesson.job("ada")
    lesson.course.ledger.end()
    first = work(job)
    assert first.verdicts[gc.TOPIC]["check_relu"]["score"] < 1
    for _ in range(99):
        again = work(job)
        assert (again.verdicts, again.notebooks) == (first.verdicts, first.notebooks)


def test_duplicated_cells_and_ids_cost_nothing_and_are_said(course):
    twice = json.loads(nbformat.writes(gc.answered(course)))
    twice["cells"] += json.loads(nbformat.writes(gc.released(course)))["cells"]
    for cell in twice["cells"]:
        cell["id"] = "one-for-all"
    gc.hand_in(course, "ada", json.dumps(twice))
    row = gc.grade(course)["ada"]
    assert row.scores == {"check_relu": 1.0, "check_dense_forward": 1.0}
    assert "the cell relu stood there more than once" in row.notes


def test_what_cannot_be_graded_gets_a_sentence_and_the_others_their_grades(course):
    whole = nbformat.writes(gc.answered(course))
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}
    other_kernel = gc.answered(course)
    other_kernel.metadata.kernelspec = {"name": "ir", "language": "R", "display_name": "R"}
    other_kernel.metadata.pop("language_info")
    empty = gc.answered(course)
    empty.cells = []
    other_lesson = gc.answered(course)
    other_lesson.metadata.nnlib.lesson = "02_loss"
    other_version = gc.answered(course)
    other_version.metadata.nnlib.version = "99.0.0"
    gc.hand_in(course, "half-written", whole[: len(whole) // 2])
    gc.hand_in(course, "bytes", b"\xff\xfe\x00")
    gc.hand_in(course, "old-format", json.dumps(old))
    gc.hand_in(course, "other-kernel", other_kernel)
    gc.hand_in(course, "empty", empty)
    gc.hand_in(course, "other-lesson", other_lesson)
    gc.hand_in(course, "other-version", other_version)
    gc.hand_in(course, "too-large", whole + " " * (21 * 2**20))
    gc.hand_in(course, "deep", "[" * 100_000)
    renamed = gc.hand_in(course, "renamed", whole)
    (renamed / f"{gc.TOPIC}.ipynb").rename(renamed / "mine.ipynb")
    gc.hand_in(course, "ada", gc.answered(course))
    rows = gc.grade(course)
    assert rows["ada"].status == "graded"
    reasons = {row.student: row.reason for row in rows.values() if row.status == "not graded"}
    for student, words in {
        "half-written": "damaged or incomplete",
        "bytes": "damaged or incomplete",
        "deep": "damaged or incomplete",
        "old-format": "format 3",
        "other-kernel": "runs R; expected Python",
        "empty": "no cells",
        "other-lesson": "the notebook of 02_loss",
        "other-version": "version 99.0.0",
        "too-large": "too large",
        "renamed": "found mine.ipynb",
    }.items():
        assert words in reasons.pop(student)
    assert not reasons


def test_the_class_ends_in_a_csv_file_and_a_log(course):
    gc.hand_in(course, "=cmd()", gc.answered(course, gc.WRONG))
    gc.hand_in(course, "\x1b[31mred", b"{")
    gc.grade(course)
    with open(course / "reports" / f"{gc.LESSON}.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["student"] for row in rows] == ["?[31mred", "'=cmd()"]
    assert rows[1]["relu: recognized"] == "absolute value"
    log = (course / "reports" / f"{gc.LESSON}.jsonl").read_text("utf-8").splitlines()
    events = [json.loads(line) for line in log]
    assert [event["event"] for event in events] == ["begin", "student", "student", "end"]
    assert events[0]["seed"]
    assert events[0]["conditions"]["limits"]["cell_seconds"] == 5


def test_a_missing_secret_is_not_replaced_behind_your_back(course, tmp_path):
    gc.hand_in(course, "ada", gc.answered(course))
    gc.grade(course)
    (tmp_path / "secret" / "seed").unlink()
    with pytest.raises(FileNotFoundError, match="grades were made with one"):
        gc.grade(course)
    assert gc.grade(course, new_seed=True)["ada"].status == "graded"


def test_files_beside_a_notebook_are_there_and_links_are_not_followed(course, tmp_path):
    (tmp_path / "private").write_text("a secret of the instructor")
    notebook = gc.answered(course, {**gc.RIGHT, "relu": "from helper import relu"})
    helper = b"import numpy as np\ndef relu(Z): return np.maximum(0, Z)"
    folder = gc.hand_in(course, "ada", notebook, files={"helper.py": helper})
    (folder / "data.txt").symlink_to(tmp_path / "private")
    assert gc.grade(course)["ada"].scores["check_relu"] == 1.0
    graded = course / "autograded" / "ada" / gc.LESSON
    assert sorted(path.name for path in graded.iterdir()) == [f"{gc.TOPIC}.ipynb", "helper.py"]


def test_late_penalties_are_those_of_nbgrader(course):
    with gradebook(course) as book:
        book.update_or_create_assignment(gc.LESSON, duedate="2026-11-01 00:00:00 UTC")
    plugin = '\nc.LateSubmissionPlugin.penalty_method = "zero"\n'
    with open(course / "nbgrader_config.py", "a") as file:
        file.write(plugin)
    gc.hand_in(course, "late", gc.answered(course), timestamp="2026-11-02 00:00:00 UTC")
    gc.hand_in(course, "early", gc.answered(course), timestamp="2026-10-02 00:00:00 UTC")
    gc.grade(course)
    with gradebook(course) as book:
        found = {
            s.student.id: (s.score, s.late_submission_penalty)
            for s in book.find_assignment(gc.LESSON).submissions
        }
    assert found["late"][1] == 2.0
    assert not found["early"][1]


CATALOGUE = [
    (exercise.name, wrong.name)
    for exercise in catalogue.of_lesson(gc.LESSON)
    if exercise.name in gc.RIGHT
    for wrong in exercise.misconceptions
]


def test_verdicts_in_the_sandbox_and_in_process_agree(course):
    """Every misconception of both exercises, each by a student of its own."""
    lesson = gc.grading(course)
    lesson.course.ledger.end()
    wanted = {}
    for number, (name, wrong) in enumerate(CATALOGUE):
        exercise = catalogue.find(name)
        function = next(m.function for m in exercise.misconceptions if m.name == wrong)
        student = f"s{number:02}"
        gc.hand_in(
            course, student, gc.answered(course, {**gc.RIGHT, name: source_of(function, name)})
        )
        shown = assess(name, function)
        graded = assess(name, function, lesson.secret.seed(student, exercise))
        wanted[student] = (f"check_{name}", graded.score, shown.misconceptions, shown.hints)
    rows = gc.grade(course)
    assert len(rows) == len(CATALOGUE)
    for student, (key, score, misconceptions, hints) in wanted.items():
        verdict = rows[student].verdicts[key]
        assert verdict["score"] == score
        assert tuple(verdict["misconceptions"]) == misconceptions
        assert tuple(verdict["hints"]) == hints


def test_graded_questions_differ_between_students_and_do_not_appear(course):
    answers = {**gc.RIGHT, "relu": "def relu(Z):\n    print(Z)\n    return np.abs(Z)"}
    for student in ("ada", "bob"):
        gc.hand_in(course, student, gc.answered(course, answers))
    gc.grade(course)
    lesson = gc.grading(course)
    relu = catalogue.find("relu")
    seeds = [lesson.secret.seed(student, relu) for student in ("ada", "bob")]
    lesson.course.ledger.end()
    assert seeds[0] != seeds[1]
    shown = [str(gc.cell_of(gc.executed(course, s), "check_relu").outputs) for s in ("ada", "bob")]
    assert shown[0] == shown[1]  # drawn from the public seed
