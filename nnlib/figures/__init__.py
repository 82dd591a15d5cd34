"""Every figure of the course. Each function returns a picture with a text that says what it shows.

Figures are made from the reader's own functions where possible. Where such a function is not
written yet, or answers something else, a sentence stands in the figure's place.
"""

from nnlib.figures.animations import boundary_forms, descent, error_flows_back
from nnlib.figures.backward import backward_shapes, where_the_error_begins
from nnlib.figures.base import Figure, NotDrawn
from nnlib.figures.curves import (
    fitted_curves,
    learning_rate_fan,
    learning_rate_range,
    loss_curves,
)
from nnlib.figures.diagrams import matrix_shapes, network_diagram, neuron
from nnlib.figures.functions import activation_functions, linear_layers_collapse, softmax_bars
from nnlib.figures.gradients import gradient_histograms, layer_reactions, update_ratios
from nnlib.figures.graph import computation_graph
from nnlib.figures.landscape import loss_landscape
from nnlib.figures.pictures import (
    confusion_table,
    most_confidently_wrong,
    picture_grid,
    weights_as_images,
)
from nnlib.figures.player import Animation
from nnlib.figures.rates import heavy_ball, rate_explorer, shrinking_factors
from nnlib.figures.regions import decision_region, decision_regions, scatter

__all__ = [
    "Animation",
    "Figure",
    "NotDrawn",
    "activation_functions",
    "backward_shapes",
    "boundary_forms",
    "computation_graph",
    "confusion_table",
    "decision_region",
    "decision_regions",
    "descent",
    "error_flows_back",
    "fitted_curves",
    "gradient_histograms",
    "heavy_ball",
    "layer_reactions",
    "learning_rate_fan",
    "learning_rate_range",
    "linear_layers_collapse",
    "loss_curves",
    "loss_landscape",
    "matrix_shapes",
    "most_confidently_wrong",
    "network_diagram",
    "neuron",
    "picture_grid",
    "rate_explorer",
    "scatter",
    "shrinking_factors",
    "softmax_bars",
    "update_ratios",
    "weights_as_images",
    "where_the_error_begins",
]
