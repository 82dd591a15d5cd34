# %% [markdown]
# # 09 Autograd engine (bonus)
#
# In lesson 04 we derived a backward pass for every layer by hand. This lesson builds a machine
# that derives it for us: numbers that remember how they were calculated.
#
# **You will be able to**
# - write a class of numbers that records a calculation and plays the chain rule back through it,
# - say why the order of playing back matters, and what a value owes to each of its uses,
# - train a small network without writing a single derivative of it,
# - explain what PyTorch does in the same way, and what it does otherwise.
#
# **Time:** about 75 minutes. **You need:** lesson 03's chain rule on a graph, lesson 04's
# network, and classes in Python: `__init__`, methods, and that `a + b` calls `a.__add__(b)`.

# %% tags=["setup"]
import math

import numpy as np
from IPython.display import display

from nnlib import figures
from nnlib.checking import check, unfinished
from nnlib.datasets import moons
from nnlib.functional import network_backward, network_forward, softmax_cross_entropy_backward
from nnlib.initializers import he_init

# %% [markdown]
# ## 1 What must a number remember?
#
# Take $L = a \cdot b + a$ with $a = 2$ and $b = 3$. Python calculates $2 \cdot 3 = 6$, adds 2 and
# keeps an 8. That 8 has forgotten where it came from, so nobody can ask it what happens when $a$
# grows a little.
#
# What would it have to remember? Lesson 03 needed two things for each node of a graph: its
# **parents**, the nodes that it was calculated from, and its **slopes**, lesson 03's local
# derivatives: of the node with respect to each parent.
#
# | node | value | parents | slopes |
# |---|---|---|---|
# | $p = a \cdot b$ | 6 | $a$, $b$ | 3, 2 |
# | $L = p + a$ | 8 | $p$, $a$ | 1, 1 |
#
# Both are known at the very moment at which the operation happens. So each operation can write
# its own line of this table, and the graph draws itself while we calculate.

# %% [markdown]
# Before you look: $a$ is used twice. What is the derivative of $L$ with respect to $a$, and along
# which paths does it come?

# %% tags=["demo"]
figures.computation_graph(
    ["a", "b", "p = a·b", "L = p + a"], [(), (), (0, 1), (2, 0)], [2, 3, 6, 8], [4, 2, 1, 1]
)

# %% [markdown]
# Along $p$ the slope is $1 \cdot 3 = 3$, and directly it is 1: together 4. Multiplication along a
# path, addition over the paths.
#
# ## 2 Playing back
#
# `backward` starts at $L$, whose own derivative is 1. Then node after node hands on to its
# parents: its own gradient times the slope, **added** to what the parent has heard already.
#
# One condition makes this right. A node may hand on only when it has heard everything that it will
# ever hear. $a$ hears from $L$ and from $p$. Had it parents of its own, and handed on after the
# first call, they would miss the rest. So the nodes are played in an order in which every node
# comes after all nodes that use it.
#
# Such an order is easily made from the other end. List all nodes so that parents come before their
# children, with $L$ last, and play the list backwards. This is a **topological order**: visit the
# parents of a node first, each node once, then put the node itself on the list.

# %% [markdown]
# ## 3 The machine
#
# Numbers on either side, as in `2 * a` or `a - 1`, are a matter of bookkeeping: subtraction,
# division and their mirror images can all be written with `+`, `*` and `**`.


# %%
class Bookkeeping:
    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * lift(other) ** -1

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return -self + other

    def __rtruediv__(self, other):
        return self**-1 * other


# %% [markdown]
# Two finished operations as models, addition and the exponential. Each returns a new `Value` with
# its number, its parents, and one slope for each parent. `lift` makes a `Value` of a plain number,
# one without parents.


# %%
class Recorded(Bookkeeping):
    def __add__(self, other):
        other = lift(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def exp(self):
        result = math.exp(self.data)
        return Value(result, (self,), (result,))


def lift(number):
    return number if isinstance(number, Value) else Value(number)


# %% [markdown]
# The order of playing: `in_order(L)` lists every node behind $L$ once, parents first. It keeps a
# pile of nodes to look at. A node is looked at twice, before its parents and after them, and only
# then it goes on the list. A function that calls itself would be shorter, and would fail for a
# calculation of a thousand steps: Python allows only so many calls inside each other.


# %%
def in_order(last):
    order, seen, pile = [], set(), [(last, False)]
    while pile:
        node, parents_listed = pile.pop()
        if parents_listed:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            pile += [(node, True), *((parent, False) for parent in node.parents)]
    return order


# %% [markdown]
# ### Exercise `Value` · 25 minutes · hard ●●●
#
# **Complete** five methods. `self * other` takes a `Value` or a number (`lift` makes a `Value` of
# a number). The exponent in `self**exponent` is a plain number, never 0. `tanh` and `relu` take
# nothing. Each of the four returns a new `Value`.
#
# **`backward()`** gives this value the gradient 1. Then it goes through `in_order(self)`
# backwards, and each node adds its share to the `grad` of each of its parents. It is called once.
#
# **By hand:** with `a = Value(2)`, `b = Value(3)` and `L = a * b + a`, `L.backward()` leaves
# `L.data` 8, `a.grad` 4 and `b.grad` 2.
#
# <details><summary>Hint 1: where to look</summary>
#
# Lesson 03 has the slopes of a product and of ReLU. That of $x^n$ you know from school,
# $n\,x^{n-1}$; here $n$ may also be negative or a fraction. That of tanh, 1 − tanh², is cheapest
# from the result. For ReLU, ask whether the input is above zero.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# In backward, a node's parents and slopes stand in two tuples of equal length: go through both
# side by side. A value that is used twice hears twice, so what it heard before must stay.
#
# </details>


# %%
class Value(Recorded):
    def __init__(self, data, parents=(), slopes=()):
        self.data, self.grad = data, 0.0
        self.parents, self.slopes = parents, slopes

    def __mul__(self, other):
        ### BEGIN SOLUTION
        other = lift(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))
        ### END SOLUTION

    def __pow__(self, exponent):
        ### BEGIN SOLUTION
        return Value(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1),))
        ### END SOLUTION

    def tanh(self):
        ### BEGIN SOLUTION
        return Value(math.tanh(self.data), (self,), (1 - math.tanh(self.data) ** 2,))
        ### END SOLUTION

    def relu(self):
        ### BEGIN SOLUTION
        return Value(max(self.data, 0.0), (self,), (float(self.data > 0),))
        ### END SOLUTION

    def backward(self):
        ### BEGIN SOLUTION
        self.grad = 1.0
        for node in reversed(in_order(self)):
            for parent, slope in zip(node.parents, node.slopes, strict=True):
                parent.grad += slope * node.grad
        ### END SOLUTION


# %%
check(Value)

# %% [markdown]
# That is the whole of backpropagation: no layer, no matrix, no loss appears in it. Whatever is
# calculated with `+`, `*`, `**`, `exp`, `tanh` and `relu` has its derivatives now.
#
# One neuron, drawn from your own nodes: what went in, what came out, and what each number hears.
# Which of the two inputs will hear more, and why?


# %% tags=["demo"]
def graph_of(last, names):
    nodes = in_order(last)
    number = {id(node): k for k, node in enumerate(nodes)}
    parents = [tuple(number[id(parent)] for parent in node.parents) for node in nodes]
    labels = [names.get(id(node), "product" if len(node.parents) > 1 else "") for node in nodes]
    return figures.computation_graph(
        labels, parents, [node.data for node in nodes], [node.grad for node in nodes]
    )


with unfinished():
    x1, x2, w1, w2 = Value(1.0), Value(2.0), Value(0.8), Value(-0.3)
    z = x1 * w1 + x2 * w2
    out = z.tanh()
    out.backward()
    named = zip((x1, x2, w1, w2, z, out), ("x1", "x2", "w1", "w2", "sum", "tanh"), strict=True)
    display(graph_of(out, {id(node): name for node, name in named}))

# %% [markdown]
# Each input hears the neuron's slope times its weight, so $x_1$ hears more: 0.8 is larger than
# 0.3. Each weight hears the same slope times its input, so $w_2$ hears twice as much as $w_1$.
#
# ## 4 The same numbers as before
#
# Lesson 04 derived a network's backward pass with matrices. The machine knows nothing of that
# derivation. Will it agree, and to how many digits?
#
# The network below has 2 inputs, 3 hidden neurons and 2 logits. The machine calculates the loss
# of one example, $-\ln p_k = \ln \sum_j e^{z_j} - z_k$. It has no logarithm, but it can do with
# what it has: the derivative of $\ln s$ is $1/s$, so $s$ divided by its own number, a constant,
# has the same slope.

# %%
with unfinished():
    rng = np.random.default_rng(4)
    X, y, params = rng.normal(size=(1, 2)), np.array([1]), he_init([2, 3, 2], rng)
    logits, cache = network_forward(X, params)
    grads = network_backward(softmax_cross_entropy_backward(logits, y), cache, params)

    signal, weights = [Value(x) for x in X[0]], []
    for number, (W, b) in enumerate(params):
        W = [[Value(w) for w in row] for row in W]
        sums = [
            sum((x * row[h] for x, row in zip(signal, W, strict=True)), Value(b[h]))
            for h in range(len(b))
        ]
        signal = [z.relu() for z in sums] if number == 0 else sums
        weights.append(W)
    total = signal[0].exp() + signal[1].exp()
    (total / total.data - signal[1]).backward()
    for W, (dW, _) in zip(weights, grads, strict=True):
        mine = np.array([[w.grad for w in row] for row in W])
        print("same to 12 digits:", np.allclose(mine, dW, rtol=1e-12, atol=1e-15))

# %% [markdown]
# The matrices of lesson 04 are this machine, worked out beforehand for one kind of network.
#
# ## 5 A network that was never differentiated
#
# Can we train something with it? Two moons, a hidden layer of eight neurons with tanh, one score.
# A positive score means class 1, a negative one class 0. The loss of one example, with $t = 1$ for
# class 1 and $t = -1$ for class 0, is the hinge
#
# $$\max(0,\ 1 - t \cdot \text{score})$$
#
# It is 0 once the score is right by a margin of 1. Nobody tells the machine the derivative.
#
# The cell draws 20 of 200 points in each of 200 steps, with a learning rate that falls from 2 to 0.
# How many parameters has the network, and how many nodes has the graph of one step? Guess before
# you run it.


# %%
def score(point, params):
    hidden = [(point[0] * w1 + point[1] * w2 + b).tanh() for w1, w2, b, _ in params]
    return sum((h * out for h, (*_, out) in zip(hidden, params, strict=True)), Value(0.0))


def step(points, signs, params, learning_rate):
    loss = Value(0.0)
    for point, sign in zip(points, signs, strict=True):
        loss = loss + (1 - float(sign) * score(point, params)).relu()
    loss = loss / len(points)
    loss.backward()
    moved = [[Value(p.data - learning_rate * p.grad) for p in neuron] for neuron in params]
    return loss, moved


# %% tags=["demo"]
X, y = moons(200, 9)
trained = None
with unfinished():
    rng = np.random.default_rng(9)
    params = [[Value(float(number)) for number in rng.normal(size=4)] for _ in range(8)]
    print("parameters:", sum(len(neuron) for neuron in params))
    for number in range(200):
        rows = rng.choice(len(X), size=20, replace=False)
        points = [(float(a), float(b)) for a, b in X[rows]]
        loss, params = step(points, 2 * y[rows] - 1, params, 2 - number / 100)
        if number in (0, 99, 199):
            print(f"step {number + 1}: loss {loss.data:.3f}, {len(in_order(loss))} nodes")
    trained = params

# %% [markdown]
# Where does the network draw its line?


# %% tags=["demo"]
def predict(points):
    if trained is None:
        raise NotImplementedError("not written yet")
    plain = np.array([[p.data for p in neuron] for neuron in trained])
    hidden = np.tanh(points @ plain[:, :2].T + plain[:, 2])
    return (hidden @ plain[:, 3] > 0).astype(int)


figures.decision_region(predict, X, y, "Trained with nothing but Value")

# %% [markdown]
# Why does each step make new `Value`s for the parameters? Because `backward` adds to `grad`. With
# the old ones, every step would add its gradients to those of all steps before it. That mistake
# is so common that it has a name, a forgotten `zero_grad`.

# %% [markdown]
# ## 6 What PyTorch does otherwise
#
# The idea is the same: operations record themselves while the program runs, and `backward` plays
# the record back. Four things differ.
#
# - **A node holds an array**, not a number. Lesson 04's network of 973 parameters and a batch of 64
#   makes a few dozen nodes there; here it would be more than a hundred thousand.
# - **No slopes are stored.** The slope of a matrix product by a matrix would be a table of all
#   pairs of entries, the **Jacobian**. Each operation keeps its inputs instead, and a function that
#   turns `dZ` into `dX` and `dW`, as `dense_backward` does: a *vector–Jacobian product*, in the
#   words of its documentation.
# - **The record is thrown away** after `backward`, and recording can be switched off while
#   predicting: it costs memory.
# - **Gradients stay and accumulate** over several calls of `backward`, until they are set to zero.

# %% [markdown]
# ## Summary
#
# - A number that knows its parents and its slopes is a node; operations draw the graph.
# - `backward` starts with 1 and hands gradient times slope from each node to its parents.
# - Every node is played after all nodes that use it: a topological order, backwards.
# - What a value hears from its several uses is added.
# - The machine agrees with lesson 04's matrices to 12 digits; libraries do the same with arrays.

# %% [markdown]
# ## Questions to think about
#
# 1. The list of parents could be kept while calculating forward: each new node goes to its end. Is
#    that a topological order?
#
#    <details><summary>Answer</summary>
#
#    Yes. A node is made after its parents, so parents stand first. Such a list is called a tape.
#    It also holds nodes that do not lead to the loss; their gradient stays 0.
#
#    </details>
#
# 2. What would happen if `backward` handed on as soon as a node hears something?
#
#    <details><summary>Answer</summary>
#
#    Each path would be played by itself. Handing on only what has just arrived would be right,
#    and slow: the number of paths can double with every layer. Handing on all it has heard so
#    far counts the earlier part twice.
#
#    </details>
#
# 3. How would you get a second derivative?
#
#    <details><summary>Answer</summary>
#
#    The slopes are plain numbers here, so nothing records how they were calculated. If slopes
#    and gradients were Values themselves, the backward pass would draw a graph too, and could be
#    played back in its turn.
#
#    </details>

# %% [markdown]
# ## Further reading
#
# - R. E. Wengert: *A simple automatic derivative evaluation program*. Communications of the ACM 7
#   (8), 463–464, 1964. Two pages: a list of operations that is worked through.
# - A. Griewank, A. Walther: *Evaluating Derivatives*, 2nd edition. SIAM, 2008.
# - A. G. Baydin, B. A. Pearlmutter, A. A. Radul, J. M. Siskind: *Automatic differentiation in
#   machine learning: a survey*. Journal of Machine Learning Research 18 (153), 1–43, 2018.
# - A. Paszke et al.: *PyTorch: an imperative style, high-performance deep learning library*.
#   Advances in Neural Information Processing Systems 32, 2019.
# - A. Karpathy: *micrograd*, 2020. A scalar engine in about a hundred lines.
