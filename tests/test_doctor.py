"""The doctor: what is there, what is missing, and how to get it."""

from importlib import metadata

import pytest
from packaging.requirements import Requirement

from nnlib.course import doctor


@pytest.fixture
def installed(monkeypatch):
    """Pretend that these packages are installed, and no others."""

    def pretend(**versions):
        def version(name):
            if name not in versions:
                raise metadata.PackageNotFoundError(name)
            return versions[name]

        monkeypatch.setattr(metadata, "version", version)

    return pretend


def finding(text, extra=""):
    return doctor._package(Requirement(text), extra, "the lessons")


def test_here_and_now_nothing_that_lessons_need_is_missing():
    packages = [*doctor._packages(), doctor._python(), doctor._kernel()]
    assert [f.what for f in packages if f.needed and not f.fine] == []


def test_every_requirement_is_looked_at_once():
    names = [f.what for f in doctor._packages()]
    assert len(names) == len(set(names))
    assert {"nnlib", "numpy", "jupytext", "pytest", "dask", "psycopg"} <= set(names)


def test_a_missing_package_is_a_fault_and_its_cure_a_command(installed):
    installed()
    found = finding("numpy>=2.0")
    assert (found.fine, found.needed) == (False, True)
    assert 'pip install "numpy>=2.0"' in doctor.line(found)


def test_an_old_package_is_a_fault(installed):
    installed(numpy="1.26.4")
    found = finding("numpy>=2.0")
    assert (found.fine, found.needed) == (False, True)
    assert "1.26.4" in doctor.line(found)


def test_a_missing_extra_is_no_fault(installed):
    installed()
    found = finding('dask[distributed]>=2024.8; extra == "cluster"', extra="cluster")
    assert (found.fine, found.needed) == (False, False)
    assert 'pip install "dask[distributed]>=2024.8"' in doctor.line(found)


def test_an_old_python_is_a_fault(monkeypatch):
    monkeypatch.setattr("sys.version_info", (3, 10, 4))
    assert "install Python >=3.11" in doctor.line(doctor._python())


def test_a_kernel_of_another_python_is_a_fault(monkeypatch):
    spec = type("Spec", (), {"argv": ["/elsewhere/bin/python", "-m", "ipykernel"]})
    monkeypatch.setattr(
        "jupyter_client.kernelspec.KernelSpecManager.get_kernel_spec", lambda self, name: spec
    )
    found = doctor._kernel()
    assert not found.fine
    assert "/elsewhere/bin/python" in found.state


def test_no_course_folder_is_a_fault(monkeypatch):
    def none():
        raise FileNotFoundError("no course folder at x")

    monkeypatch.setattr(doctor, "course_folder", none)
    assert not doctor._lessons().fine


def test_a_machine_without_linux_is_told_what_grading_needs(monkeypatch):
    monkeypatch.setattr("sys.platform", "darwin")
    found = doctor._isolation()
    assert found.fine
    assert "WSL" in found.state
