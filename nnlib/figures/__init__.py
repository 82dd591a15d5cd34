"""Every figure of the course. Each function returns a picture with a text that says what it shows.

Figures are made from the reader's own functions where possible. Where such a function is not
written yet, or answers something else, a sentence stands in the figure's place.
"""

from nnlib.figures.animations import boundary_forms, descent, error_flows_back
from nnlib.figures.arrays import axis_sums, broadcasting, number_tables
from nnlib.figures.backward import backward_shapes, where_the_error_begins
from nnlib.figures.base import Figure, NotDrawn
from nnlib.figures.chain_rule import error_by_step, kink, local_gradients, secants
from nnlib.figures.classifying import accuracies, pixels_that_matter
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
from nnlib.figures.hidden import hidden_neurons
from nnlib.figures.landscape import loss_landscape
from nnlib.figures.loss import (
    accuracy_and_loss,
    losses_by_logit,
    lost_digits,
    squared_errors,
    surprise,
)
from nnlib.figures.pictures import (
    confusion_table,
    feature_maps,
    most_confidently_wrong,
    picture_grid,
    weights_as_images,
)
from nnlib.figures.player import Animation
from nnlib.figures.rates import heavy_ball, rate_explorer, shrinking_factors
from nnlib.figures.regions import decision_region, decision_regions, scatter
from nnlib.figures.regularization import (
    input_weights,
    stopping_points,
    strengths,
    weight_histograms,
)
from nnlib.figures.steps import line_fits, spread_curves, training_loop, valley

__all__ = [
    "Animation",
    "Figure",
    "NotDrawn",
    "accuracies",
    "accuracy_and_loss",
    "activation_functions",
    "axis_sums",
    "backward_shapes",
    "boundary_forms",
    "broadcasting",
    "computation_graph",
    "confusion_table",
    "decision_region",
    "decision_regions",
    "descent",
    "error_by_step",
    "error_flows_back",
    "feature_maps",
    "fitted_curves",
    "gradient_histograms",
    "heavy_ball",
    "hidden_neurons",
    "input_weights",
    "kink",
    "layer_reactions",
    "learning_rate_fan",
    "learning_rate_range",
    "line_fits",
    "linear_layers_collapse",
    "local_gradients",
    "loss_curves",
    "loss_landscape",
    "losses_by_logit",
    "lost_digits",
    "matrix_shapes",
    "most_confidently_wrong",
    "network_diagram",
    "neuron",
    "number_tables",
    "picture_grid",
    "pixels_that_matter",
    "rate_explorer",
    "scatter",
    "secants",
    "shrinking_factors",
    "softmax_bars",
    "spread_curves",
    "squared_errors",
    "stopping_points",
    "strengths",
    "surprise",
    "training_loop",
    "update_ratios",
    "valley",
    "weight_histograms",
    "weights_as_images",
    "where_the_error_begins",
]
