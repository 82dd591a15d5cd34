"""A small course folder to grade in: two exercises, a test cell of another author, a question.

Not a test file: what the tests of grading share.
"""

import io
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import nbformat
from rich.console import Console

from nnlib.course import build
from nnlib.course.lesson import Lesson
from nnlib.grading.command import grade_class, prepare
from nnlib.grading.course import Course

ROOT = Path(__file__).parents[1]
LESSON = "01_forward_propagation"
TOPIC = "forward_propagation"

SOURCE = '''\
# %% [markdown]
# # Two functions
#
# With $a < b$ and <details><summary>a hint</summary>look</details>

# %% tags=["setup"]
import numpy as np
from nnlib.checking import check

# %%
def relu(Z):
    """Zero where Z is negative."""
    ### BEGIN SOLUTION
    return np.maximum(Z, 0)
    ### END SOLUTION

# %%
check(relu)

# %% tags=["demo"]
print("a long experiment")

# %% [markdown]
# The next one.

# %%
def dense_forward(X, W, b):
    """The weighted sums."""
    ### BEGIN SOLUTION
    return X @ W + b
    ### END SOLUTION

# %%
check(dense_forward)
'''

RIGHT = {
    "relu": "def relu(Z):\n    return np.where(Z > 0, Z, 0)",
    "dense_forward": "def dense_forward(X, W, b):\n    return np.einsum('nd,dh->nh', X, W) + b",
}
WRONG = {
    "relu": "def relu(Z):\n    return np.abs(Z)",
    "dense_forward": "def dense_forward(X, W, b):\n    return X @ W",
}

CLASS = {"ada": RIGHT, "bob": WRONG, "cy": {**RIGHT, "relu": WRONG["relu"]}}

MARKS = {"schema_version": 3, "task": False, "locked": False, "solution": False, "grade": False}


def others_cells():
    """What another author adds: a manually graded answer, and an ordinary test cell."""
    essay = {**MARKS, "grade_id": "essay", "grade": True, "solution": True, "points": 3}
    test = {**MARKS, "grade_id": "test_seven", "grade": True, "locked": True, "points": 2}
    return [
        nbformat.v4.new_markdown_cell("Your answer here.", metadata={"nbgrader": essay}),
        nbformat.v4.new_code_cell("seven = 8  # mend this"),
        nbformat.v4.new_code_cell("assert seven == 7", metadata={"nbgrader": test}),
    ]


def make_course(root, source=SOURCE, others=False):
    """Write a course folder with one built lesson; nothing is in the gradebook yet."""
    folder = root / "solutions" / LESSON
    folder.mkdir(parents=True)
    (folder / f"{TOPIC}.py").write_text(source, "utf-8")
    (root / "lessons").mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", root)
    lesson = Lesson(root, LESSON)
    solution = build.read_source(lesson)
    if others:
        solution.cells += others_cells()
    build.write(solution, lesson.solution)
    build.release(lesson, root / "lessons" / LESSON)
    settings = f"\nc.Run.secret = {str(root.parent / 'secret' / 'seed')!r}\n"
    settings += 'c.Run.limits = {"cell_seconds": 5, "grace": 0.5}\n'
    with open(root / "nbgrader_config.py", "a", encoding="utf-8") as file:
        file.write(settings)
    return root


def make_class(root, students=CLASS):
    """A course whose lesson is in the gradebook and was handed in by some students."""
    make_course(root)
    course = Course(root)
    course.templates(LESSON)
    course.ledger.save()
    course.ledger.end()
    for student, answers in students.items():
        hand_in(root, student, answered(root, answers), files={"notes.txt": b"mine"})
    return root


def released(root):
    """The notebook that learners get."""
    return nbformat.read(root / "lessons" / LESSON / f"{TOPIC}.ipynb", 4)


def cell_of(notebook, grade_id):
    """The cell of that id."""
    (found,) = [
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    ]
    return found


def position(notebook, grade_id):
    return notebook.cells.index(cell_of(notebook, grade_id))


def answered(root, answers=RIGHT):
    """A released notebook with answers in its cells."""
    notebook = released(root)
    for name, code in answers.items():
        cell_of(notebook, name).source = code
    return notebook


def hand_in(root, student, notebook, files=None, timestamp=None):
    """Lay a submission where the collector would."""
    folder = root / "submitted" / student / LESSON
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    text = notebook if isinstance(notebook, (str, bytes)) else nbformat.writes(notebook)
    (folder / f"{TOPIC}.ipynb").write_bytes(text if isinstance(text, bytes) else text.encode())
    for name, content in (files or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    if timestamp:
        (folder / "timestamp.txt").write_text(timestamp)
    return folder


def grading(root, **options):
    """The lesson, ready to be graded; all tests share one sandbox."""
    lesson = prepare(Course(root), LESSON, **options)
    lesson.conditions = replace(lesson.conditions, hidden=())
    return lesson


def grade(root, students=None, executor=lambda: ThreadPoolExecutor(1), **options):
    """Grade as ``nnlib grade`` does, in this process; the rows by student."""
    lesson = grading(root, **options)
    console = Console(file=io.StringIO(), width=120)
    try:
        students = students or lesson.course.students(LESSON)
        return grade_class(lesson, students, executor, 4, console).rows
    finally:
        lesson.course.ledger.end()


def executed(root, student):
    """The graded notebook of a student."""
    return nbformat.read(root / "autograded" / student / LESSON / f"{TOPIC}.ipynb", 4)


def page(root, student):
    """The feedback page of a student."""
    return (root / "feedback" / student / LESSON / f"{TOPIC}.html").read_text("utf-8")


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
