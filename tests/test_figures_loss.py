import numpy as np
import pytest

from nnlib import figures, functional
from nnlib.figures import NotDrawn

LABEL_ONE = np.array([1])


def squared_error(logits, y):
    return functional.mean_squared_error(functional.sigmoid(logits), y)


def by_the_book(logits, y):
    p = functional.sigmoid(logits)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def not_written(*arguments):
    raise NotImplementedError


def test_squares_have_the_areas_of_the_errors_and_the_reader_s_mean():
    alt = figures.squared_errors(
        functional.mean_squared_error, [1, 5, 2.5], [2, 2, 2.5], ["a", "b", "c"]
    ).alt
    assert "a 1 against 2 (area 1), b 5 against 2 (area 9)" in alt
    assert alt.endswith("The mean of the 3 areas is 3.33.")


def test_surprise_is_minus_the_logarithm():
    assert "1.609 at p = 0.2 (third)" in figures.surprise({"third": 0.2}).alt


def test_marked_slopes_are_those_of_the_losses():
    alt = figures.losses_by_logit(
        {"squared": squared_error, "cross": functional.binary_cross_entropy}, mark=-5
    ).alt
    p = functional.sigmoid(np.array([-5.0]))[0]
    assert (
        f"squared at logit -5 is {(p - 1) ** 2:.3f} with slope {2 * (p - 1) * p * (1 - p):.3f}"
        in alt
    )
    assert f"cross at logit -5 is {-np.log(p):.3f} with slope {p - 1:.3f}" in alt


def test_without_a_mark_both_ends_are_described():
    alt = figures.losses_by_logit({"cross": functional.binary_cross_entropy}, reach=4).alt
    assert "at logit -4 is 4.018" in alt
    assert "at logit 4 is 0.018" in alt


def test_the_first_infinite_loss_is_named_and_only_where_there_is_one():
    alt = figures.lost_digits({"book": by_the_book, "stable": functional.binary_cross_entropy}).alt
    assert "book is at most 0.66 away from the logit while it is finite, and infinite from" in alt
    assert "stable is at most 0.00 away from the logit." in alt


def test_accuracy_is_flat_where_no_prediction_changes():
    X, y = np.array([-1.0, 0.5, 2.0]), np.array([0, 1, 1])
    alt = figures.accuracy_and_loss(
        lambda shift: np.column_stack([0 * X, X + shift]), y,
        functional.accuracy, functional.softmax_cross_entropy, np.linspace(-3, 3, 61), "shift",
    ).alt  # fmt: skip
    assert "Accuracy moves between 0.33 and 1.00 in steps" in alt
    assert "flat over 95% of the 60 small moves" in alt


@pytest.mark.parametrize(
    "figure",
    [
        lambda f: figures.squared_errors(f, [1], [2], ["a"]),
        lambda f: figures.losses_by_logit({"loss": f}),
        lambda f: figures.lost_digits({"loss": f}),
        lambda f: figures.accuracy_and_loss(
            lambda w: np.zeros((1, 2)), LABEL_ONE, f, f, np.arange(3.0), "w"
        ),
    ],
)
@pytest.mark.parametrize("function", [not_written, lambda *arguments: None, lambda a, b: a])
def test_an_unusable_function_becomes_a_sentence(figure, function):
    instead = figure(function)
    assert isinstance(instead, NotDrawn)
    assert "this figure needs a number" in instead.alt
