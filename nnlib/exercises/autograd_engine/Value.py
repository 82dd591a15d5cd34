"""Value: a number that remembers how it was calculated, and plays the chain rule back."""

import math

from nnlib import autograd
from nnlib.checking import Exercise

CALCULATIONS = [
    "L = a * b + c",
    "d = a * b\ne = d + a\nL = e * d",
    "L = (a + a) * (b - c) / c",
    "d = (a * c).tanh()\nL = d * d + d",
    "L = (a - b).relu() + (b - a).relu() * 3 + (c * c).relu()",
    "d = 2 * a + 1 - b\nL = 3 - d / 2 + 1 / c + (-a)",
    "L = a ** 3 + c ** -1 + (b * b) ** 0.5",
    "L = (a - 3) ** 2 * (c - 4) ** 3 + b / (c - 4)",
    "d = (a / 4).exp()\nL = d * b + d.tanh() - c.exp() / d",
    "d = a + b\ne = d * d\nf = d + e\ng = e * f\nL = f * g + d",
    "x = a\nfor i in range(250): x = x * 0.9 + b * 0.1\nL = x * c",
]


BORDERS = [  # a power of 0, a ReLU at and just above 0, a tanh far out
    ({"a": 0.0, "b": 1.5}, "L = (a + a) ** 2 + b * (a * 3).relu() + (b * a + a) ** 3 + a ** 1"),
    ({"a": 1e-6, "b": -2.0}, "L = (a * 5).relu() * b"),
    ({"a": 1.5, "b": -2.0}, "L = (a * 400).tanh() * b + (b * 400).tanh() * a"),
]


def questions(rng):
    for steps in CALCULATIONS:
        a, b = rng.uniform(0.5, 2, size=2) * rng.choice([-1, 1], size=2)
        numbers = {"a": float(a), "b": float(b), "c": float(rng.uniform(0.5, 1.5))}
        yield numbers, steps
    yield from BORDERS


exercise = Exercise(
    autograd.Value,
    questions,
    parts=("data", "grads"),
    points=6,
    player="calculation",
    arguments=("numbers", "steps"),
)


@exercise.alternative
class RecordedValue:
    """As the lesson begins it: parents and slopes in two tuples, played in topological order."""

    def __init__(self, data, parents=(), slopes=()):
        self.data, self.grad = data, 0.0
        self.parents, self.slopes = parents, slopes

    def _new(self, data, *pairs):
        return type(self)(data, *zip(*pairs, strict=True))

    def _lift(self, other):
        return other if isinstance(other, RecordedValue) else type(self)(other)

    def __add__(self, other):
        other = self._lift(other)
        return self._new(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = self._lift(other)
        return self._new(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self._new(self.data**power, (self, power * self.data ** (power - 1)))

    def exp(self):
        return self._new(math.exp(self.data), (self, math.exp(self.data)))

    def tanh(self):
        return self._new(math.tanh(self.data), (self, 1 - math.tanh(self.data) ** 2))

    def relu(self):
        return self._new(max(0.0, self.data), (self, float(self.data > 0)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        return self * self._lift(other) ** -1

    def __rtruediv__(self, other):
        return self**-1 * other

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def order(self):
        order, seen, pile = [], set(), [(self, False)]
        while pile:
            node, parents_listed = pile.pop()
            if parents_listed:
                order.append(node)
            elif id(node) not in seen:
                seen.add(id(node))
                pile += [(node, True), *((parent, False) for parent in node.parents)]
        return order

    def push(self):
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.grad += slope * self.grad

    def backward(self):
        self.grad = 1.0
        for node in reversed(self.order()):
            node.push()


@exercise.alternative
class ClosureValue(RecordedValue):
    """A closure in every node knows how to hand its gradient on."""

    def __init__(self, data, children=()):
        self.data, self.grad = data, 0.0
        self.children, self.push = children, lambda: None

    def _new(self, data, *pairs):
        out = type(self)(data, tuple(child for child, _ in pairs))

        def push():
            for child, slope in pairs:
                child.grad += slope * out.grad

        out.push = push
        return out

    def order(self):
        found, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for child in node.children:
                    visit(child)
                found.append(node)

        visit(self)
        return found


@exercise.alternative
class NumberedValue(ClosureValue):
    """Nodes are numbered as they are made: a later one never stands before its parents."""

    count = 0

    def __init__(self, data, children=()):
        super().__init__(float(data), children)
        NumberedValue.count += 1
        self.number = NumberedValue.count

    def order(self):
        found, pending = {id(self): self}, [self]
        while pending:
            for child in pending.pop().children:
                if id(child) not in found:
                    found[id(child)] = child
                    pending.append(child)
        return sorted(found.values(), key=lambda node: node.number)


@exercise.alternative
class QuotientValue(ClosureValue):
    """Subtraction and division with slopes of their own."""

    def __sub__(self, other):
        other = self._lift(other)
        return self._new(self.data - other.data, (self, 1.0), (other, -1.0))

    def __truediv__(self, other):
        other = self._lift(other)
        slope = -self.data / other.data**2
        return self._new(self.data / other.data, (self, 1 / other.data), (other, slope))


@exercise.misconception("A value that is used twice hears twice: what does = do to the first?")
class gradients_overwritten(RecordedValue):
    def push(self):
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.grad = slope * self.grad


@exercise.misconception(
    "A node hands on before it has heard everything: in which order are they played?"
)
class no_topological_order(RecordedValue):
    def backward(self):
        self.grad = 1.0
        seen, queue = {id(self)}, [self]
        while queue:
            node = queue.pop(0)
            node.push()
            for parent in node.parents:
                if id(parent) not in seen:
                    seen.add(id(parent))
                    queue.append(parent)


@exercise.misconception("Every path is played by itself and nodes hand on what they gave before.")
class played_once_for_each_path(RecordedValue):
    def backward(self):
        self.grad = 1.0
        steps, pending = 0, [self]
        while pending and steps < 3_000:
            steps += 1
            node = pending.pop()
            node.push()
            pending.extend(node.parents)


@exercise.misconception("The last value's own derivative is 1: where does backward begin?")
class no_start(RecordedValue):
    def backward(self):
        for node in reversed(self.order()):
            node.push()


@exercise.misconception(
    "The gradient reaches the last value's parents and nobody else: does every node get its turn, "
    "and in which direction is the list played?"
)
class one_step_only(RecordedValue):
    def backward(self):
        self.grad = 1.0
        self.push()


@exercise.misconception("In a product each factor's slope is the other one.")
class product_with_its_own_slope(RecordedValue):
    def __mul__(self, other):
        other = self._lift(other)
        return self._new(self.data * other.data, (self, self.data), (other, other.data))

    __rmul__ = __mul__


@exercise.misconception("The derivative of a power: what happens to the exponent?")
class exponent_not_lowered(RecordedValue):
    def __pow__(self, power):
        return self._new(self.data**power, (self, power * self.data**power))


@exercise.misconception("The slope of tanh needs the output, squared: which number do you square?")
class tanh_slope_at_the_input(RecordedValue):
    def tanh(self):
        return self._new(math.tanh(self.data), (self, 1 - self.data**2))


@exercise.misconception("The exponential is its own derivative.")
class exponential_slope_one(RecordedValue):
    def exp(self):
        return self._new(math.exp(self.data), (self, 1.0))


@exercise.misconception("Where ReLU gives zero nothing passes back.")
class relu_passes_everything(RecordedValue):
    def relu(self):
        return self._new(max(0.0, self.data), (self, 1.0))


@exercise.misconception("number - value is not value - number: what does __rsub__ get?")
class subtraction_turned_round(RecordedValue):
    def __rsub__(self, other):
        return self - other


@exercise.misconception("The chain rule multiplies with what comes from behind: where is it?")
class upstream_ignored(RecordedValue):
    def push(self):
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.grad += slope


@exercise.misconception("A number on the left, as in 2 * a, asks a's own __rmul__.")
class no_numbers_on_the_left(RecordedValue):
    def __rmul__(self, other):
        return NotImplemented


@exercise.misconception("At 0 and below, ReLU hands nothing back: is 0 above zero?")
class relu_open_at_zero(RecordedValue):
    def relu(self):
        return self._new(max(0.0, self.data), (self, float(self.data >= 0)))


@exercise.misconception("A slope that is made by dividing fails where the number is 0.")
class power_slope_by_division(RecordedValue):
    def __pow__(self, power):
        result = self.data**power
        return self._new(result, (self, power * result / self.data))


@exercise.misconception("An exponential of a large number overflows: who knows tanh without it?")
class tanh_from_exponentials(RecordedValue):
    def tanh(self):
        e = math.exp(2 * self.data)
        t = (e - 1) / (e + 1)
        return self._new(t, (self, 1 - t * t))


@exercise.misconception("A power of a negative number has a sign: what becomes of it?")
class power_by_logarithm(RecordedValue):
    def __pow__(self, power):
        size = abs(self.data)
        result = math.copysign(size**power, self.data)
        slope = power * size ** (power - 1) if size else float(power == 1)
        return self._new(result, (self, slope))


@exercise.misconception("Slopes are plain numbers: is a Value multiplied where its data are meant?")
class values_as_slopes(RecordedValue):
    def __mul__(self, other):
        other = self._lift(other)
        return self._new(self.data * other.data, (self, other), (other, self))
