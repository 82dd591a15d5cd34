import re

import numpy as np

from nnlib import datasets, figures, functional
from nnlib.figures import NotDrawn

X, y = datasets.spirals(17, 0, turns=1.5)
W1, b1 = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0.0, 100.0])
W2, b2 = np.array([[1.0], [0.0]]), np.array([0.5])


def test_each_map_says_on_how_much_of_the_plane_its_neuron_is_on():
    params = [(W1, b1), (W2, b2)]
    middle = (X[:, 0].min() + X[:, 0].max()) / 2
    params[0][1][0] = -middle  # the first neuron's line halves the picture
    alt = figures.hidden_neurons(functional.network_forward, params, X, y).alt
    assert "2 small maps" in alt
    assert "Layer 1: 50% and 100%." in alt


def test_layers_may_differ_in_width():
    params = [(W1, b1), (W2, b2), (np.ones((1, 2)), np.zeros(2))]
    alt = figures.hidden_neurons(functional.network_forward, params, X, y).alt
    assert re.search(r"Layer 2: \d+%\.", alt)


def test_a_network_forward_that_is_missing_or_keeps_no_cache_is_told_in_a_sentence():
    def unwritten(X, params):
        raise NotImplementedError

    params = [(W1, b1), (W2, b2)]
    for wrong, words in [
        (unwritten, "unwritten is not written yet"),
        (lambda X, params: (X, []), "network_forward raised IndexError"),
        (lambda X, params: (X, [(X, X[:, :1])]), "network_forward returned an array of shape"),
    ]:
        told = figures.hidden_neurons(wrong, params, X, y)
        assert isinstance(told, NotDrawn)
        assert words in told.alt
