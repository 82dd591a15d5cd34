"""The door through which numbers come in, and lists of (W, b)."""

import numpy as np
import pytest

from nnlib.arrays import as_floats, map_parameters


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([1, 2], np.float64),
        ([True, False], np.float64),
        (np.ones(2, np.uint8), np.float64),
        (np.ones(2, np.float32), np.float32),
        (1.5, np.float64),
    ],
)
def test_numbers_become_floats_and_floats_stay(values, dtype):
    assert as_floats(values).dtype == dtype


@pytest.mark.parametrize("values", [["a"], [None, 1], [1j], np.array(["2026"], "datetime64")])
def test_what_is_no_number_is_refused_by_name(values):
    with pytest.raises(TypeError, match="targets must hold numbers, and its dtype is"):
        as_floats(values, "targets")


def test_lists_of_different_length_are_refused_with_the_layer():
    pair = (np.ones((2, 3)), np.ones(3))
    with pytest.raises(ValueError, match="do not match at layer 1"):
        map_parameters(np.add, [pair, pair], [pair])


def test_arrays_of_different_shape_are_refused_with_the_layer():
    with pytest.raises(ValueError, match=r"layer 0.*\(2,3\).*\(3,2\)"):
        map_parameters(np.add, [(np.ones((2, 3)), np.ones(3))], [(np.ones((3, 2)), np.ones(3))])
