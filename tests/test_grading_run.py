"""A restored notebook is run: outputs as a kernel leaves them, verdicts that are ours."""

import copy
import re

import graded_course as gc
import nbformat
import pytest

from nnlib.checking import catalogue
from nnlib.checking.answer import Answer
from nnlib.checking.assessment import PUBLIC_SEED
from nnlib.grading.examiner import exercise_in
from nnlib.grading.pool import sandbox
from nnlib.grading.run import run
from nnlib.grading.sandbox import Limits, Played, Ran

SEEDS = {"relu": 1, "dense_forward": 2}
LIMITS = Limits(cell_seconds=2, grace=0.5)


def code(source, **metadata):
    return nbformat.v4.new_code_cell(source, metadata=metadata)


def graded(grade_id, source, points=1.0):
    marks = {**gc.MARKS, "grade_id": grade_id, "grade": True, "locked": True, "points": points}
    return code(source, nbgrader=marks)


def check(name, points=1.0):
    return graded(f"check_{name}", f"check({name})", points)


def graded_run(*cells, seeds=SEEDS, **options):
    cells = copy.deepcopy([code("import numpy as np"), *cells])
    notebook = nbformat.v4.new_notebook(cells=cells)
    report = run(notebook, sandbox("auto", LIMITS).session, seeds, **options)
    nbformat.validate(notebook)
    return notebook, report


def points(cell):
    """What nbgrader reads from a check cell."""
    (result,) = [o for o in cell.outputs if o.output_type == "execute_result"]
    return float(result.data["text/plain"])


RELU, DENSE = code(gc.RIGHT["relu"]), code(gc.RIGHT["dense_forward"])


def test_what_is_right_on_public_questions_alone_earns_nothing_whoever_asked_before():
    public = {
        probe.args[0].tobytes() for probe in catalogue.find("sigmoid_backward").ask(PUBLIC_SEED)
    }
    sly = code(
        f"def sigmoid_backward(dA, A):\n    known = dA.tobytes() in {public!r}\n"
        "    return dA * A * (1 - A) if known else dA"
    )
    user = code("def neuron_gradients(x, w, b, y):\n    return sigmoid_backward(w, x), 0")
    checks = [check("neuron_gradients"), check("sigmoid_backward")]
    seeds = {"sigmoid_backward": 1, "neuron_gradients": 2}
    _, report = graded_run(sly, user, *checks, seeds=seeds)
    assert report.verdicts["check_sigmoid_backward"].score == 0


def test_it_looks_as_if_a_kernel_had_run_it():
    talk = code("import sys\nprint('a')\nprint('b', file=sys.stderr)\ndisplay('c')\n1 / 0")
    value = code("x = 6\n%timeit -n1 -r1 pass\nx * 7")
    notebook, _ = graded_run(talk, code("   "), value)
    kinds = [(o.output_type, o.get("name", "")) for o in notebook.cells[1].outputs]
    assert kinds == [
        ("stream", "stdout"),
        ("stream", "stderr"),
        ("display_data", ""),
        ("error", ""),
    ]
    assert notebook.cells[1].outputs[-1].ename == "ZeroDivisionError"
    assert notebook.cells[3].outputs[-1].data["text/plain"] == "42"
    assert [cell.execution_count for cell in notebook.cells] == [1, 2, None, 3]
    assert notebook.cells[3].outputs[-1].execution_count == 3


def test_a_check_is_judged_outside_and_written_as_a_kernel_would():
    notebook, report = graded_run(RELU, check("relu", points=3))
    verdict, result = notebook.cells[2].outputs
    assert verdict.data["text/plain"] == "relu: right, 3 of 3 points."
    assert "<dl" in verdict.data["text/html"]
    assert result.data["text/plain"] == "3.0"
    assert report.verdicts["check_relu"].earned == 3.0


def test_a_check_that_the_submission_redefines_is_not_called():
    forged = code("def check(f): return 1.0\ncheck.earned = 1")
    notebook, _ = graded_run(code(gc.WRONG["relu"]), forged, check("relu"))
    assert points(notebook.cells[3]) == 0.0


def test_a_forged_result_and_a_warning_before_a_check_change_nothing():
    forge = code(
        "def relu(Z):\n    import warnings, sys\n    warnings.warn('x')\n    print('1.0')\n"
        "    print('oops', file=sys.stderr)\n    return np.maximum(Z, 0)"
    )
    notebook, _ = graded_run(forge, check("relu"))
    assert points(notebook.cells[2]) == 1.0
    assert all(o.output_type != "stream" for o in notebook.cells[2].outputs)


@pytest.mark.parametrize(
    "body", ["import os; os._exit(0)", "import ctypes; ctypes.string_at(0)", "raise SystemExit"]
)
def test_a_function_that_ends_its_process_costs_its_own_points_only(body):
    deadly = code(f"def relu(Z):\n    {body}")
    notebook, report = graded_run(deadly, check("relu"), DENSE, check("dense_forward"))
    assert points(notebook.cells[2]) == 0.0
    assert points(notebook.cells[4]) == 1.0
    assert set(report.verdicts) == {"check_relu", "check_dense_forward"}


def test_two_deadly_functions_and_a_deadly_cell_leave_the_rest():
    cells = [
        code("import os; os._exit(3)"),
        code("def relu(Z): os._exit(1)\nimport os"),
        check("relu"),
        DENSE,
        check("dense_forward"),
    ]
    notebook, report = graded_run(*cells)
    assert points(notebook.cells[5]) == 1.0
    assert "status 3" in notebook.cells[1].outputs[-1].evalue
    assert len(report.notes) == 2


def test_an_endless_function_is_stopped_and_the_rest_counts():
    endless = code("def relu(Z):\n    while True: pass")
    notebook, _ = graded_run(endless, check("relu"), DENSE, check("dense_forward"))
    assert points(notebook.cells[2]) == 0.0
    said = notebook.cells[2].outputs[0].data["text/plain"]
    assert re.search(
        r"for it (used more|took longer) than 2 seconds.*does a loop never end\?", said
    )
    assert points(notebook.cells[4]) == 1.0


def test_an_endless_cell_is_interrupted_with_a_sentence():
    stubborn = code(
        "while True:\n    try:\n        while True: pass\n    except BaseException: break"
    )
    notebook, _ = graded_run(stubborn, RELU, check("relu"))
    assert notebook.cells[1].outputs[-1].ename == "CellTimeoutError"
    assert "longer than 2 seconds" in notebook.cells[1].outputs[-1].evalue
    assert points(notebook.cells[3]) == 1.0


def test_a_missing_function_is_told_and_earns_nothing():
    notebook, _ = graded_run(check("relu"))
    assert points(notebook.cells[1]) == 0.0


def test_an_early_mistake_is_not_counted_twice():
    network = code(
        "def network_forward(X, params):\n    A, cache = X, []\n"
        "    for i, (W, b) in enumerate(params):\n        Z = dense_forward(A, W, b)\n"
        "        cache.append((A, Z))\n        A = relu(Z) if i < len(params) - 1 else Z\n"
        "    return A, cache"
    )
    seeds = {**SEEDS, "network_forward": 3}
    wrong = code(gc.WRONG["dense_forward"])
    checks = check("dense_forward"), check("network_forward", 4)
    _, report = graded_run(RELU, wrong, network, *checks, seeds=seeds)
    verdict = report.verdicts["check_network_forward"]
    assert verdict.earned == 4.0
    assert "mend that first" in verdict.notes[0]
    assert "relu" not in verdict.notes[0]


def test_a_helper_that_is_right_and_slow_is_not_counted_twice():
    slow = """
import sys, time
def relu(Z):
    if sys._getframe(1).f_code.co_name == "network_forward":
        time.sleep(5)
    return np.maximum(Z, 0)
"""
    network = """
def network_forward(X, params):
    cache = []
    for k, (W, b) in enumerate(params):
        Z = X @ W + b
        cache.append((X, Z))
        X = relu(Z) if k < len(params) - 1 else Z
    return X, cache
"""
    cells = [code(slow), check("relu"), code(network), check("network_forward", 4.0)]
    notebook, report = graded_run(*cells, seeds={"relu": 1, "network_forward": 2})
    assert [points(notebook.cells[k]) for k in (2, 4)] == [1.0, 4.0]
    (note,) = report.verdicts["check_network_forward"].notes
    assert "calls your relu, and ran out of time" in note


def test_demos_are_left_out_with_a_note_unless_asked_for():
    demo = code("print('long')", tags=["demo"])
    notebook, _ = graded_run(demo, RELU, check("relu"))
    assert "Left out while grading" in notebook.cells[1].outputs[0].text
    assert points(notebook.cells[3]) == 1.0
    notebook, _ = graded_run(demo, demo=True)
    assert notebook.cells[1].outputs[0].text == "long\n"


@pytest.mark.parametrize(
    "answer",
    [
        "def relu(Z):\n    return np.maximum(Z, zero)",
        "def relu(Z):\n    return helper(Z)",
        "def relu(Z):\n    return [np.maximum(row, zero) for row in [Z]][0]",
        "def relu(Z, floor=zero):\n    return np.maximum(Z, floor)",
    ],
)
def test_a_demo_is_run_where_an_answer_needs_what_it_defines(answer):
    helper = code("def helper(Z):\n    return np.maximum(Z, zero)")
    demo = code("if True:\n    zero, other = 0, 1", tags=["demo"])
    notebook, _ = graded_run(demo, helper, code(answer), check("relu"))
    assert points(notebook.cells[4]) == 1.0


def test_a_local_name_needs_no_demo():
    demo = code("Z = 3\nprint('long')", tags=["demo"])
    notebook, _ = graded_run(demo, RELU, check("relu"))
    assert "Left out while grading" in notebook.cells[1].outputs[0].text


def test_test_cells_of_others_run_as_in_nbgrader():
    good, bad = graded("a", "assert 1 == 1", 2), graded("b", "assert 1 == 2", 2)
    partial = graded("c", "0.5", 2)
    notebook, report = graded_run(good, bad, partial)
    assert notebook.cells[1].outputs == []
    assert notebook.cells[2].outputs[0].ename == "AssertionError"
    assert points(notebook.cells[3]) == 0.5
    assert report.verdicts == {}


def test_a_result_above_the_points_costs_them_and_not_the_submission():
    notebook, _ = graded_run(graded("a", "1e9", 2))
    assert notebook.cells[1].outputs[0].ename == "ImpossiblePoints"


def test_what_a_learner_shows_is_made_harmless():
    show = code("from IPython.display import HTML\nHTML('<script>alert(1)</script>')")
    notebook, _ = graded_run(show)
    assert "text/html" not in notebook.cells[1].outputs[0].data


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("check(relu)", "relu"),
        ("check(relu)  # mine", "relu"),
        ("check(relu); x", None),
        ("check(relu, 'sigmoid')", None),
        ("check(nobody)", None),
        ("check(relu) or 1", None),
        ("check(*relu)", None),
        ("not python (", None),
    ],
)
def test_a_check_is_recognized_by_its_whole_text(source, name):
    exercise = exercise_in(source)
    assert (exercise.name if exercise else None) == name


class Liar:
    """A session whose submission answers as it likes."""

    ended = ""

    def __init__(self, answers):
        self._answers = answers

    def close(self):
        pass

    def run_cell(self, source, count=None):
        return Ran()

    def play(self, name, probes, player="call", **_):
        return Played(self._answers(probes))


@pytest.mark.parametrize(
    "answers",
    [
        lambda probes: [],
        lambda probes: [Answer("returned", p.args[0] * (p.args[0] > 0)) for p in probes[:1]],
        lambda probes: [Answer("returned", 0.0, changed=("99",)) for p in probes],
        lambda probes: [Answer("returned", 0.0, changed=("²",)) for p in probes],
        lambda probes: [Answer("returned", {"a": {}}, shared=((10**9, "x"),)) for p in probes],
        lambda probes: [Answer("stopped")],
    ],
    ids=["silent", "one answer", "no such argument", "odd digit", "odd value", "stopped"],
)
def test_strange_answers_earn_nothing_and_end_nothing(answers):
    notebook = nbformat.v4.new_notebook(cells=[check("relu")])
    report = run(notebook, lambda: Liar(answers), SEEDS)
    assert points(notebook.cells[0]) == 0.0
    assert report.verdicts["check_relu"].score == 0


def test_honest_answers_of_the_same_fake_earn_everything():
    def answers(probes):
        return [Answer("returned", p.args[0] * (p.args[0] > 0)) for p in probes]

    notebook = nbformat.v4.new_notebook(cells=[check("relu")])
    run(notebook, lambda: Liar(answers), SEEDS)
    assert points(notebook.cells[0]) == 1.0
