import numpy as np
import pytest

from nnlib import figures, functional
from nnlib.autograd import graph_backward
from nnlib.figures import NotDrawn
from nnlib.gradcheck import numerical_gradient


def forward_difference(f, x, h):
    return np.array([(f(x + h) - f(x)) / h])


def cube(x):
    return float(x[0] * x[0] * x[0])


def not_written(*arguments):
    raise NotImplementedError


def test_secants_have_the_slopes_of_the_two_differences():
    alt = figures.secants(lambda x: x**3, 12.0, 2.0, 0.5).alt
    assert "forward difference has slope 15.25 and the central difference has slope 12.25" in alt


def test_central_differences_are_better_by_far_and_best_at_a_larger_step():
    alt = figures.error_by_step(
        {"forward": forward_difference, "central": numerical_gradient}, cube, 12.0, 2.0
    ).alt
    forward, central = (part.split("least around h = ")[1] for part in alt.split(";"))
    best = [float(text.split(",")[0]) for text in (forward, central)]
    error = [float(text.split("about ")[1].split(",")[0]) for text in (forward, central)]
    assert best[1] > 30 * best[0]
    assert error[1] < 0.01 * error[0]


def test_local_gradients_are_the_reader_s_own():
    alt = figures.local_gradients(
        {
            "sigmoid": lambda z: functional.sigmoid_backward(1.0, functional.sigmoid(z)),
            "half": lambda z: 0.5 * (z > 0),
        }
    ).alt
    assert "sigmoid is 0.002 at z = -6, at most 0.25 and 0.002 at z = 6" in alt
    assert "half is 0.000 at z = -6, at most 0.50 and 0.500" in alt


def test_a_difference_across_the_kink_is_neither_slope():
    alt = figures.kink(numerical_gradient, functional.relu, 1e-3, 4e-4).alt
    assert "at z = 0.0004 reaches across the kink and has slope 0.7" in alt
    assert "from 0 to 1 between z = -0.001 and z = 0.001" in alt


def test_the_graph_writes_local_derivatives_on_its_edges():
    names, parents, values = (
        ["a", "b", "u = a · b", "L = u + a"],
        [(), (), (0, 1), (2, 0)],
        [2, 3, 6, 8],
    )
    local_grads = [(), (), (3, 2), (1, 1)]
    gradients = graph_backward(parents, local_grads)
    figure = figures.computation_graph(names, parents, values, gradients, local_grads)
    assert (
        "edge from a to u 3; edge from b to u 2; edge from u to L 1; edge from a to L 1"
        in figure.alt
    )
    written = [text.get_text() for text in figure.figure.axes[0].texts]
    assert [text for text in written if text and text in "123"] == ["3", "2", "1", "1"]


def test_an_arrow_goes_around_the_box_in_its_way():
    chain = figures.computation_graph(["a", "b", "c"], [(), (0,), (1,)], [1, 2, 3])
    skip = figures.computation_graph(["a", "b", "c"], [(), (0,), (1, 0)], [1, 2, 3])
    straight, bent = (
        [
            t.arrow_patch.get_connectionstyle().rad
            for t in f.figure.axes[0].texts
            if hasattr(t, "arrow_patch")
        ]
        for f in (chain, skip)
    )
    assert straight == [0, 0]
    assert bent[:2] == [0, 0]
    assert bent[2] < 0


@pytest.mark.parametrize(
    "figure",
    [
        lambda f: figures.error_by_step({"central": f}, cube, 12.0, 2.0),
        lambda f: figures.local_gradients({"ReLU": f}),
        lambda f: figures.kink(f, functional.relu, 1e-3, 4e-4),
        lambda f: figures.kink(numerical_gradient, f, 1e-3, 4e-4),
    ],
)
@pytest.mark.parametrize("function", [not_written, lambda *arguments: None])
def test_an_unusable_function_becomes_a_sentence(figure, function):
    instead = figure(function)
    assert isinstance(instead, NotDrawn)
    assert instead.alt.endswith(".")
