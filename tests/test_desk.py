"""The learner's desk: lessons arrive on it, work on it is never touched."""

import json

import pytest

from nnlib.course import desk


def notebook(text, edition="a1"):
    return json.dumps({"cells": [text], "metadata": {"nnlib": {"edition": edition}}})


@pytest.fixture
def lessons(tmp_path):
    folder = tmp_path / "lessons" / "01_forward_propagation"
    (folder / "images").mkdir(parents=True)
    (folder / "forward_propagation.ipynb").write_text(notebook("question"))
    (folder / "images" / "cat.png").write_bytes(b"\x89PNG")
    return tmp_path / "lessons"


def test_a_lesson_is_copied_whole(lessons, tmp_path):
    told = desk.fill(lessons, tmp_path / "desk")
    copied = tmp_path / "desk" / "01_forward_propagation"
    assert (copied / "forward_propagation.ipynb").read_text() == notebook("question")
    assert (copied / "images" / "cat.png").read_bytes() == b"\x89PNG"
    assert told == ["01_forward_propagation: laid on your desk"]


def test_filling_twice_says_nothing_and_changes_nothing(lessons, tmp_path):
    desk.fill(lessons, tmp_path / "desk")
    mine = tmp_path / "desk" / "01_forward_propagation" / "forward_propagation.ipynb"
    mine.write_text(notebook("my answer"))
    assert desk.fill(lessons, tmp_path / "desk") == []
    assert mine.read_text() == notebook("my answer")


def test_a_new_edition_is_told_and_the_old_one_kept(lessons, tmp_path):
    desk.fill(lessons, tmp_path / "desk")
    name = "01_forward_propagation/forward_propagation.ipynb"
    (lessons / name).write_text(notebook("a better question", edition="b2"))
    (told,) = desk.fill(lessons, tmp_path / "desk")
    assert "newer edition" in told
    assert "rename your folder" in told
    assert (tmp_path / "desk" / name).read_text() == notebook("question")


def test_a_deleted_file_comes_back_and_its_neighbours_stay(lessons, tmp_path):
    desk.fill(lessons, tmp_path / "desk")
    copied = tmp_path / "desk" / "01_forward_propagation"
    (copied / "forward_propagation.ipynb").unlink()
    (copied / "images" / "cat.png").write_bytes(b"a dog")
    desk.fill(lessons, tmp_path / "desk")
    assert (copied / "forward_propagation.ipynb").exists()
    assert (copied / "images" / "cat.png").read_bytes() == b"a dog"


def test_a_notebook_that_cannot_be_read_is_left_alone(lessons, tmp_path):
    desk.fill(lessons, tmp_path / "desk")
    mine = tmp_path / "desk" / "01_forward_propagation" / "forward_propagation.ipynb"
    mine.write_text("half writ")
    assert "newer edition" in desk.fill(lessons, tmp_path / "desk")[0]
    assert mine.read_text() == "half writ"


def test_a_copy_that_fails_leaves_no_half_file(lessons, tmp_path, monkeypatch):
    def full_disk(path):
        raise OSError("no space left")

    monkeypatch.setattr("pathlib.Path.read_bytes", full_disk)
    with pytest.raises(OSError, match="no space"):
        desk.fill(lessons, tmp_path / "desk")
    assert not [path for path in (tmp_path / "desk").rglob("*") if path.is_file()]
