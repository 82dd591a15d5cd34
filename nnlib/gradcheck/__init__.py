"""Is this derivative right? Ask the function itself.

`gradient_check` is the one number of the course. `compare_gradients` says which entry is wrong and
by how much, and `check_network` does so for every parameter of a network.
"""

from nnlib.gradcheck.differences import gradient_check, numerical_gradient, relative_error
from nnlib.gradcheck.network import check_network
from nnlib.gradcheck.report import GradientReport, compare_gradients

__all__ = [
    "GradientReport",
    "check_network",
    "compare_gradients",
    "gradient_check",
    "numerical_gradient",
    "relative_error",
]
