"""A small network that was trained once and for all: the example of lesson 01."""

import json
from pathlib import Path

import numpy as np

from nnlib.arrays import Array


def spiral_network() -> list[tuple[Array, Array]]:
    """The weights of a network that separates ``spirals(n, rng, turns=1.5)``.

    It has 2 inputs, two hidden layers of 6 neurons with ReLU and 2 logits. It was trained on 1500
    points, by Adam on softmax cross-entropy; its 74 numbers are rounded to two decimals.

    Returns
    -------
    list of (W, b)
        Shapes (2, 6) and (6,), (6, 6) and (6,), (6, 2) and (2,).

    Examples
    --------
    >>> [W.shape for W, b in spiral_network()]
    [(2, 6), (6, 6), (6, 2)]
    """
    layers = json.loads(Path(__file__).with_name("spiral_network.json").read_text("utf-8"))
    return [(np.array(layer["W"]), np.array(layer["b"])) for layer in layers]
