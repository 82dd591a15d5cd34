"""Ten steps of each optimizer: against HIPS autograd and PyTorch."""

import numpy as np
import pytest
from autograd.misc import optimizers as oracle

from nnlib.optimizers import SGD, Adam, Momentum, adam_step, momentum_step, sgd_step

SHAPES = [(5, 4), (4, 3)]


@pytest.fixture
def params(rng):
    return [(rng.normal(size=shape), rng.normal(size=shape[1])) for shape in SHAPES]


@pytest.fixture
def ten_gradients(rng):
    return [
        [(rng.normal(size=shape), rng.normal(size=shape[1])) for shape in SHAPES] for _ in range(10)
    ]


def flat(params):
    return np.concatenate([array.ravel() for pair in params for array in pair])


def by_autograd(name, p, gradients, rate=0.05):
    """The same ten steps by HIPS autograd's optimizers, on one long vector."""

    def gradient(p, step):
        return flat(gradients[step])

    if name == "Adam":
        return oracle.adam(gradient, p, num_iters=10, step_size=rate)
    mass = 0.9 if name == "Momentum" else 0.0
    # Theirs weighs the new gradient with 1 - mass.
    return oracle.sgd(gradient, p, num_iters=10, step_size=rate / (1 - mass), mass=mass)


OPTIMIZERS = {"SGD": SGD, "Momentum": Momentum, "Adam": Adam}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_ten_steps_agree_with_autograd(name, params, ten_gradients):
    expected = by_autograd(name, flat(params), ten_gradients)
    optimizer = OPTIMIZERS[name](0.05)
    for grads in ten_gradients:
        params = optimizer.step(params, grads)
    np.testing.assert_allclose(flat(params), expected, rtol=1e-10)
    assert optimizer.steps == 10


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_ten_steps_agree_with_torch(torch, name, params, ten_gradients):
    tensors = [torch.tensor(a, requires_grad=True) for pair in params for a in pair]
    theirs = {
        "SGD": lambda: torch.optim.SGD(tensors, lr=0.05),
        "Momentum": lambda: torch.optim.SGD(tensors, lr=0.05, momentum=0.9),
        "Adam": lambda: torch.optim.Adam(tensors, lr=0.05),
    }[name]()
    optimizer = OPTIMIZERS[name](0.05)
    for grads in ten_gradients:
        params = optimizer.step(params, grads)
        for tensor, gradient in zip(tensors, (g for pair in grads for g in pair), strict=True):
            tensor.grad = torch.tensor(gradient)
        theirs.step()
    expected = np.concatenate([tensor.detach().numpy().ravel() for tensor in tensors])
    np.testing.assert_allclose(flat(params), expected, rtol=1e-10)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_parameters_gradients_and_state_handed_in_stay_as_they_are(name, params, ten_gradients):
    velocity, grads = ten_gradients[:2]
    squares = [(W * W, b * b) for W, b in velocity]
    arguments = {
        "SGD": (sgd_step, params, grads, 0.1),
        "Momentum": (momentum_step, params, grads, velocity, 0.1, 0.9),
        "Adam": (adam_step, params, grads, (velocity, squares, 3), 0.1),
    }
    step, *given = arguments[name]
    before = [flat(x).copy() for x in (params, grads, velocity, squares)]
    once, twice = step(*given), step(*given)
    for x, copy in zip((params, grads, velocity, squares), before, strict=True):
        np.testing.assert_array_equal(flat(x), copy)
    new = once if name == "SGD" else once[0]
    np.testing.assert_array_equal(flat(new), flat(twice if name == "SGD" else twice[0]))
    assert not any(np.shares_memory(W, V) for (W, _), (V, _) in zip(new, params, strict=True))


def test_adam_counts_its_steps_and_corrects_the_first_one_fully(params, ten_gradients):
    zeros = [(np.zeros_like(W), np.zeros_like(b)) for W, b in params]
    new, (_, _, t) = adam_step(params, ten_gradients[0], (zeros, zeros, 0), 0.1)
    assert t == 1
    step = flat(params) - flat(new)
    np.testing.assert_allclose(step, 0.1 * np.sign(flat(ten_gradients[0])), rtol=1e-4)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_float32_stays_float32_even_with_a_learning_rate_from_numpy(name, params, ten_gradients):
    def narrow(pairs):
        return [(W.astype(np.float32), b.astype(np.float32)) for W, b in pairs]

    optimizer = OPTIMIZERS[name](np.float64(0.1))
    new = optimizer.step(narrow(params), narrow(ten_gradients[0]))
    assert {array.dtype for pair in new for array in pair} == {np.dtype(np.float32)}


def test_a_schedule_is_asked_with_the_number_of_steps_taken(params, ten_gradients):
    asked = []

    def schedule(step):
        asked.append(step)
        return 0.1 / (step + 1)

    optimizer = SGD(schedule)
    one = optimizer.step(params, ten_gradients[0])
    two = optimizer.step(one, ten_gradients[1])
    assert asked == [0, 1]
    np.testing.assert_allclose(flat(two), flat(one) - 0.05 * flat(ten_gradients[1]))


@pytest.mark.parametrize("rate", [-0.1, np.nan, np.inf])
def test_a_learning_rate_that_is_none_is_refused(rate):
    with pytest.raises(ValueError, match="learning_rate is"):
        SGD(rate)


def test_gradients_of_another_network_are_refused(params, ten_gradients):
    with pytest.raises(ValueError, match="shorter"):
        sgd_step(params, ten_gradients[0][:1], 0.1)
    with pytest.raises(ValueError, match="do not match at layer 1"):
        momentum_step(params, ten_gradients[0][:1], ten_gradients[1], 0.1, 0.9)
