"""Training: the plain loops of the course, and `fit` for networks made of layers."""

from nnlib.training.fitting import fit, training_step
from nnlib.training.plain import fit_line, minibatches, train

__all__ = ["fit", "fit_line", "minibatches", "train", "training_step"]
