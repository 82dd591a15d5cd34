"""Layers: what they remember, what they refuse, and that they are the formulas."""

import numpy as np
import pytest

import nnlib.functional as F
from nnlib.gradcheck import compare_gradients
from nnlib.initializers import glorot_init
from nnlib.layers import (
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPool2D,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
)

LAYERS = {
    "Dense": (lambda rng: Dense(5, 4, rng), (7, 5)),
    "Conv2D": (lambda rng: Conv2D(3, 4, 2, rng, stride=2, padding=1), (2, 3, 6, 5)),
    "MaxPool2D": (lambda rng: MaxPool2D(2), (2, 3, 7, 5)),
    "Flatten": (lambda rng: Flatten(), (2, 3, 4, 5)),
    "ReLU": (lambda rng: ReLU(), (7, 5)),
    "Sigmoid": (lambda rng: Sigmoid(), (7, 5)),
    "Tanh": (lambda rng: Tanh(), (7, 5)),
    "Softmax": (lambda rng: Softmax(), (7, 5)),
    "Dropout": (lambda rng: Dropout(0.3, rng), (7, 5)),
}


def test_every_layer_of_the_library_is_tested_here():
    assert {name for name, kind in Layer.kinds.items() if kind.__module__ == "nnlib.layers"} == {
        *LAYERS,
        "Activation",
    }


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_agrees_with_central_differences(rng, name):
    make, shape = LAYERS[name]
    layer, X = make(rng), rng.normal(size=shape)
    dA = rng.normal(size=layer.forward(X).shape)
    dX = layer.backward(dA)
    report = compare_gradients(lambda X: (dA * layer.forward(X)).sum(), X, dX)
    assert report.error < 1e-7, report
    for key, array in layer.parameters.items():

        def loss(value, key=key):
            layer.parameters[key] = value
            return (dA * layer.forward(X)).sum()

        report = compare_gradients(loss, array, layer.gradients[key])
        layer.parameters[key] = array
        assert report.error < 1e-7, f"{key}: {report}"


@pytest.mark.parametrize("name", LAYERS)
def test_the_output_has_the_shape_that_was_announced(rng, name):
    make, shape = LAYERS[name]
    layer = make(rng)
    out = layer.forward(rng.normal(size=shape))
    assert out.shape == (shape[0], *layer.output_shape(shape[1:]))


@pytest.mark.parametrize("name", LAYERS)
def test_backward_before_forward_says_so(rng, name):
    layer = LAYERS[name][0](rng)
    with pytest.raises(RuntimeError, match=rf"{name}\(.*call forward on the batch first"):
        layer.backward(np.ones((2, 3)))


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_that_is_not_first_never_touches_its_arguments(rng, name):
    make, shape = LAYERS[name]
    layer, X = make(rng), rng.normal(size=shape)
    before = X.copy()
    dA = rng.normal(size=layer.forward(X, training=True).shape)
    upstream = dA.copy()
    layer.backward(dA)
    np.testing.assert_array_equal(X, before)
    np.testing.assert_array_equal(dA, upstream)


def test_the_first_dense_layer_saves_the_gradient_nobody_asked_for(rng):
    layer = Dense(5, 4, rng)
    layer.forward(rng.normal(size=(7, 5)))
    dA = rng.normal(size=(7, 4))
    layer.backward(dA)
    full = layer.gradients
    assert layer.backward(dA, input_gradient=False) is None
    for key in ("W", "b"):
        np.testing.assert_array_equal(layer.gradients[key], full[key])


def test_dropout_drops_while_training_and_only_then(rng):
    layer, X = Dropout(0.3, rng), rng.normal(size=(7, 5))
    assert layer.forward(X) is X
    out = layer.forward(X, training=True)
    dropped = out == 0
    assert dropped.any()
    np.testing.assert_allclose(out[~dropped], X[~dropped] / 0.7)
    dA = rng.normal(size=X.shape)
    np.testing.assert_allclose(layer.backward(dA), np.where(dropped, 0, dA / 0.7))


def test_a_dense_layer_starts_as_it_is_told():
    one = Dense(5, 4, np.random.default_rng(1), init=glorot_init, dtype=np.float32)
    [(W, _)] = glorot_init([5, 4], np.random.default_rng(1))
    np.testing.assert_array_equal(one.parameters["W"], W.astype(np.float32))
    assert {array.dtype for array in one.parameters.values()} == {np.dtype(np.float32)}


def test_a_layer_is_its_formula(rng):
    X = rng.normal(size=(7, 5))
    for layer, formula in ((ReLU(), F.relu), (Sigmoid(), F.sigmoid), (Softmax(), F.softmax)):
        np.testing.assert_array_equal(layer.forward(X), formula(X))


def test_a_layer_shows_its_settings(rng):
    assert repr(Dense(5, 4, rng)) == "Dense(inputs=5, outputs=4)"
    assert repr(Dropout(0.3, rng)) == "Dropout(drop_prob=0.3)"
    assert repr(ReLU()) == "ReLU()"
