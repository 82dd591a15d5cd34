"""Every formula of the course once, forward and backward, as pure functions.

Rows are examples: ``X (N, D)``, ``W (D, H)``, ``b (H,)``. ``dX`` is the derivative of the loss with
respect to ``X`` and has its shape. No function changes its arguments; float32 stays float32.
"""

from nnlib.functional.activations import (
    log_softmax,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    softmax,
    softmax_backward,
    tanh,
    tanh_backward,
)
from nnlib.functional.convolution import (
    conv2d_backward,
    conv2d_forward,
    max_pool_backward,
    max_pool_forward,
)
from nnlib.functional.dense import (
    dense_backward,
    dense_forward,
    dense_parameter_gradients,
    layer_gradient_norms,
    network_backward,
    network_forward,
    neuron_gradients,
)
from nnlib.functional.dropout import dropout_backward, dropout_forward
from nnlib.functional.losses import (
    accuracy,
    binary_cross_entropy,
    binary_cross_entropy_backward,
    mean_squared_error,
    mean_squared_error_backward,
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
)

__all__ = [
    "accuracy",
    "binary_cross_entropy",
    "binary_cross_entropy_backward",
    "conv2d_backward",
    "conv2d_forward",
    "dense_backward",
    "dense_forward",
    "dense_parameter_gradients",
    "dropout_backward",
    "dropout_forward",
    "layer_gradient_norms",
    "log_softmax",
    "max_pool_backward",
    "max_pool_forward",
    "mean_squared_error",
    "mean_squared_error_backward",
    "network_backward",
    "network_forward",
    "neuron_gradients",
    "relu",
    "relu_backward",
    "sigmoid",
    "sigmoid_backward",
    "softmax",
    "softmax_backward",
    "softmax_cross_entropy",
    "softmax_cross_entropy_backward",
    "tanh",
    "tanh_backward",
]
