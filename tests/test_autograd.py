"""The graph of operations and the chain rule on it."""

import math

import numpy as np
import pytest
from autograd import grad
from hypothesis import given
from hypothesis import strategies as st

from nnlib.autograd import Value, graph_backward
from nnlib.gradcheck import numerical_gradient


def test_a_node_used_twice_hears_both():
    grads = graph_backward([(), (), (0, 1), (2, 0)], [(), (), (3.0, 2.0), (1.0, 1.0)])
    np.testing.assert_array_equal(grads, [4, 2, 1, 1])


def test_a_parent_that_stands_twice_in_one_node_is_counted_twice():
    np.testing.assert_array_equal(graph_backward([(), (0, 0)], [(), (5.0, 5.0)]), [10, 1])


def test_a_node_that_leads_nowhere_has_derivative_zero():
    np.testing.assert_array_equal(graph_backward([(), (), (0,)], [(), (), (3.0,)]), [3, 0, 1])


@given(st.integers(0, 2**32 - 1), st.integers(2, 12))
def test_a_random_linear_graph_agrees_with_central_differences(seed, size):
    rng = np.random.default_rng(seed)
    parents = [tuple(rng.integers(0, k, size=min(k, 2))) for k in range(size)]
    slopes = [tuple(rng.normal(size=len(p))) for p in parents]

    def last(offsets):
        values = []
        for k in range(size):
            inflow = sum(s * values[p] for p, s in zip(parents[k], slopes[k], strict=True))
            values.append(offsets[k] + inflow)
        return values[-1]

    expected = numerical_gradient(last, np.zeros(size))
    np.testing.assert_allclose(graph_backward(parents, slopes), expected, rtol=1e-6, atol=1e-8)


EXPRESSIONS = {
    "sum and product": lambda a, b: a * b + b * 3 + 2 * a + a,
    "difference and quotient": lambda a, b: (a - b) / (b + 4) - 1 / a + (5 - b) - a / 2,
    "powers": lambda a, b: a**3 + b**2 + a**-1 + a**0.5 + b**1 + b**0,
    "unary minus": lambda a, b: -a * -(b - 1),
}


@pytest.mark.parametrize("name", EXPRESSIONS)
@given(a=st.floats(0.1, 3), b=st.floats(-3, 3))
def test_an_expression_agrees_with_autograd(name, a, b):
    expression = EXPRESSIONS[name]
    x, y = Value(a), Value(b)
    result = expression(x, y)
    result.backward()
    assert result.data == pytest.approx(expression(a, b), rel=1e-10)
    assert x.grad == pytest.approx(grad(expression, 0)(a, b), rel=1e-10, abs=1e-12)
    assert y.grad == pytest.approx(grad(expression, 1)(a, b), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("x", [-1.5, 0.3, 2.0])
def test_functions_of_a_value_have_the_right_value_and_slope(x):
    for name, value, slope in [
        ("exp", math.exp(x), math.exp(x)),
        ("tanh", math.tanh(x), 1 - math.tanh(x) ** 2),
        ("relu", max(x, 0), float(x > 0)),
    ]:
        start = Value(x)
        result = getattr(start, name)()
        result.backward()
        assert (result.data, start.grad) == pytest.approx((value, slope), rel=1e-12)


def test_the_last_value_has_derivative_one():
    a = Value(3)
    a.backward()
    assert a.grad == 1


def test_a_thousand_operations_deep_is_not_too_deep():
    a = Value(1.0)
    result = a
    for _ in range(5000):
        result = result + a
    result.backward()
    assert a.grad == 5001


def test_a_diamond_of_forty_stages_takes_no_exponential_time():
    a = Value(1.0)
    result = a
    for _ in range(40):
        result = result + result
    result.backward()
    assert a.grad == 2.0**40


def test_a_value_as_exponent_is_refused():
    with pytest.raises(TypeError):
        Value(2) ** Value(3)


def test_a_value_shows_its_number_and_its_derivative():
    assert repr(Value(2)) == "Value(data=2, grad=0)"
