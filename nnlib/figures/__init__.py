"""Every figure of the course. Each function returns a picture with a text that says what it shows.

Figures are made from the reader's own functions where possible. Where such a function is not
written yet, or answers something else, a sentence stands in the figure's place.
"""

from nnlib.figures.base import Figure, NotDrawn
from nnlib.figures.diagrams import matrix_shapes, network_diagram, neuron
from nnlib.figures.functions import activation_functions, linear_layers_collapse, softmax_bars
from nnlib.figures.regions import decision_region, decision_regions, scatter

__all__ = [
    "Figure",
    "NotDrawn",
    "activation_functions",
    "decision_region",
    "decision_regions",
    "linear_layers_collapse",
    "matrix_shapes",
    "network_diagram",
    "neuron",
    "scatter",
    "softmax_bars",
]
