"""What the hidden neurons of a network of two inputs see: where in the plane each one is on."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from nnlib.arrays import Array, Parameters
from nnlib.figures.base import Figure, drawing
from nnlib.figures.learner import Function, answer
from nnlib.figures.regions import GRID, window
from nnlib.figures.style import COLORS, INK, MARKERS, WIDTH, canvas, listed

STRENGTH = LinearSegmentedColormap.from_list("strength", ["white", "#8c8c8c"])


@drawing
def hidden_neurons(network_forward: Function, params: Parameters, X: Array, y: Array) -> Figure:
    """One map of the plane for every hidden neuron: white where it is off, darker the stronger.

    Parameters
    ----------
    network_forward : callable
        ``(X, params)`` to ``(logits, cache)``, with one ``(A_in, Z)`` per layer in the cache.
    params : list of (W, b)
        2 inputs, and at most 7 neurons in a hidden layer.
    X : ndarray of shape (N, 2)
    y : ndarray of shape (N,)
        Labels 0 or 1.

    Returns
    -------
    Figure
    """
    low, high, places = window(X)
    extent = (low[0], high[0], low[1], high[1])
    hidden = params[:-1]
    widest = max(len(b) for _, b in hidden)
    figure = canvas((WIDTH / widest + 0.25) * len(hidden))
    grid = figure.subplots(len(hidden), widest, squeeze=False)
    facts = []
    for layer, (row, (_, b)) in enumerate(zip(grid, hidden, strict=True)):
        Z = _weighted_sums(network_forward, params, layer, places)
        shares = (Z > 0).mean(axis=0)
        for number, (axes, z) in enumerate(zip(row, Z.T, strict=False)):
            field = z.reshape(GRID, GRID)
            axes.imshow(np.maximum(field, 0), extent=extent, origin="lower", cmap=STRENGTH)
            if field.min() < 0 < field.max():
                axes.contour(field, [0], extent=extent, origin="lower", colors=INK, linewidths=1.2)
            for label in (0, 1):
                axes.plot(*X[y == label].T, MARKERS[label], color=COLORS[label], markersize=1.0)
            axes.set(xticks=[], yticks=[], xlim=extent[:2], ylim=extent[2:])
            axes.set_title(f"{layer + 1}.{number + 1}: on {shares[number]:.0%}", fontsize=9)
        for axes in row[len(b) :]:
            axes.set_axis_off()
        facts.append(f"Layer {layer + 1}: {listed(f'{share:.0%}' for share in shares)}.")
    return Figure(
        figure,
        f"{sum(len(b) for _, b in hidden)} small maps of the plane under the {len(X)} points, one "
        "for each hidden neuron, with a line where its weighted sum is 0. Share of the plane "
        f"shown on which each is on. {' '.join(facts)}",
    )


def _weighted_sums(
    network_forward: Function, params: Parameters, layer: int, places: Array
) -> Array:
    """Z of one layer at every place, from the cache that `network_forward` returns."""

    def remembered(X: Array) -> object:
        return network_forward(X, params)[1][layer][1]

    shape = (len(places), len(params[layer][1]))
    return answer(remembered, places, shape=shape, name="network_forward")
