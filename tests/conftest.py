"""Fixtures that several test files share."""

import os
import shutil
from pathlib import Path

# Before NumPy: on matrices as small as ours, two threads on busy cores wait more than they work.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]

# The same examples in every run, and no clock: a busy machine fails no test.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")

TINY_LESSON = '''\
# %% [markdown]
# # A neuron fires, or not

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
6 * 7
'''


@pytest.fixture
def tiny_course(tmp_path):
    """A course folder with a lesson of one exercise, not built yet."""
    folder = tmp_path / "solutions" / "01_forward_propagation"
    folder.mkdir(parents=True)
    (folder / "forward_propagation.py").write_text(TINY_LESSON, "utf-8")
    (tmp_path / "lessons").mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A class that has handed in, not graded yet; nobody changes it."""
    import graded_course as gc

    return gc.make_class(tmp_path_factory.mktemp("made") / "course")


@pytest.fixture
def course(made, tmp_path):
    """A copy of that class for one test."""
    return Path(shutil.copytree(made, tmp_path / "course"))


@pytest.fixture(scope="module")
def undisturbed(made, tmp_path_factory):
    """What grading that class leaves behind when nothing goes wrong."""
    import graded_course as gc

    root = shutil.copytree(made, tmp_path_factory.mktemp("undisturbed") / "course")
    gc.grade(root)
    return gc.state(root)


@pytest.fixture
def rng():
    """The same random numbers for every test."""
    return np.random.default_rng(20261122)


@pytest.fixture
def torch():
    """PyTorch in double precision, where it is installed: an oracle that shares no code with us."""
    return pytest.importorskip("torch", reason="PyTorch is not installed; CI checks against it too")
