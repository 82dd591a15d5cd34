"""What training writes down, and what may happen after each of its epochs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from nnlib.arrays import Parameters
from nnlib.network import Sequential
from nnlib.regularizers import early_stopping_epoch


@dataclass
class History:
    """What happened while `fit` ran, one entry per epoch that was finished.

    Attributes
    ----------
    losses : list of float
        Mean over the training examples, each batch's taken before its update; the penalty of a
        regularizer included.
    validation_losses : list of float
        After the epoch, without dropout and penalty; empty without validation data.
    accuracies, validation_accuracies : list of float
        From 0 to 1; nan where labels are not classes.
    learning_rates : list of float
        Of the epoch's first step.
    interrupted : bool
        Whether Ctrl-C, or the square in Jupyter, ended the training.
    """

    losses: list[float] = field(default_factory=list)
    validation_losses: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)
    validation_accuracies: list[float] = field(default_factory=list)
    learning_rates: list[float] = field(default_factory=list)
    interrupted: bool = False


Callback: TypeAlias = Callable[[Sequential, History], bool | None]
"""Called after every epoch; training stops when it returns True."""


class EarlyStopping:
    """Callback: stop when the validation loss no longer falls, and go back to the best epoch.

    Parameters
    ----------
    patience : int
        Epochs without improvement that are waited for; see `early_stopping_epoch`.

    Attributes
    ----------
    best_epoch : int
    """

    def __init__(self, patience: int) -> None:
        self.patience = patience
        self.best_epoch = 0
        self._best: Parameters = []

    def __call__(self, network: Sequential, history: History) -> bool:
        losses = history.validation_losses
        if not losses:
            raise ValueError("EarlyStopping needs validation data: pass validation=(X, y) to fit.")
        self.best_epoch = early_stopping_epoch(losses, self.patience)
        if self.best_epoch == len(losses) - 1:
            self._best = network.parameters  # optimizers make new arrays, so these stay
        stop = len(losses) - 1 - self.best_epoch >= self.patience
        if stop:
            network.parameters = self._best
        return stop
