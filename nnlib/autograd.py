"""Differentiation of a whole graph of operations: the chain rule, from the last node to the first.

`graph_backward` is the rule itself, on numbered nodes. `Value` writes the graph down while one
calculates, and hands it to `graph_backward`.
"""

import math
from collections.abc import Sequence

import numpy as np

from nnlib.arrays import Array


def graph_backward(
    parents: Sequence[Sequence[int]], local_grads: Sequence[Sequence[float]]
) -> Array:
    """Derivative of the last node with respect to every node of a graph.

    Parameters
    ----------
    parents : sequence of K tuples of int
        The nodes that node k was calculated from; all numbers in ``parents[k]`` are below k.
        A parent may stand there twice.
    local_grads : sequence of K tuples of float
        The derivative of node k with respect to each of its parents.

    Returns
    -------
    ndarray of shape (K,)
        1 for the last node, 0 for a node that does not lead to it.

    Examples
    --------
    ``c = a * b`` and ``d = c + a`` with a = 2, b = 3; a is used twice:

    >>> graph_backward([(), (), (0, 1), (2, 0)], [(), (), (3.0, 2.0), (1.0, 1.0)])
    array([4., 2., 1., 1.])
    """
    grads = np.zeros(len(parents))
    grads[-1] = 1
    for node in reversed(range(len(parents))):
        for parent, local_grad in zip(parents[node], local_grads[node], strict=True):
            grads[parent] += grads[node] * local_grad
    return grads


class Value:
    """A number that remembers how it was calculated.

    Attributes
    ----------
    data : float
    grad : float
        Derivative of the value on which `backward` was called with respect to this one; 0 before.

    Examples
    --------
    >>> a, b = Value(2), Value(3)
    >>> (a * b + a).backward()
    >>> a.grad, b.grad
    (4.0, 2.0)
    """

    def __init__(
        self,
        data: float,
        parents: "tuple[Value, ...]" = (),
        local_grads: tuple[float, ...] = (),
    ) -> None:
        self.data = float(data)
        self.grad = 0.0
        self._parents = parents
        self._local_grads = local_grads

    def __add__(self, other: "Value | float") -> "Value":
        other = _as_value(other)
        return Value(self.data + other.data, (self, other), (1, 1))

    def __mul__(self, other: "Value | float") -> "Value":
        other = _as_value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, exponent: float) -> "Value":
        slope = exponent * self.data ** (exponent - 1) if exponent else 0.0
        return Value(self.data**exponent, (self,), (slope,))

    def exp(self) -> "Value":
        """Exponential function."""
        result = math.exp(self.data)
        return Value(result, (self,), (result,))

    def tanh(self) -> "Value":
        """Hyperbolic tangent."""
        result = math.tanh(self.data)
        return Value(result, (self,), (1 - result**2,))

    def relu(self) -> "Value":
        """Rectified linear unit; its derivative at 0 counts as 0."""
        return Value(max(self.data, 0.0), (self,), (float(self.data > 0),))

    def __neg__(self) -> "Value":
        return self * -1

    def __sub__(self, other: "Value | float") -> "Value":
        return self + -other

    def __truediv__(self, other: "Value | float") -> "Value":
        return self * _as_value(other) ** -1

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: float) -> "Value":
        return _as_value(other) - self

    def __rtruediv__(self, other: float) -> "Value":
        return _as_value(other) / self

    def __repr__(self) -> str:
        return f"Value(data={self.data:.6g}, grad={self.grad:.6g})"

    def backward(self) -> None:
        """Add the derivative of this value to the `grad` of every value it was calculated from."""
        nodes = self._topological_order()
        number = {id(node): k for k, node in enumerate(nodes)}
        grads = graph_backward(
            [tuple(number[id(parent)] for parent in node._parents) for node in nodes],
            [node._local_grads for node in nodes],
        )
        for node, grad in zip(nodes, grads, strict=True):
            node.grad += float(grad)

    def _topological_order(self) -> "list[Value]":
        """All values this one depends on, parents first, itself last."""
        order: list[Value] = []
        seen: set[int] = set()
        # A stack of our own: a long calculation is deeper than Python's recursion may go.
        stack = [(self, False)]
        while stack:
            node, parents_done = stack.pop()
            if parents_done:
                order.append(node)
            elif id(node) not in seen:
                seen.add(id(node))
                stack.append((node, True))
                stack.extend((parent, False) for parent in node._parents)
        return order


def _as_value(number: Value | float) -> Value:
    return number if isinstance(number, Value) else Value(number)
