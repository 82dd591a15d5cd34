"""Sequential: a chain that fits, shows itself, and survives being saved."""

import json
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnlib.functional as F
from nnlib.layers import Conv2D, Dense, Dropout, Flatten, MaxPool2D, ReLU, Tanh
from nnlib.losses import SoftmaxCrossEntropy
from nnlib.network import Sequential, checked_batch, load


@pytest.fixture
def network(rng):
    return Sequential([Dense(5, 4, rng), ReLU(), Dense(4, 6, rng), ReLU(), Dense(6, 3, rng)])


@pytest.fixture
def images_network(rng):
    return Sequential(
        [
            Conv2D(1, 4, 3, rng, padding=1),
            ReLU(),
            MaxPool2D(2),
            Dropout(0.3, rng),
            Flatten(),
            Dense(48, 2, rng),
        ]
    )


def test_a_network_of_dense_layers_is_network_forward_and_backward(rng, network):
    X, y = rng.normal(size=(7, 5)), np.arange(7) % 3
    logits, cache = F.network_forward(X, network.parameters)
    np.testing.assert_array_equal(network.forward(X), logits)
    dlogits = F.softmax_cross_entropy_backward(logits, y)
    assert network.backward(dlogits) is None
    expected = F.network_backward(dlogits, cache, network.parameters)
    for (dW, db), (dW2, db2) in zip(network.gradients, expected, strict=True):
        np.testing.assert_array_equal(dW, dW2)
        np.testing.assert_array_equal(db, db2)


def test_the_gradient_of_the_data_comes_when_asked_for(rng, network):
    X = rng.normal(size=(7, 5))
    dX = network.backward(np.ones_like(network.forward(X)), input_gradient=True)
    moved = X.copy()
    moved[3, 2] += 1e-6
    slope = (network.forward(moved).sum() - network.forward(X).sum()) / 1e-6
    assert dX[3, 2] == pytest.approx(slope, rel=1e-4)


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1))
def test_permuting_the_batch_permutes_the_outputs_and_leaves_the_gradients(seed):
    rng = np.random.default_rng(seed)
    network = Sequential([Dense(5, 4, rng), Tanh(), Dense(4, 3, rng)])
    X, y, order = rng.normal(size=(7, 5)), np.arange(7) % 3, rng.permutation(7)
    loss = SoftmaxCrossEntropy()
    gradients = []
    for rows in (np.arange(7), order):
        loss.forward(network.forward(X[rows]), y[rows])
        network.backward(loss.backward())
        gradients.append(network.gradients)
    np.testing.assert_allclose(network.forward(X[order]), network.forward(X)[order], rtol=1e-12)
    for (dW, _), (dW2, _) in zip(*gradients, strict=True):
        np.testing.assert_allclose(dW, dW2, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_of_the_parameters_is_kept_all_the_way(rng, dtype):
    network = Sequential([Dense(5, 4, rng, dtype=dtype), ReLU(), Dense(4, 3, rng, dtype=dtype)])
    for X in (rng.normal(size=(7, 5)), rng.integers(0, 255, (7, 5)).astype(np.uint8)):
        logits = network.forward(X)
        network.backward(F.softmax_cross_entropy_backward(logits, np.arange(7) % 3))
        assert {logits.dtype, *(g.dtype for pair in network.gradients for g in pair)} == {
            np.dtype(dtype)
        }


def test_layers_of_different_dtypes_are_refused(rng):
    with pytest.raises(ValueError, match="'float32', 'float64'"):
        Sequential([Dense(5, 4, rng), ReLU(), Dense(4, 3, rng, dtype=np.float32)])


def test_layers_that_do_not_fit_are_refused_when_the_network_is_built(rng):
    with pytest.raises(ValueError, match=r"Layer 2 .*inputs=6.*\(6, 3\).*\(4,\)"):
        Sequential([Dense(5, 4, rng), ReLU(), Dense(6, 3, rng)])
    with pytest.raises(ValueError, match="at least one layer"):
        Sequential([])


def test_a_batch_that_does_not_fit_is_refused_with_both_shapes_and_the_layer(network):
    with pytest.raises(ValueError, match=r"Layer 0 .*\(7, 4\), W \(5, 4\)"):
        network.forward(np.ones((7, 4)))


def test_a_picture_that_does_not_fit_is_refused_at_the_layer_where_it_hurts(images_network):
    with pytest.raises(ValueError, match=r"Layer 5 .*\(2, 64\), W \(48, 2\)"):
        images_network.forward(np.ones((2, 1, 8, 8)))


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (np.ones((0, 5)), ValueError, r"\(0, 5\).*at least one row"),
        (np.ones(5), ValueError, r"\(5,\).*one row per example"),
        ([[1, 2, np.nan, 4, 5]], ValueError, r"nan at entry \(0, 2\)"),
        ([[1, 2, 3, 4, -np.inf]], ValueError, r"-inf at entry \(0, 4\)"),
        ([[1, 2, None, 4, 5]], TypeError, "dtype is object"),
        ([["a"] * 5], TypeError, "must hold numbers"),
    ],
)
def test_data_that_cannot_work_are_refused_with_a_sentence(network, X, error, message):
    for function in (network.forward, checked_batch):
        with pytest.raises(error, match=message):
            function(X)


def test_gradients_before_backward_say_so(network):
    with pytest.raises(RuntimeError, match="call forward, then backward"):
        _ = network.gradients


def test_backward_before_forward_says_so(network):
    with pytest.raises(RuntimeError, match="call forward on the batch first"):
        network.backward(np.ones((7, 3)))


def test_predictions_are_labels(rng, network):
    X = rng.normal(size=(7, 5))
    np.testing.assert_array_equal(network.predict(X), network.forward(X).argmax(axis=1))
    yes_or_no = Sequential([Dense(5, 1, rng)])
    np.testing.assert_array_equal(yes_or_no.predict(X), yes_or_no.forward(X)[:, 0] > 0)


def test_the_summary_counts_parameters_and_shows_shapes(images_network):
    rows = [line.split() for line in images_network.summary((1, 8, 6)).splitlines()]
    assert rows[0] == ["layer", "output", "parameters"]
    assert rows[3] == ["2", "MaxPool2D(size=2)", "(4,", "4,", "3)", "0"]
    assert rows[6][-2:] == ["(2,)", "98"]
    assert rows[-1] == ["total", "138"]


def test_the_summary_says_where_the_shape_is_unknown(images_network):
    assert images_network.summary().splitlines()[1].split()[-2:] == ["?", "40"]


@pytest.mark.parametrize("suffix", ["", ".npz"])
def test_a_saved_network_gives_the_same_outputs_when_loaded(tmp_path, rng, images_network, suffix):
    path = tmp_path / f"net.work{suffix}"
    images_network.save(path)
    assert [file.name for file in tmp_path.iterdir()] == ["net.work.npz"]
    loaded = load(path)
    X = rng.normal(size=(3, 1, 8, 6))
    np.testing.assert_array_equal(loaded.forward(X), images_network.forward(X))
    assert list(map(str, loaded.layers)) == list(map(str, images_network.layers))
    assert loaded.dtype == images_network.dtype


def test_a_saved_network_holds_no_pickle(tmp_path, network):
    network.save(tmp_path / "network.npz")
    with zipfile.ZipFile(tmp_path / "network.npz") as file:
        for name in file.namelist():
            assert b"'O'" not in file.read(name)[:128]


@pytest.mark.parametrize(
    "arrays",
    [
        {"a": np.ones(2)},
        {"layers": np.array("no json")},
        {"layers": np.array(json.dumps([("os.system", {})]))},
        {"layers": np.array(json.dumps([("Dense", {"inputs": 2, "outputs": 3})]))},
        {"layers": np.array([("Dense", {})], dtype=object)},
    ],
)
def test_a_file_that_holds_no_network_is_refused_and_never_unpickled(tmp_path, arrays):
    np.savez(tmp_path / "other.npz", **arrays)
    with pytest.raises(ValueError, match="holds no network saved by nnlib"):
        load(tmp_path / "other.npz")


def test_a_file_that_is_no_archive_is_refused(tmp_path):
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(ValueError, match="holds no network"):
        load(tmp_path / "broken.npz")
