"""graph_backward(parents, local_grads): the chain rule on any graph, last node first."""

import numpy as np

from nnlib import autograd
from nnlib.checking import Exercise


def questions(rng):
    for parents in [
        [(), (), (0, 1), (2, 0)],
        [()],
        [(), (0,)],
        [(), (0, 0), (1, 1)],
        [(), (0,), (), (1, 0, 1), (1, 3)],
        [(), (0,), (1,), (0, 2, 1), (3, 1), (2,), (4, 0, 3)],
    ]:
        yield parents, _slopes(rng, parents)
    for K in (12, 17):
        parents = [_some_parents(rng, node) for node in range(K)]
        yield parents, _slopes(rng, parents)


def _some_parents(rng, node):
    """Up to three earlier nodes, mostly recent ones; a node may stand there twice."""
    earliest = max(0, node - 6)
    return tuple(int(p) for p in rng.integers(earliest, node, size=rng.integers(4))) if node else ()


def _slopes(rng, parents):
    return [tuple(float(s) for s in rng.choice([-1, 1], len(p)) * rng.uniform(0.5, 2, len(p)))
            for p in parents]  # fmt: skip


exercise = Exercise(autograd.graph_backward, questions, parts=("grads",), points=3)


@exercise.alternative
def recursive(parents, local_grads):
    children = [[] for _ in parents]
    for node, (ps, slopes) in enumerate(zip(parents, local_grads, strict=True)):
        for parent, slope in zip(ps, slopes, strict=True):
            children[parent].append((node, slope))

    def grad(node):
        if node == len(parents) - 1:
            return 1.0
        return sum(slope * grad(child) for child, slope in children[node])

    return [grad(node) for node in range(len(parents))]


@exercise.alternative
def matrix(parents, local_grads):
    K = len(parents)
    J = np.zeros((K, K))
    for node in range(K):
        np.add.at(J[node], list(parents[node]), local_grads[node])
    return np.linalg.solve(np.eye(K) - J.T, np.eye(K)[-1])


@exercise.alternative
def add_at(parents, local_grads):
    grads = np.zeros(len(parents))
    grads[-1] = 1.0
    for node in range(len(parents) - 1, -1, -1):
        np.add.at(grads, list(parents[node]), grads[node] * np.array(local_grads[node]))
    return grads


@exercise.alternative
def gathered(parents, local_grads):
    grads = [0.0] * len(parents)
    grads[len(parents) - 1] = 1
    for node in range(len(parents) - 2, -1, -1):
        grads[node] = sum(
            grads[child] * local_grads[child][i]
            for child in range(node + 1, len(parents))
            for i, parent in enumerate(parents[child])
            if parent == node
        )
    return tuple(grads)


def _walk(parents, local_grads, step, order=reversed, start=1.0):
    """The walk through the graph, where ``step(grads, node, parent, slope)`` is what differs."""
    grads = np.zeros(len(parents))
    grads[-1] = start
    for node in order(range(len(parents))):
        for parent, slope in zip(parents[node], local_grads[node], strict=True):
            step(grads, node, parent, slope)
    return grads


def _add(grads, node, parent, slope):
    grads[parent] += grads[node] * slope


@exercise.misconception("A node that is used twice hears from both: what happens to the first sum?")
def overwritten(parents, local_grads):
    def step(grads, node, parent, slope):
        grads[parent] = grads[node] * slope

    return _walk(parents, local_grads, step)


@exercise.misconception(
    "A node can only pass on what it has heard already: in which order do you visit the nodes?"
)
def forward_order(parents, local_grads):
    return _walk(parents, local_grads, _add, order=list)


@exercise.misconception("Everything stays 0: what is the derivative of the last node to itself?")
def no_start(parents, local_grads):
    return _walk(parents, local_grads, _add, start=0.0)


@exercise.misconception(
    "Only the local derivatives are added: what has the node itself heard from above?"
)
def upstream_ignored(parents, local_grads):
    def step(grads, node, parent, slope):
        grads[parent] += slope

    return _walk(parents, local_grads, step)


@exercise.misconception("Along a path slopes are multiplied; here they are added.")
def added_along_the_path(parents, local_grads):
    def step(grads, node, parent, slope):
        grads[parent] += grads[node] + slope

    return _walk(parents, local_grads, step)


@exercise.misconception("Over several paths slopes are added; here they are multiplied.")
def multiplied_over_paths(parents, local_grads):
    def step(grads, node, parent, slope):
        grads[parent] = (grads[parent] or 1) * grads[node] * slope

    return _walk(parents, local_grads, step)


@exercise.misconception("Only the first parent hears something: what of the others?")
def first_parent_only(parents, local_grads):
    firsts = [p[:1] for p in parents]
    return _walk(firsts, [s[:1] for s in local_grads], _add)


@exercise.misconception(
    "A parent that stands twice in one tuple is heard once: what does += with a list of "
    "indices, a set or a dict do with repeats?"
)
def repeats_dropped(parents, local_grads):
    grads = np.zeros(len(parents))
    grads[-1] = 1
    for node in reversed(range(len(parents))):
        grads[list(parents[node])] += grads[node] * np.array(local_grads[node])
    return grads


@exercise.misconception("Every node starts at 1: only one node does.")
def all_start_at_one(parents, local_grads):
    grads = np.ones(len(parents))
    for node in reversed(range(len(parents))):
        for parent, slope in zip(parents[node], local_grads[node], strict=True):
            grads[parent] += grads[node] * slope
    return grads


@exercise.misconception("Every node that hears something starts at 1 here, with its sum on top.")
def seeds_on_the_way(parents, local_grads):
    def step(grads, node, parent, slope):
        grads[parent] += (1 + grads[node] * (node < len(parents) - 1)) * slope

    return _walk(parents, local_grads, step)


@exercise.misconception("These are the derivatives of each node by the first; asked is the last.")
def forward_mode(parents, local_grads):
    grads = np.zeros(len(parents))
    grads[0] = 1
    for node in range(len(parents)):
        for parent, slope in zip(parents[node], local_grads[node], strict=True):
            grads[node] += grads[parent] * slope
    return grads


@exercise.misconception("The last node keeps its 1: is it reset, or left out?")
def last_node_left_out(parents, local_grads):
    grads = autograd.graph_backward(parents, local_grads)
    grads[-1] = 0
    return grads


@exercise.misconception("The result is in the order of the nodes, the first one first.")
def reversed_result(parents, local_grads):
    return autograd.graph_backward(parents, local_grads)[::-1]


@exercise.misconception("An array of integers cannot hold these numbers: look at its dtype.")
def integers(parents, local_grads):
    grads = np.zeros(len(parents), dtype=int)
    grads[-1] = 1
    for node in reversed(range(len(parents))):
        for parent, slope in zip(parents[node], local_grads[node], strict=True):
            grads[parent] += int(grads[node] * slope)
    return grads
