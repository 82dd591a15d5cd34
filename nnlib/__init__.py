"""nnlib: the reference library, the exercises and the graders of the course on backpropagation."""

__version__ = "0.1.0"
