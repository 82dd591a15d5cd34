import numpy as np
import pytest

from nnlib import figures

X = np.array([[1, -2], [3, 4], [0.5, 6]])


def test_both_sums_of_a_matrix_are_shown_with_their_shapes():
    figure = figures.axis_sums(X)
    assert "axis 0 is (4.5, 8), one number per column" in figure.alt
    assert "axis 1 is (-1, 7, 6.5), one number per row" in figure.alt
    shown = {text.get_text() for text in figure.figure.axes[0].texts}
    assert {"X.sum(axis=0), shape (2,)", "X.sum(axis=1), shape (3,)", "−1", "6.5"} <= shown


def test_what_broadcasting_repeats_stands_on_a_white_ground():
    figure = figures.broadcasting(X, [10, 20])
    assert "plus shape (2,), (10, 20), is shape (3, 2), (11, 18), (13, 24) and (10.5, 26)" in (
        figure.alt
    )
    boxes = figure.figure.axes[0].patches
    assert sum(box.get_facecolor() == (1, 1, 1, 1) for box in boxes) == 4
    shown = {text.get_text() for text in figure.figure.axes[0].texts}
    assert {"(3, 2)", "(2,), used as (3, 2)"} <= shown


def test_a_column_and_a_list_make_a_square():
    alt = figures.broadcasting(np.array([[1], [2], [3]]), [10, 20, 30]).alt
    assert "is shape (3, 3), (11, 21, 31), (12, 22, 32) and (13, 23, 33)" in alt


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="broadcast"):
        figures.broadcasting(X, [1, 2, 3])


def test_marked_entries_are_named_and_stand_on_color():
    first = np.array([[True, False], [True, False], [False, False]])
    figure = figures.number_tables({"X": X, "sum": [[4.0]]}, {"X": first})
    assert "X, shape (3, 2): (1, -2), (3, 4) and (0.5, 6), marked (1, 3)." in figure.alt
    assert "sum, shape (1, 1): (4)." in figure.alt
    boxes = figure.figure.axes[0].patches
    assert sum(box.get_facecolor() == (1, 1, 1, 1) for box in boxes) == 4
