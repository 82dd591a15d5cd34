"""The command line: a sentence and an exit status, never a traceback."""

import json

import nbformat
import pytest
from click.testing import CliRunner

from nnlib import cli
from nnlib.course import build
from nnlib.course.lab import command_line
from nnlib.course.lesson import lessons


def run(*arguments):
    return CliRunner().invoke(cli.main, list(arguments))


@pytest.fixture
def notebook(tiny_course):
    """Write the tiny lesson with another body for relu; its lesson has only that exercise."""

    def write(body, **metadata):
        (lesson,) = lessons(tiny_course)
        text = lesson.source.read_text("utf-8").replace("return np.maximum(Z, 0)", body)
        lesson.source.write_text(text, "utf-8")
        made = build.read_source(lesson)
        made.metadata["nnlib"] = metadata
        build.write(made, lesson.solution)
        return str(lesson.solution)

    return write


def test_help_lists_every_command_without_importing_them():
    shown = run("--help").output
    for name in ("lab", "check", "grade", "demo", "doctor", "build"):
        assert f"\n  {name} " in shown


@pytest.mark.parametrize("name", ["grade", "demo", "explain"])
def test_grading_elsewhere_than_on_linux_is_refused_in_a_sentence(name, monkeypatch):
    monkeypatch.setattr("sys.platform", "win32")
    done = run(name)
    assert "needs Linux" in done.output
    assert done.exit_code == 1


def test_version():
    assert run("--version").output.startswith("nnlib, version 0.")


def test_checking_a_right_notebook_exits_0(notebook):
    done = run("check", notebook("return np.maximum(Z, 0)"))
    assert "relu: right, 1 of 1 point" in done.output
    assert done.exit_code == 0


def append(path, *cells):
    made = nbformat.read(path, 4)
    made.cells += map(nbformat.v4.new_code_cell, cells)
    nbformat.write(made, path)


def test_a_slip_in_a_notebook_costs_no_other_verdict(notebook):
    path = notebook("return np.abs(Z)")
    append(path, "check(mine)")
    done = run("check", path)
    assert "there is no exercise called 'mine'" in done.output
    assert "its sign is only dropped" in done.output
    path = notebook("return np.abs(Z)")
    append(path, "relu = 5", "check(relu)")
    done = run("check", path)
    assert "check(relu): " in done.output
    assert "please report" not in done.output
    assert done.exit_code == 1


def test_checking_a_wrong_notebook_says_what_check_says_and_exits_1(notebook):
    done = run("check", notebook("return np.abs(Z)"))
    assert "its sign is only dropped" in done.output
    assert "0 of 1 points" in done.output
    assert done.exit_code == 1


def test_the_json_of_a_check_holds_the_verdicts(notebook):
    done = run("check", "--json", notebook("return np.abs(Z)"))
    report = json.loads(done.output)
    assert report["right"] is False
    assert report["verdicts"][0]["exercise"] == "relu"
    assert report["verdicts"][0]["misconceptions"] == ["absolute value"]


def test_exercises_that_a_notebook_lost_are_judged_too(notebook):
    path = notebook("return np.maximum(Z, 0)", lesson="01_forward_propagation")
    done = run("check", path)
    assert "softmax is not written yet" in done.output
    assert done.exit_code == 1


def test_a_cell_that_raises_is_named_and_the_rest_goes_on(notebook):
    done = run("check", notebook("return np.maximum(Z, 0)\nlost + 1"))
    assert "Cell 3 raised NameError" in done.output
    assert done.exit_code == 1


def test_a_check_writes_nothing(notebook, tiny_course):
    path = notebook("return np.maximum(Z, 0)")
    before = {p: p.stat().st_mtime_ns for p in tiny_course.rglob("*")}
    run("check", path)
    assert {p: p.stat().st_mtime_ns for p in tiny_course.rglob("*")} == before


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "cannot read"), ("{}", "is no notebook"), ("half writ", "is no notebook")],
)
def test_what_is_no_notebook_gets_a_sentence(tmp_path, content, says):
    path = tmp_path / "x.ipynb"
    if content is not None:
        path.write_text(content)
    done = run("check", str(path))
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert says in done.output
    assert len(done.output.splitlines()) == 1


def test_a_notebook_without_exercises_gets_a_sentence(tmp_path):
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    assert "holds no exercise" in run("check", str(path)).output


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (FileNotFoundError("no course folder here"), "Error: no course folder here\n"),
        (KeyError("no such lesson"), "Error: no such lesson\n"),
        (TypeError("unexpected"), "TypeError: unexpected. This should not happen"),
        (AssertionError(), "AssertionError: no message"),
    ],
)
def test_any_error_becomes_one_sentence(monkeypatch, error, says):
    def fail():
        raise error

    monkeypatch.setattr("nnlib.course.doctor.examine", fail)
    done = run("doctor")
    assert done.exit_code == 1
    assert says in done.output
    assert "Traceback" not in done.output


def test_a_traceback_comes_when_it_is_asked_for(monkeypatch):
    monkeypatch.setenv("NNLIB_TRACEBACK", "1")
    monkeypatch.setattr("nnlib.course.doctor.examine", lambda: 1 / 0)
    assert isinstance(run("doctor").exception, ZeroDivisionError)


def test_the_doctors_status_tells_whether_something_needed_is_missing(monkeypatch):
    from nnlib.course.doctor import Finding

    for fine, needed, status in [(True, True, 0), (False, False, 0), (False, True, 1)]:
        found = Finding("numpy", "gone", fine, "pip install numpy", needed)
        monkeypatch.setattr("nnlib.course.doctor.examine", lambda found=found: [found])
        done = run("doctor")
        assert done.exit_code == status
        assert ("pip install numpy" in done.output) is not fine


def test_lab_fills_the_desk_and_passes_its_arguments_on(tiny_course, monkeypatch):
    build.build(tiny_course, say=str)
    started = []
    monkeypatch.chdir(tiny_course)
    monkeypatch.setattr("nnlib.course.lab.start", lambda *given: started.append(given))
    done = run("lab", "--no-browser", "--port", "8899")
    desk = tiny_course / "desk"
    assert (desk / "01_forward_propagation" / "forward_propagation.ipynb").exists()
    assert started == [(desk, ("--no-browser", "--port", "8899"))]
    assert "01_forward_propagation: laid on your desk" in done.output


def test_jupyterlab_is_reachable_from_this_machine_only(tmp_path):
    line = command_line(tmp_path, ["--port", "8899"])
    assert "--ServerApp.ip=127.0.0.1" in line
    assert line[-2:] == ["--port", "8899"]


def test_build_names_the_lessons_there_are(tiny_course, monkeypatch):
    monkeypatch.chdir(tiny_course)
    done = run("build", "99_nothing")
    assert "there are: 01_forward_propagation" in done.output
    assert done.exit_code == 1
