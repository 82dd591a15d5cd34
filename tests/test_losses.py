"""Loss objects: the formulas, remembered between forward and backward."""

import numpy as np
import pytest

import nnlib.functional as F
from nnlib.gradcheck import compare_gradients
from nnlib.losses import BinaryCrossEntropy, MeanSquaredError, SoftmaxCrossEntropy


@pytest.mark.parametrize(
    ("kind", "outputs", "labels"),
    [
        (MeanSquaredError, (7, 3), lambda rng: rng.normal(size=(7, 3))),
        (MeanSquaredError, (7, 1), lambda rng: rng.normal(size=7)),
        (SoftmaxCrossEntropy, (7, 3), lambda rng: np.arange(7) % 3),
        (BinaryCrossEntropy, (7, 1), lambda rng: np.arange(7) % 2),
        (BinaryCrossEntropy, (7,), lambda rng: np.arange(7) % 2),
    ],
)
def test_backward_is_the_derivative_of_forward_in_the_outputs_shape(rng, kind, outputs, labels):
    loss, X, y = kind(), rng.normal(size=outputs), labels(rng)
    loss.forward(X, y)
    report = compare_gradients(lambda X: kind().forward(X, y), X, loss.backward())
    assert report.error < 1e-7, report


@pytest.mark.parametrize("kind", [MeanSquaredError, SoftmaxCrossEntropy, BinaryCrossEntropy])
def test_backward_before_forward_says_so(kind):
    with pytest.raises(RuntimeError, match=f"{kind.__name__}: .*call forward first"):
        kind().backward()


def test_accuracy_counts_right_labels(rng):
    logits = np.array([[2.0, 1.0], [0.0, 1.0], [3.0, 0.0]])
    assert SoftmaxCrossEntropy().accuracy(logits, np.array([0, 1, 1])) == pytest.approx(2 / 3)
    one = np.array([[2.0], [-1.0], [0.5]])
    assert BinaryCrossEntropy().accuracy(one, np.array([1, 0, 0])) == pytest.approx(2 / 3)
    assert np.isnan(MeanSquaredError().accuracy(one, np.ones(3)))


def test_a_loss_is_its_formula(rng):
    logits, y = rng.normal(size=(7, 3)), np.arange(7) % 3
    assert SoftmaxCrossEntropy().forward(logits, y) == F.softmax_cross_entropy(logits, y)


def test_one_output_does_not_broadcast_against_the_labels():
    assert MeanSquaredError().forward(np.array([[1.0], [2.0]]), np.array([1.0, 4.0])) == 2.0
    with pytest.raises(ValueError, match=r"\(2, 3\).*\(2,\)"):
        MeanSquaredError().forward(np.ones((2, 3)), np.ones(2))
