"""The formulas: against central differences, against independent oracles, and by their laws."""

from itertools import pairwise

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from hypothesis import given, settings
from hypothesis import strategies as st

import nnlib.functional as F
from nnlib.gradcheck import compare_gradients, numerical_gradient

N, D, H, C = 7, 5, 4, 3

seeds = st.integers(0, 2**32 - 1)


def draw(seed, *shape):
    """Normal numbers, moved away from 0, where ReLU has its kink."""
    Z = np.random.default_rng(seed).normal(size=shape)
    return Z + np.sign(Z) * 0.01


def ones(*shape):
    return np.ones(shape)


def jacobian_error(forward, backward, x):
    """Largest disagreement over all entries of the Jacobian, one output at a time."""
    worst = 0.0
    output = forward(x)
    for k in range(output.size):
        upstream = np.zeros(output.size)
        upstream[k] = 1
        claimed = backward(upstream.reshape(output.shape))
        report = compare_gradients(lambda x, k=k: forward(x).flat[k], x, claimed, tolerance=np.inf)
        if np.any(claimed):
            worst = max(worst, report.error)
        else:
            np.testing.assert_array_equal(
                numerical_gradient(lambda x, k=k: forward(x).flat[k], x), 0
            )
    return worst


ACTIVATIONS = {
    "relu": (F.relu, lambda dA, Z: F.relu_backward(dA, Z)),
    "sigmoid": (F.sigmoid, lambda dA, Z: F.sigmoid_backward(dA, F.sigmoid(Z))),
    "tanh": (F.tanh, lambda dA, Z: F.tanh_backward(dA, F.tanh(Z))),
    "softmax": (F.softmax, lambda dA, Z: F.softmax_backward(dA, F.softmax(Z))),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_agrees_with_central_differences(name):
    forward, backward = ACTIVATIONS[name]
    Z = draw(1, H, C)
    assert jacobian_error(forward, lambda dA: backward(dA, Z), Z) < 1e-7


@pytest.mark.parametrize("argument", range(3))
def test_dense_backward_agrees_with_central_differences(argument):
    arguments = [draw(1, N, D), draw(2, D, H), draw(3, H)]

    def forward(x):
        return F.dense_forward(*arguments[:argument], x, *arguments[argument + 1 :])

    X, W, _ = arguments
    assert (
        jacobian_error(
            forward, lambda dZ: F.dense_backward(dZ, X, W)[argument], arguments[argument]
        )
        < 1e-7
    )


@pytest.mark.parametrize("argument", range(3))
@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1), (3, 2)])
def test_conv2d_backward_agrees_with_central_differences(argument, stride, padding):
    arguments = [draw(1, 2, 3, 6, 5), draw(2, 4, 3, 3, 2), draw(3, 4)]

    def forward(x):
        given = [*arguments[:argument], x, *arguments[argument + 1 :]]
        return F.conv2d_forward(*given, stride, padding)

    X, W, _ = arguments
    dZ = draw(4, *forward(arguments[argument]).shape)
    claimed = F.conv2d_backward(dZ, X, W, stride, padding)[argument]
    report = compare_gradients(lambda x: (dZ * forward(x)).sum(), arguments[argument], claimed)
    assert report.error < 1e-7, report


def test_max_pool_backward_agrees_with_central_differences():
    X = draw(1, 2, 3, 7, 5)
    assert (
        jacobian_error(
            lambda X: F.max_pool_forward(X, 2), lambda dA: F.max_pool_backward(dA, X, 2), X
        )
        < 1e-7
    )


def test_of_equal_entries_the_first_takes_the_whole_derivative():
    dX = F.max_pool_backward(np.array([[[[3.0]]]]), np.ones((1, 1, 2, 2)), 2)
    np.testing.assert_array_equal(dX, [[[[3.0, 0.0], [0.0, 0.0]]]])


@pytest.mark.parametrize(
    ("loss", "backward", "y"),
    [
        (F.mean_squared_error, F.mean_squared_error_backward, draw(2, N, C)),
        (F.softmax_cross_entropy, F.softmax_cross_entropy_backward, np.arange(N) % C),
        (F.binary_cross_entropy, F.binary_cross_entropy_backward, np.arange(N) % 2),
    ],
)
def test_a_loss_agrees_with_central_differences(loss, backward, y):
    outputs = draw(1, N) if loss is F.binary_cross_entropy else draw(1, N, C)
    report = compare_gradients(lambda x: loss(x, y), outputs, backward(outputs, y))
    assert report.error < 1e-7, report


def test_dropout_backward_agrees_with_central_differences():
    A, dout = draw(1, N, H), draw(2, N, H)
    _, mask = F.dropout_forward(A, 0.3, np.random.default_rng(5))

    def loss(A):
        return (dout * F.dropout_forward(A, 0.3, np.random.default_rng(5))[0]).sum()

    report = compare_gradients(loss, A, F.dropout_backward(dout, mask, 0.3))
    assert report.error < 1e-7, report


def test_neuron_gradients_agree_with_central_differences():
    x, w, b, y = draw(1, D), draw(2, D), 0.3, 0.8
    dw, db, dx = F.neuron_gradients(x, w, b, y)

    def loss(x, w, b):
        return (1 / (1 + np.exp(-(w @ x + b))) - y) ** 2

    assert compare_gradients(lambda w: loss(x, w, b), w, dw).error < 1e-7
    assert compare_gradients(lambda x: loss(x, w, b), x, dx).error < 1e-7
    assert compare_gradients(lambda b: loss(x, w, b[0]), np.array([b]), np.array([db])).error < 1e-7


def network(seed=3, sizes=(D, H, 6, C)):
    return [
        (draw(seed + k, fan_in, fan_out), draw(seed + 10 + k, fan_out))
        for k, (fan_in, fan_out) in enumerate(pairwise(sizes))
    ]


@pytest.mark.parametrize("sizes", [(D, C), (D, H, C), (D, H, 6, C)])
def test_network_backward_agrees_with_autograd(sizes):
    X, y, params = draw(1, N, D), np.arange(N) % C, network(3, sizes)

    def loss(params):
        A = X
        for W, b in params[:-1]:
            A = anp.maximum(anp.dot(A, W) + b, 0)
        Z = anp.dot(A, params[-1][0]) + params[-1][1]
        Z = Z - anp.max(Z, axis=1, keepdims=True)
        log_P = Z - anp.log(anp.sum(anp.exp(Z), axis=1, keepdims=True))
        return -anp.mean(log_P[np.arange(N), y])

    logits, cache = F.network_forward(X, params)
    assert F.softmax_cross_entropy(logits, y) == pytest.approx(loss(params), rel=1e-10)
    grads = F.network_backward(F.softmax_cross_entropy_backward(logits, y), cache, params)
    for ours, theirs in zip(grads, grad(loss)(params), strict=True):
        np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-10, atol=1e-14)
        np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-10, atol=1e-14)


ORACLES = {
    "sigmoid": lambda Z: 1 / (1 + anp.exp(-Z)),
    "tanh": lambda Z: 1 - 2 / (anp.exp(2 * Z) + 1),
    "softmax": lambda Z: anp.exp(Z) / anp.sum(anp.exp(Z), axis=1, keepdims=True),
    "relu": lambda Z: Z * (Z > 0),
}


@pytest.mark.parametrize("name", ORACLES)
def test_an_activation_agrees_with_autograd(name):
    forward, backward = ACTIVATIONS[name]
    Z, dA = draw(1, N, C), draw(2, N, C)
    np.testing.assert_allclose(forward(Z), ORACLES[name](Z), rtol=1e-10)
    theirs = grad(lambda Z: anp.sum(dA * ORACLES[name](Z)))(Z)
    np.testing.assert_allclose(backward(dA, Z), theirs, rtol=1e-10, atol=1e-13)


def test_binary_cross_entropy_agrees_with_autograd():
    logits, y = draw(1, N), np.arange(N) % 2

    def loss(z):
        P = 1 / (1 + anp.exp(-z))
        return -anp.mean(y * anp.log(P) + (1 - y) * anp.log(1 - P))

    assert F.binary_cross_entropy(logits, y) == pytest.approx(loss(logits), rel=1e-10)
    np.testing.assert_allclose(
        F.binary_cross_entropy_backward(logits, y), grad(loss)(logits), rtol=1e-10
    )


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1)])
def test_convolution_agrees_with_torch(torch, stride, padding):
    X, W, b = draw(1, 2, 3, 6, 5), draw(2, 4, 3, 3, 2), draw(3, 4)
    tensors = [torch.tensor(array, requires_grad=True) for array in (X, W, b)]
    theirs = torch.nn.functional.conv2d(*tensors, stride=stride, padding=padding)
    Z = F.conv2d_forward(X, W, b, stride, padding)
    np.testing.assert_allclose(Z, theirs.detach().numpy(), rtol=1e-10, atol=1e-13)
    dZ = draw(4, *Z.shape)
    theirs.backward(torch.tensor(dZ))
    for ours, tensor in zip(F.conv2d_backward(dZ, X, W, stride, padding), tensors, strict=True):
        np.testing.assert_allclose(ours, tensor.grad.numpy(), rtol=1e-10, atol=1e-12)


def test_max_pooling_agrees_with_torch(torch):
    X = draw(1, 2, 3, 7, 5)
    tensor = torch.tensor(X, requires_grad=True)
    theirs = torch.nn.functional.max_pool2d(tensor, 2)
    np.testing.assert_array_equal(F.max_pool_forward(X, 2), theirs.detach().numpy())
    dA = draw(2, *theirs.shape)
    theirs.backward(torch.tensor(dA))
    np.testing.assert_array_equal(F.max_pool_backward(dA, X, 2), tensor.grad.numpy())


def test_losses_and_a_network_agree_with_torch(torch):
    X, y, params = draw(1, N, D), np.arange(N) % C, network()
    tensors = [[torch.tensor(a, requires_grad=True) for a in pair] for pair in params]
    A = torch.tensor(X)
    for number, (W, b) in enumerate(tensors):
        A = A @ W + b
        if number + 1 < len(tensors):
            A = torch.relu(A)
    theirs = torch.nn.functional.cross_entropy(A, torch.tensor(y))
    theirs.backward()
    logits, cache = F.network_forward(X, params)
    assert F.softmax_cross_entropy(logits, y) == pytest.approx(theirs.item(), rel=1e-10)
    grads = F.network_backward(F.softmax_cross_entropy_backward(logits, y), cache, params)
    for pair, pair_theirs in zip(grads, tensors, strict=True):
        for ours, tensor in zip(pair, pair_theirs, strict=True):
            np.testing.assert_allclose(ours, tensor.grad.numpy(), rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_logits_of_a_thousand_give_finite_and_exact_values(dtype):
    Z = np.array([[1000, -1000, 0], [-1000, -1000, -1000], [1000, 999, 1000]], dtype=dtype)
    e = np.exp(-1.0)
    P = [[1, 0, 0], [1 / 3] * 3, [1 / (2 + e), e / (2 + e), 1 / (2 + e)]]
    rtol = 1e-6 if dtype is np.float32 else 1e-14
    np.testing.assert_allclose(F.softmax(Z), P, rtol=rtol)
    np.testing.assert_allclose(F.sigmoid(Z[0]), [1, 0, 0.5])
    assert np.isfinite(F.log_softmax(Z)).all()
    assert F.log_softmax(Z)[0, 1] == -2000
    assert F.softmax_cross_entropy(Z, np.array([1, 0, 0])) == pytest.approx(
        (2000 + np.log(3) + np.log(2 + e)) / 3, rel=rtol
    )
    assert F.binary_cross_entropy(Z[0], np.array([0, 0, 1])) == pytest.approx(
        (1000 + np.log(2)) / 3, rel=rtol
    )
    assert F.softmax_cross_entropy_backward(Z, np.array([1, 0, 0])).dtype == dtype


def test_sigmoid_keeps_all_digits_far_from_zero():
    Z = np.array([-40.0, -300.0, -700.0])
    np.testing.assert_allclose(F.sigmoid(Z), np.exp(Z), rtol=1e-14)


FLOAT_FUNCTIONS = {
    "relu": lambda Z, v: F.relu(Z),
    "relu_backward": lambda Z, v: F.relu_backward(v, Z),
    "sigmoid": lambda Z, v: F.sigmoid(Z),
    "sigmoid_backward": lambda Z, v: F.sigmoid_backward(v, Z),
    "tanh": lambda Z, v: F.tanh(Z),
    "tanh_backward": lambda Z, v: F.tanh_backward(v, Z),
    "softmax": lambda Z, v: F.softmax(Z),
    "softmax_backward": lambda Z, v: F.softmax_backward(v, Z),
    "log_softmax": lambda Z, v: F.log_softmax(Z),
    "dense_forward": lambda Z, v: F.dense_forward(Z, v.T, v[:, 0]),
    "dense_backward": lambda Z, v: F.dense_backward(Z, v, Z.T[:, :5].T)[0],
    "mean_squared_error_backward": lambda Z, v: F.mean_squared_error_backward(Z, v),
    "softmax_cross_entropy_backward": lambda Z, v: F.softmax_cross_entropy_backward(
        Z, np.arange(len(Z)) % 3
    ),
    "binary_cross_entropy_backward": lambda Z, v: F.binary_cross_entropy_backward(
        Z[:, 0], np.arange(len(Z)) % 2
    ),
    "dropout_forward": lambda Z, v: F.dropout_forward(Z, np.float64(0.3), np.random.default_rng(1))[
        0
    ],
    "dropout_backward": lambda Z, v: F.dropout_backward(v, Z > 0, np.float64(0.3)),
    "conv2d_forward": lambda Z, v: F.conv2d_forward(
        Z[None, None], v[None, None, :2, :2], v[:1, 0], 2, 1
    ),
    "conv2d_backward": lambda Z, v: F.conv2d_backward(
        v[None, None], Z[None, None], v[:1, :1, None, None]
    )[0],
    "max_pool_forward": lambda Z, v: F.max_pool_forward(Z[None, None], 2),
    "max_pool_backward": lambda Z, v: F.max_pool_backward(v[None, None, :2, :1], Z[None, None], 2),
}


@pytest.mark.parametrize("name", FLOAT_FUNCTIONS)
def test_float32_stays_float32_and_arguments_stay_as_they_are(name):
    Z, v = draw(1, 5, 3).astype(np.float32), draw(2, 5, 3).astype(np.float32)
    before = Z.copy(), v.copy()
    result = FLOAT_FUNCTIONS[name](Z, v)
    assert result.dtype == np.float32
    assert not np.shares_memory(result, Z)
    assert not np.shares_memory(result, v)
    np.testing.assert_array_equal((Z, v), before)


def test_float64_targets_do_not_widen_float32_predictions():
    dpredictions = F.mean_squared_error_backward(draw(1, N).astype(np.float32), draw(2, N))
    assert dpredictions.dtype == np.float32


@pytest.mark.parametrize("name", ["relu", "sigmoid", "tanh", "softmax", "log_softmax"])
@pytest.mark.parametrize("dtype", [np.int64, np.uint8])
def test_integers_give_the_values_of_floats(name, dtype):
    Z = np.array([[3, 0, 5], [1, 200, 4]], dtype=dtype)
    function = getattr(F, name)
    np.testing.assert_allclose(function(Z), function(Z.astype(float)), rtol=1e-12)


@given(seed=seeds, shift=st.floats(-500, 500))
def test_softmax_does_not_see_a_shift(seed, shift):
    Z = draw(seed, N, C)
    np.testing.assert_allclose(F.softmax(Z + shift), F.softmax(Z), rtol=1e-10)
    np.testing.assert_allclose(F.softmax(Z).sum(axis=1), 1, rtol=1e-14)


@given(seed=seeds)
def test_log_softmax_is_the_logarithm_of_softmax(seed):
    Z = draw(seed, N, C)
    np.testing.assert_allclose(np.exp(F.log_softmax(Z)), F.softmax(Z), rtol=1e-12)


@given(seed=seeds)
def test_sigmoid_of_the_opposite_is_the_rest_to_one(seed):
    Z = 10 * draw(seed, N)
    np.testing.assert_allclose(F.sigmoid(Z) + F.sigmoid(-Z), 1, rtol=1e-14)


@given(seed=seeds)
def test_binary_cross_entropy_is_the_softmax_loss_of_two_classes(seed):
    z, y = draw(seed, N), np.arange(N) % 2
    two = np.stack([np.zeros(N), z], axis=1)
    assert F.binary_cross_entropy(z, y) == pytest.approx(F.softmax_cross_entropy(two, y), rel=1e-12)
    np.testing.assert_allclose(
        F.binary_cross_entropy_backward(z, y),
        F.softmax_cross_entropy_backward(two, y)[:, 1],
        rtol=1e-9,
    )


@settings(max_examples=25)
@given(seed=seeds)
def test_permuting_the_batch_permutes_the_data_gradient_and_leaves_the_weights(seed):
    X, W, dZ = draw(seed, N, D), draw(seed + 1, D, H), draw(seed + 2, N, H)
    order = np.random.default_rng(seed).permutation(N)
    dX, dW, db = F.dense_backward(dZ, X, W)
    dX2, dW2, db2 = F.dense_backward(dZ[order], X[order], W)
    np.testing.assert_allclose(dX2, dX[order], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(dW2, dW, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(db2, db, rtol=1e-10, atol=1e-12)


@settings(max_examples=25)
@given(seed=seeds)
def test_the_gradient_of_a_sum_is_the_sum_of_gradients(seed):
    X, W, one, two = draw(seed, N, D), draw(1, D, H), draw(seed + 2, N, H), draw(seed + 3, N, H)
    for joint, a, b in zip(
        F.dense_backward(one + two, X, W),
        F.dense_backward(one, X, W),
        F.dense_backward(two, X, W),
        strict=True,
    ):
        np.testing.assert_allclose(joint, a + b, rtol=1e-9, atol=1e-11)


@settings(max_examples=25)
@given(seed=seeds)
def test_a_one_by_one_convolution_is_a_dense_layer_on_every_pixel(seed):
    X, W, b = draw(seed, 2, 3, 4, 5), draw(seed + 1, 6, 3, 1, 1), draw(seed + 2, 6)
    rows = X.transpose(0, 2, 3, 1).reshape(-1, 3)
    dense = F.dense_forward(rows, W[:, :, 0, 0].T, b).reshape(2, 4, 5, 6)
    np.testing.assert_allclose(
        F.conv2d_forward(X, W, b), dense.transpose(0, 3, 1, 2), rtol=1e-10, atol=1e-12
    )


@pytest.mark.parametrize("drop_prob", [0.1, 0.3, 0.8])
def test_dropout_keeps_the_mean_and_drops_the_share_it_was_told(rng, drop_prob):
    A = np.ones((200, 300))
    out, mask = F.dropout_forward(A, drop_prob, rng)
    assert set(np.unique(mask)) == {0, 1}
    np.testing.assert_allclose(out, mask / (1 - drop_prob))
    deviation = np.sqrt(drop_prob * (1 - drop_prob) / A.size)
    assert abs(mask.mean() - (1 - drop_prob)) < 5 * deviation


def test_dropout_passes_everything_on_when_not_training(rng):
    A = draw(1, N, H)
    out, mask = F.dropout_forward(A, 0.3, rng, training=False)
    assert out is A
    assert (mask == 1).all()


@pytest.mark.parametrize("drop_prob", [-0.1, 1.0, np.nan])
def test_a_drop_probability_that_is_none_is_refused(rng, drop_prob):
    with pytest.raises(ValueError, match="drop_prob is"):
        F.dropout_forward(np.ones(3), drop_prob, rng)


def test_layer_gradient_norms_see_only_the_weights():
    grads = [(np.array([[3.0, 4.0]]), np.full(2, 9.0)), (np.full((2, 2), 2.0), np.zeros(2))]
    np.testing.assert_allclose(F.layer_gradient_norms(grads), [5, 4])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: F.dense_forward(ones(2, 3), ones(4, 5), ones(5)),
            ValueError,
            r"\(2, 3\).*\(4, 5\)",
        ),
        (lambda: F.dense_forward(ones(2, 3), ones(3, 5), ones(1, 5)), ValueError, r"\(1, 5\)"),
        (
            lambda: F.network_forward(ones(2, 3), [(ones(3, 4), ones(4)), (ones(5, 2), ones(2))]),
            ValueError,
            "Layer 1",
        ),
        (lambda: F.network_forward(ones(2, 3), []), ValueError, "at least one layer"),
        (
            lambda: F.softmax_cross_entropy(ones(2, 3), np.array([0, 3])),
            ValueError,
            "from 0 to 3.* between 0 and 2",
        ),
        (
            lambda: F.softmax_cross_entropy(ones(2, 3), np.array([-1, 0])),
            ValueError,
            "from -1 to 0",
        ),
        (
            lambda: F.softmax_cross_entropy_backward(ones(2, 3), np.array([-1, 0])),
            ValueError,
            "from -1",
        ),
        (lambda: F.softmax_cross_entropy(ones(2, 3), np.array([0.0, 1.0])), TypeError, "float64"),
        (
            lambda: F.softmax_cross_entropy(ones(2, 3), np.array([[0], [1]])),
            ValueError,
            r"\(2, 1\)",
        ),
        (lambda: F.softmax_cross_entropy(ones(0, 3), np.array([], dtype=int)), ValueError, "empty"),
        (lambda: F.binary_cross_entropy(ones(2), np.array([0, 2])), ValueError, "0 and 1 only"),
        (lambda: F.binary_cross_entropy(ones(2, 1), np.array([0, 1])), ValueError, r"\(2, 1\)"),
        (lambda: F.binary_cross_entropy(ones(0), ones(0)), ValueError, "empty"),
        (lambda: F.mean_squared_error(ones(2, 1), ones(2)), ValueError, r"\(2, 1\).*\(2,\)"),
        (lambda: F.mean_squared_error(ones(0), ones(0)), ValueError, "empty"),
        (lambda: F.sigmoid(np.array([1, None])), TypeError, "dtype is object"),
        (lambda: F.softmax(np.array([["a", "b"]])), TypeError, "must hold numbers"),
        (
            lambda: F.conv2d_forward(ones(1, 2, 5, 5), ones(1, 3, 2, 2), ones(1)),
            ValueError,
            r"\(1, 2, 5, 5\)",
        ),
        (lambda: F.conv2d_forward(ones(1, 2, 3, 3), ones(1, 2, 4, 4), ones(1)), ValueError, "4×4"),
        (lambda: F.max_pool_forward(ones(1, 2, 3, 3), 4), ValueError, "4×4"),
        (lambda: F.max_pool_forward(ones(3, 3), 2), ValueError, r"\(3, 3\)"),
    ],
)
def test_what_cannot_work_is_refused_with_a_sentence(call, error, message):
    with pytest.raises(error, match=message):
        call()
