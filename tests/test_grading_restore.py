"""Whatever was done to a notebook's cells, what grading relies on comes from the gradebook."""

import copy
import json

import graded_course as gc
import nbformat
import pytest
from nbgrader.preprocessors import CheckCellMetadata
from nbgrader.utils import compute_checksum

from nnlib.grading.records import to_text
from nnlib.grading.restore import restore
from nnlib.grading.submission import read_notebook
from nnlib.grading.template import template

ORDER = ["setup", "relu", "check_relu", "dense_forward", "check_dense_forward"]


class FakeGradebook:
    """The cells of a released notebook, as nbgrader's API would give them."""

    def __init__(self, notebook, shuffled=False):
        marked = [c for c in notebook.cells if "nbgrader" in c.metadata]
        cells = [self._cell(cell) for cell in marked]
        self.source_cells = cells[::-1] if shuffled else cells
        self.grade_cells = [
            c for c, m in zip(cells, marked, strict=True) if m.metadata.nbgrader.grade
        ]
        self.solution_cells = [
            c for c, m in zip(cells, marked, strict=True) if m.metadata.nbgrader.solution
        ]
        self.task_cells = []

    @staticmethod
    def _cell(cell):
        marks = cell.metadata.nbgrader
        return nbformat.NotebookNode(
            name=marks.grade_id,
            cell_type=cell.cell_type,
            source=cell.source,
            checksum=marks.checksum,
            locked=marks.locked or (marks.grade and not marks.solution),
            max_score=marks.get("points"),
        )

    def find_notebook(self, name, assignment):
        return self


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return gc.make_course(tmp_path_factory.mktemp("restore") / "course")


@pytest.fixture(scope="module")
def original(root):
    path = root / "lessons" / gc.LESSON / f"{gc.TOPIC}.ipynb"
    return template(FakeGradebook(gc.released(root), shuffled=True), gc.LESSON, gc.TOPIC, path)


@pytest.fixture
def notebook(root):
    return gc.answered(root)


def ids(notebook):
    found = [c.metadata.get("nbgrader", {}).get("grade_id") for c in notebook.cells]
    return [name for name in found if name]


def is_whole(notebook):
    """What must hold for every restored notebook."""
    nbformat.validate(notebook)
    CheckCellMetadata().preprocess(notebook, {})
    assert ids(notebook) == ORDER
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader")
        if marks and marks.locked:
            assert compute_checksum(cell) == marks.checksum
    return True


def sources(notebook):
    return {
        c.metadata.nbgrader.grade_id: c.source for c in notebook.cells if "nbgrader" in c.metadata
    }


def test_an_untouched_submission_stays_as_it_is(notebook, original):
    restored, notes = restore(notebook, original)
    assert notes == []
    assert is_whole(restored)
    assert [cell.source for cell in restored.cells] == [cell.source for cell in notebook.cells]


def test_edited_checks_and_setup_cells_are_put_right(notebook, original):
    gc.cell_of(notebook, "check_relu").source = "1.0"
    gc.cell_of(notebook, "setup").source = "check = lambda f: 1.0"
    restored, notes = restore(notebook, original)
    assert is_whole(restored)
    assert sources(restored)["check_relu"] == "check(relu)"
    assert sources(restored)["setup"].startswith("import numpy")
    assert sources(restored)["relu"] == gc.RIGHT["relu"]
    assert sorted(notes) == [
        "the cell check_relu had been edited",
        "the cell setup had been edited",
    ]


@pytest.mark.parametrize("victim", ORDER)
def test_deleted_cells_come_back_in_their_place(notebook, original, victim):
    notebook.cells.remove(gc.cell_of(notebook, victim))
    restored, notes = restore(notebook, original)
    assert is_whole(restored)
    assert notes == [f"the cell {victim} was missing"]


def test_deleting_everything_leaves_the_checks(notebook, original):
    notebook.cells = [nbformat.v4.new_markdown_cell("Nothing here.")]
    restored, _ = restore(notebook, original)
    assert is_whole(restored)
    assert restored.cells[0].source == "Nothing here."
    assert "raise" not in sources(restored)["relu"]


def test_of_duplicated_answers_the_one_that_was_written_counts(notebook, original, root):
    stub = copy.deepcopy(gc.cell_of(gc.released(root), "relu"))
    notebook.cells.insert(gc.position(notebook, "check_relu"), stub)
    restored, _ = restore(notebook, original)
    assert is_whole(restored)
    assert sources(restored)["relu"] == gc.RIGHT["relu"]
    assert sum(cell.source == stub.source for cell in restored.cells) == 0


def test_of_two_written_answers_the_last_counts(notebook, original):
    second = copy.deepcopy(gc.cell_of(notebook, "relu"))
    second.source = "def relu(Z):\n    return Z * (Z > 0)"
    notebook.cells.insert(gc.position(notebook, "relu") + 1, second)
    restored, notes = restore(notebook, original)
    assert is_whole(restored)
    assert sources(restored)["relu"] == second.source
    assert "the cell relu stood there more than once" in notes


def test_cells_in_another_order_go_back(notebook, original):
    notebook.cells.reverse()
    restored, notes = restore(notebook, original)
    assert is_whole(restored)
    assert notes == ["cells stood in another order"]


def test_swapped_labels_do_not_swap_answers(notebook, original):
    relu, dense = gc.cell_of(notebook, "relu"), gc.cell_of(notebook, "dense_forward")
    relu.source, dense.source = dense.source, relu.source
    restored, _ = restore(notebook, original)
    assert is_whole(restored)
    assert sources(restored)["relu"] == gc.RIGHT["relu"]
    assert sources(restored)["dense_forward"] == gc.RIGHT["dense_forward"]


def test_an_answer_without_its_label_is_found(notebook, original):
    del gc.cell_of(notebook, "relu").metadata["nbgrader"]
    restored, notes = restore(notebook, original)
    assert is_whole(restored)
    assert sources(restored)["relu"] == gc.RIGHT["relu"]
    assert notes == ["the cell relu had lost its label"]


def test_an_answer_in_a_new_cell_beats_the_stub(original, root):
    notebook = gc.released(root)
    notebook.cells.append(nbformat.v4.new_code_cell(gc.RIGHT["relu"]))
    restored, _ = restore(notebook, original)
    assert sources(restored)["relu"] == gc.RIGHT["relu"]


def test_an_experiment_with_the_same_name_does_not_replace_the_answer(notebook, original):
    notebook.cells.append(nbformat.v4.new_code_cell("def relu(Z): return 0"))
    restored, _ = restore(notebook, original)
    assert sources(restored)["relu"] == gc.RIGHT["relu"]
    assert restored.cells[-1].source == "def relu(Z): return 0"


def test_flags_points_types_and_ids_are_not_believed(notebook, original):
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            marks = {"points": 1e9, "grade": True, "solution": True, "locked": False, "task": True}
            cell.metadata.nbgrader.update(marks)
        cell.id = "the-same"
    relu = gc.cell_of(notebook, "relu")
    relu.cell_type = "markdown"
    gc.cell_of(notebook, "check_relu").cell_type = "raw"
    restored, _ = restore(notebook, original)
    assert is_whole(restored)
    assert gc.cell_of(restored, "check_relu").metadata.nbgrader.points == 1.0
    assert gc.cell_of(restored, "relu").cell_type == "code"
    assert len({cell.id for cell in restored.cells}) == len(restored.cells)


@pytest.mark.parametrize(
    "metadata", [{"nbgrader": 7}, {"nbgrader": {"grade_id": ["relu"]}}, {"tags": 7}]
)
def test_metadata_of_any_kind_do_no_harm(notebook, original, metadata):
    notebook.cells.append(
        nbformat.from_dict({"cell_type": "code", "source": "1", "metadata": metadata})
    )
    restored, _ = restore(notebook, original)
    assert is_whole(restored)
    assert restored.cells[-1].metadata == {}


def test_cells_that_were_added_stay_behind_their_neighbours(notebook, original):
    extra = [nbformat.v4.new_code_cell(f"extra = {i}") for i in range(3)]
    notebook.cells.insert(0, extra[0])
    notebook.cells.insert(gc.position(notebook, "relu") + 1, extra[1])
    notebook.cells.append(extra[2])
    restored, _ = restore(notebook, original)
    assert is_whole(restored)
    assert restored.cells[0].source == "extra = 0"
    assert restored.cells[gc.position(restored, "relu") + 1].source == "extra = 1"
    assert restored.cells[-1].source == "extra = 2"


def test_prose_stays_to_the_letter_and_what_could_act_is_shown_as_text(notebook, original):
    prose = notebook.cells[0].source
    notebook.cells.append(nbformat.v4.new_markdown_cell("<img src=x onerror=alert(1)>"))
    restored, _ = restore(notebook, original)
    assert restored.cells[0].source == prose
    assert restored.cells[-1].source == "<pre>&lt;img src=x onerror=alert(1)&gt;</pre>"


def test_an_unanswered_question_of_another_author_needs_no_person(tmp_path):
    root = gc.make_course(tmp_path / "course", others=True)
    path = root / "lessons" / gc.LESSON / f"{gc.TOPIC}.ipynb"
    known = template(FakeGradebook(gc.released(root)), gc.LESSON, gc.TOPIC, path)
    notebook = gc.answered(root)
    notebook.cells.remove(gc.cell_of(notebook, "essay"))
    restored, _ = restore(notebook, known)
    essay = gc.cell_of(restored, "essay")
    assert compute_checksum(essay) == essay.metadata.nbgrader.checksum  # nbgrader: no response, 0


def test_half_a_character_becomes_a_question_mark(notebook, original):
    cell = gc.cell_of(notebook, "relu")
    cell.source += "  # a\ud800b"
    restored, _ = restore(read_notebook(json.dumps(notebook).encode()), original)
    assert b"a?b" in to_text(restored).encode()
