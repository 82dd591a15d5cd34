"""Building: one source becomes an executed solution and a lesson without it."""

import json

import nbformat
import pytest

from nnlib.checking import catalogue
from nnlib.course import build, release
from nnlib.course.lesson import Lesson, course_folder, lessons


@pytest.fixture
def lesson(tiny_course):
    return Lesson(tiny_course, "01_forward_propagation")


@pytest.fixture
def edit(lesson):
    """Replace text in the lesson's source."""

    def replace(old, new):
        text = lesson.source.read_text("utf-8")
        assert old in text
        lesson.source.write_text(text.replace(old, new), "utf-8")

    return replace


def cells(path):
    return {cell.id: cell for cell in nbformat.read(path, as_version=4).cells}


def released(lesson, tmp_path):
    """The lesson as learners get it, without running the solution."""
    build.write(build.read_source(lesson), lesson.solution)
    release.release(lesson, tmp_path / "out")
    return cells(tmp_path / "out" / "forward_propagation.ipynb")


def test_cells_are_marked_by_what_they_say(lesson):
    marks = {c.id: c.metadata.get("nbgrader", {}) for c in build.read_source(lesson).cells}
    assert list(marks) == ["start", "setup", "relu", "check_relu", "check_relu-1"]
    assert marks["setup"]["locked"]
    assert marks["relu"]["solution"]
    assert not marks["relu"]["grade"]
    assert marks["check_relu"]["grade"]
    assert marks["check_relu"]["points"] == catalogue.find("relu").points
    assert marks["start"] == marks["check_relu-1"] == {}


def test_the_notebook_names_its_lesson_version_and_edition(lesson, edit):
    first = build.read_source(lesson).metadata.nnlib
    edit("# A neuron fires", "# Does a neuron fire")
    second = build.read_source(lesson).metadata.nnlib
    assert first.lesson == "01_forward_propagation"
    assert first.version == build.nnlib.__version__
    assert first.edition != second.edition


def test_building_writes_an_executed_solution_and_a_blank_lesson(lesson):
    said = []
    build.build(lesson.course, say=said.append)
    solved, blank = cells(lesson.solution), cells(lesson.released)
    assert solved["check_relu"].outputs[-1].data["text/plain"] == "1.0"
    assert solved["check_relu-1"].outputs[0].data["text/plain"] == "42"
    assert all(not cell.get("outputs") for cell in blank.values())
    assert "np.maximum" not in lesson.released.read_text("utf-8")
    assert "not written yet" in blank["relu"].source
    assert len(said) == 1


def test_building_again_does_nothing_until_something_changed(lesson, edit):
    said = []
    build.build(lesson.course, say=said.append)
    build.build(lesson.course, say=said.append)
    assert said[-1] == "01_forward_propagation: nothing changed"
    edit("6 * 7", "6 * 8")
    build.build(lesson.course, say=said.append)
    assert cells(lesson.solution)["check_relu-1"].outputs[0].data["text/plain"] == "48"


@pytest.mark.parametrize("touch", ["released", "solution", "config", "library"])
def test_whatever_a_lesson_depends_on_makes_it_stale(lesson, touch, monkeypatch):
    lesson.solution.write_text("{}")
    lesson.released.parent.mkdir()
    lesson.released.write_text("{}")
    stamps = build._Stamps(lesson.course / "stamps.json")
    stamps.record(lesson)
    assert build._Stamps(lesson.course / "stamps.json").fresh(lesson)
    if touch == "library":
        monkeypatch.setattr(build, "version", lambda tool: "99")
    else:
        path = lesson.course / "nbgrader_config.py" if touch == "config" else getattr(lesson, touch)
        path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    assert not stamps.fresh(lesson)


def test_a_forced_build_gives_the_same_bytes(lesson):
    build.build(lesson.course, say=str)
    before = lesson.released.read_bytes(), lesson.solution.read_bytes()
    build.build(lesson.course, force=True, say=str)
    assert (lesson.released.read_bytes(), lesson.solution.read_bytes()) == before


def test_what_is_printed_in_pieces_is_written_as_one_output(lesson, edit):
    edit("import numpy as np\n", "import numpy as np\nprint('one', flush=True)\nprint('two')\n")
    build.build(lesson.course, say=str)
    [setup, *_] = [c for c in cells(lesson.solution).values() if "import numpy" in c.source]
    assert [output.text for output in setup.outputs] == ["one\ntwo\n"]


def test_no_timestamp_and_no_python_version_is_written(lesson):
    build.build(lesson.course, say=str)
    notebook = json.loads(lesson.solution.read_text("utf-8"))
    assert "version" not in notebook["metadata"]["language_info"]
    assert all("execution" not in cell["metadata"] for cell in notebook["cells"])


def test_files_beside_the_source_are_released_and_the_source_is_not(lesson, tmp_path):
    (lesson.source.parent / "photo.png").write_bytes(b"\x89PNG")
    released(lesson, tmp_path)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["forward_propagation.ipynb", "photo.png"]


def test_an_exercise_with_a_starter_hands_it_out(lesson, tmp_path, monkeypatch):
    def broken(Z):
        """Not this docstring."""
        # the wrong way round
        A = Z.copy()
        A[A > 0] = 0
        return A

    monkeypatch.setattr(catalogue.find("relu"), "starter", broken)
    source = released(lesson, tmp_path)["relu"].source
    body = "    # the wrong way round\n    A = Z.copy()\n    A[A > 0] = 0\n    return A"
    assert source.endswith(f'negative."""\n{body}')


def test_a_solution_region_outside_a_function_is_refused(lesson, edit):
    edit("6 * 7", "### BEGIN SOLUTION\n6 * 7\n### END SOLUTION")
    with pytest.raises(ValueError, match="must stand in a function"):
        build.read_source(lesson)


def test_a_second_check_of_the_same_exercise_is_refused(lesson, edit):
    edit("6 * 7", "check(relu)")
    with pytest.raises(ValueError, match="check_relu stands twice"):
        build.read_source(lesson)


def test_a_cell_that_fails_ends_the_build_and_writes_nothing(lesson, edit):
    edit("6 * 7", "6 / 0")
    with pytest.raises(RuntimeError, match="01_forward_propagation: a cell of"):
        build.build(lesson.course, say=str)
    assert not lesson.solution.exists()
    assert not lesson.released.exists()


def test_checking_what_is_no_exercise_is_refused(lesson, edit):
    edit("check(relu)", "check(rleu)")
    with pytest.raises(LookupError, match="did you mean relu"):
        build.read_source(lesson)


def test_an_unknown_lesson_is_named_with_those_there_are(lesson):
    with pytest.raises(LookupError, match="there are: 01_forward_propagation"):
        build.build(lesson.course, ["01_forward"], say=str)


def test_the_course_folder_is_found_from_below_and_missed_elsewhere(lesson, tmp_path, monkeypatch):
    assert course_folder(lesson.source.parent) == lesson.course.resolve()
    assert lessons(lesson.course) == [lesson]
    monkeypatch.setattr("nnlib.__file__", str(tmp_path / "site-packages" / "nnlib" / "x.py"))
    with pytest.raises(FileNotFoundError, match="expected one that holds lessons/"):
        course_folder(tmp_path.parent)
