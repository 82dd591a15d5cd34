"""The players that turn plain data into the function which an exercise takes."""

import numpy as np
import pytest

from nnlib.checking.answer import Probe, answer
from nnlib.checking.players import SMOOTH, check_derivative, differentiate

X = np.array([[1.0, -2.0], [0.5, 3.0], [4.0, 1.5]])
F = {"f(x)": SMOOTH, "a": np.array([[1.0, 2.0], [-1.0, 0.5], [0.25, 1.5]])}


def test_the_function_is_the_one_that_its_text_says():
    value = differentiate(lambda f, x: f(x), F, X)
    assert value == pytest.approx(eval(SMOOTH, vars(np) | {"a": F["a"], "x": X}))


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_array_comes_in_the_memory_order_of_the_probe(order):
    x = np.array(X, order=order)
    flags = differentiate(lambda f, x: x.flags, F, x)
    assert flags["C_CONTIGUOUS"] == (order == "C")
    assert flags["WRITEABLE"]


@pytest.mark.parametrize(
    ("rest", "noticed"), [(0.0, False), (1e-16, False), (1e-5, True), (np.nan, True)]
)
def test_an_array_that_is_not_put_back_is_noticed_and_rounding_forgiven(rest, noticed):
    def careless(f, x, df=None):
        x[0, 1] += rest
        return 1.0

    for player, args in (("differentiate", (F, X)), ("check_derivative", (F, X, X))):
        (given,) = answer(careless, [Probe(args)], player)
        assert bool(given.changed) == noticed


def test_the_claimed_derivative_belongs_to_one_place():
    claimed = 2 * X
    at_x = check_derivative(lambda f, x, df: df(x), F, X, claimed)
    elsewhere = check_derivative(lambda f, x, df: df(x + 0.5), F, X, claimed)
    assert np.array_equal(at_x, claimed)
    assert np.array_equal(elsewhere, claimed + 0.5)


def test_a_claim_of_another_shape_keeps_it():
    assert check_derivative(lambda f, x, df: df(x), F, X, X[:1]).shape == (1, 2)


@pytest.mark.parametrize("error", [0, 3e-11, np.float64(9e-7), np.array(1e-9)])
def test_an_error_that_says_right_comes_back_as_zero(error):
    assert check_derivative(lambda f, x, df: error, F, X, X) == 0.0


@pytest.mark.parametrize("error", [1e-6, -1e-9, np.inf, None, "0", [0.0], np.zeros(2)])
def test_everything_else_comes_back_as_it_is(error):
    assert check_derivative(lambda f, x, df: error, F, X, X) is error


def test_a_value_in_the_place_of_a_number_is_named():
    class Value:
        def __init__(self, data):
            self.data, self.grad = data, 0.0

        def backward(self):
            self.grad = self

    (given,) = answer(Value, [Probe(({"L": 1.0}, "L = L"))], "calculation")
    assert given.message == "L.grad is a Value, where a number is expected"
