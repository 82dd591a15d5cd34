"""The secret seed: made once, kept private, different for everybody, the same every time."""

import stat

import pytest

from nnlib.checking import catalogue
from nnlib.grading.secret import Secret, open_secret, secret_path


@pytest.fixture
def course(tmp_path):
    (tmp_path / "course").mkdir()
    return tmp_path / "course"


def test_it_is_made_on_first_use_for_its_owner_alone(tmp_path, course):
    path = tmp_path / "config" / "seed"
    secret = open_secret(path, course)
    assert secret.created
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = open_secret(path, course)
    assert not again.created
    assert again.key == secret.key
    assert again.id == secret.id


def test_it_does_not_show_itself(tmp_path, course):
    secret = open_secret(tmp_path / "seed", course)
    shown = repr(secret) + secret.advice() + secret.id
    assert secret.key.hex() not in shown
    assert str(secret.path) in secret.advice()


def test_seeds_depend_on_student_lesson_and_exercise():
    secret = Secret(bytes(32), None)
    relu, sigmoid = catalogue.find("relu"), catalogue.find("sigmoid")
    seeds = {secret.seed(student, e) for student in ("ada", "bob") for e in (relu, sigmoid)}
    assert len(seeds) == 4
    assert secret.seed("ada", relu) == secret.seed("ada", relu)
    assert all(0 <= seed < 2**64 for seed in seeds)
    assert Secret(bytes([1] * 32), None).seed("ada", relu) not in seeds


def test_a_whole_class_can_be_asked_the_same(monkeypatch):
    relu = catalogue.find("relu")
    monkeypatch.setattr(relu, "shared_seed", True)
    secret = Secret(bytes(32), None)
    assert secret.seed("ada", relu) == secret.seed("bob", relu)


def test_it_may_not_lie_in_the_course_folder(course):
    with pytest.raises(ValueError, match="lies in the course folder"):
        open_secret(course / "seed", course)


def test_others_may_not_read_it(tmp_path, course):
    path = open_secret(tmp_path / "seed", course).path
    path.chmod(0o644)
    with pytest.raises(PermissionError, match="chmod 600"):
        open_secret(path, course)


@pytest.mark.parametrize("content", ["", "abc", "zz" * 32, "00" * 31])
def test_a_damaged_file_is_named(tmp_path, course, content):
    path = tmp_path / "seed"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(ValueError, match="expected 64 hexadecimal digits"):
        open_secret(path, course)


def test_no_course_goes_on_with_another_one_unawares(tmp_path, course):
    first, second = tmp_path / "first", tmp_path / "second"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    secret = open_secret(first, course)
    secret.remember(course)
    known = secret.id
    with pytest.raises(FileNotFoundError, match=f"made with one .id {known}"):
        open_secret(second, course)
    assert not second.exists()
    other = open_secret(second, elsewhere).id
    replaced = open_secret(second, course)
    assert replaced.id == other
    assert f"replaces the one of id {known}" in replaced.advice()
    replaced.remember(course)
    assert "replaces" not in open_secret(second, course).advice()
    second.unlink()
    assert open_secret(second, course, other=True).created


def test_its_place_can_be_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("NNLIB_SECRET", str(tmp_path / "mine"))
    assert secret_path() == tmp_path / "mine"
    monkeypatch.delenv("NNLIB_SECRET")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert secret_path() == tmp_path / "nnlib" / "secret-seed"
