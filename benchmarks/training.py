"""One training step of nnlib beside its peers, as ratios within one run.

    python benchmarks/training.py [--rounds 61] [--threads 1]

A step is forward, loss, backward and an SGD update. All contestants get the same data and take
turns, so that a busy machine is unfair to none; what is compared are medians of CPU time.

- floor: the step's matrix products alone, their outputs allocated beforehand
- plain: the step written by hand in NumPy, without checks or objects
- torch, sklearn: PyTorch on the CPU, eager, and MLPClassifier.partial_fit; where installed
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from importlib.util import find_spec
from itertools import pairwise

Step = Callable[[], object]

SIZES = [  # inputs, two hidden layers, outputs, batch
    (2, 16, 16, 1, 32),
    (784, 128, 64, 10, 64),
    (1024, 64, 64, 1, 64),
    (3072, 128, 64, 1, 64),
    (3072, 512, 256, 1, 256),
]
PEERS = {"torch": "torch", "sklearn": "sklearn"}


def nnlib_step(X, y, params) -> Step:
    from nnlib.layers import Dense, ReLU
    from nnlib.losses import BinaryCrossEntropy, SoftmaxCrossEntropy
    from nnlib.network import Sequential
    from nnlib.optimizers import SGD
    from nnlib.training import training_step

    layers = []
    for W, _ in params:
        layers += [Dense(*W.shape, np.random.default_rng(0), dtype=W.dtype), ReLU()]
    network = Sequential(layers[:-1])
    network.parameters = params
    binary = params[-1][0].shape[1] == 1
    loss = BinaryCrossEntropy() if binary else SoftmaxCrossEntropy()
    optimizer = SGD(0.01)
    return lambda: training_step(network, X, y, loss, optimizer)


def plain_step(X, y, params) -> Step:
    (W1, b1), (W2, b2), (W3, b3) = ([W.copy(), b.copy()] for W, b in params)
    N, rows = len(X), np.arange(len(X))

    def step() -> float:
        Z1 = X @ W1 + b1
        A1 = np.maximum(Z1, 0)
        Z2 = A1 @ W2 + b2
        A2 = np.maximum(Z2, 0)
        Z3 = A2 @ W3 + b3
        if Z3.shape[1] == 1:
            P = 1 / (1 + np.exp(-Z3[:, 0]))
            loss = -np.mean(y * np.log(P) + (1 - y) * np.log(1 - P))
            dZ3 = ((P - y) / N)[:, None].astype(X.dtype)
        else:
            dZ3 = np.exp(Z3 - Z3.max(axis=1, keepdims=True))
            dZ3 /= dZ3.sum(axis=1, keepdims=True)
            loss = -np.log(dZ3[rows, y]).mean()
            dZ3[rows, y] -= 1
            dZ3 /= N
        dZ2 = dZ3 @ W3.T * (Z2 > 0)
        dZ1 = dZ2 @ W2.T * (Z1 > 0)
        for W, b, A, dZ in ((W1, b1, X, dZ1), (W2, b2, A1, dZ2), (W3, b3, A2, dZ3)):
            W -= 0.01 * (A.T @ dZ)
            b -= 0.01 * dZ.sum(axis=0)
        return loss

    return step


def floor_step(X, y, params) -> Step:
    weights = [W for W, _ in params]
    A = [X, *(np.ones((len(X), W.shape[1]), X.dtype) for W in weights)]
    dA = [np.ones_like(array) for array in A]
    dW = [np.empty_like(W) for W in weights]

    def step() -> None:
        for k, W in enumerate(weights):
            np.matmul(A[k], W, out=dA[k + 1])
        for k in reversed(range(len(weights))):
            np.matmul(A[k].T, A[k + 1], out=dW[k])
            if k:
                np.matmul(A[k + 1], weights[k].T, out=dA[k])

    return step


def torch_step(X, y, params) -> Step:
    import torch

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    layers = []
    for W, b in params:
        layer = torch.nn.Linear(*W.shape, dtype=torch.tensor(W).dtype)
        layer.weight.data, layer.bias.data = torch.tensor(W.T.copy()), torch.tensor(b)
        layers += [layer, torch.nn.ReLU()]
    network = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
    binary = params[-1][0].shape[1] == 1
    data, labels = torch.tensor(X), torch.tensor(y)
    loss = torch.nn.BCEWithLogitsLoss() if binary else torch.nn.CrossEntropyLoss()
    if binary:
        labels = labels.to(data.dtype)[:, None]

    def step() -> float:
        optimizer.zero_grad()
        value = loss(network(data), labels)
        value.backward()
        optimizer.step()
        return value.item()

    return step


def sklearn_step(X, y, params) -> Step:
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(
        [W.shape[1] for W, _ in params[:-1]],
        solver="sgd",
        learning_rate_init=0.01,
        momentum=0.0,
        alpha=0.0,
        batch_size=len(X),
    )
    classes = np.arange(max(params[-1][0].shape[1], 2))
    model.partial_fit(X, y, classes=classes)
    return lambda: model.partial_fit(X, y)


CONTESTANTS = {
    "nnlib": nnlib_step,
    "plain": plain_step,
    "floor": floor_step,
    "torch": torch_step,
    "sklearn": sklearn_step,
}


def problem(size, dtype):
    inputs, *hidden, outputs, batch = size
    rng = np.random.default_rng(0)
    widths = [inputs, *hidden, outputs]
    params = [
        (rng.normal(0, (2 / m) ** 0.5, (m, n)).astype(dtype), np.zeros(n, dtype))
        for m, n in pairwise(widths)
    ]
    y = np.arange(batch) % max(outputs, 2)
    return rng.normal(size=(batch, inputs)).astype(dtype), y, params


def medians(steps: dict[str, Step], rounds: int) -> dict[str, float]:
    """Median CPU seconds of each step, measured in turns of about 5 ms."""
    turns = {}
    for name, step in steps.items():
        step()
        start = time.process_time()
        for _ in range(3):
            step()
        turns[name] = max(1, int(0.005 * 3 / max(time.process_time() - start, 1e-6)))
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            start = time.process_time()
            for _ in range(turns[name]):
                step()
            seconds[name].append((time.process_time() - start) / turns[name])
    return {name: statistics.median(values) for name, values in seconds.items()}


def peak_memory(size, dtype) -> float:
    """Peak of a few steps over what is allowed: 3 × parameters plus activations."""
    X, y, params = problem(size, dtype)
    parameters = sum(W.nbytes + b.nbytes for W, b in params)
    # Of each layer: weighted sums and their derivative, twice for ReLU in between.
    activations = sum(4 * len(X) * W.shape[1] * X.itemsize for W, _ in params)
    tracemalloc.start()
    step = nnlib_step(X, y, [(W.copy(), b.copy()) for W, b in params])
    tracemalloc.reset_peak()
    for _ in range(3):
        step()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / (3 * parameters + activations)


def import_seconds(module: str) -> float:
    """Median seconds that a fresh interpreter spends on an import."""
    code = f"import time; t = time.process_time(); import {module}; print(time.process_time() - t)"
    runs = [subprocess.check_output([sys.executable, "-c", code], text=True) for _ in range(9)]
    return statistics.median(map(float, runs))


def main(rounds: int) -> None:
    present = {n: s for n, s in CONTESTANTS.items() if n not in PEERS or find_spec(PEERS[n])}
    for name in CONTESTANTS.keys() - present.keys():
        print(f"{name} is not installed and left out.")
    others = [name for name in present if name != "nnlib"]
    print(f"{'size':>24} {'dtype':>8} {'nnlib':>10}" + "".join(f"{'/' + n:>9}" for n in others))
    for size in SIZES:
        for dtype in (np.float32, np.float64):
            data = problem(size, dtype)
            times = medians({name: make(*data) for name, make in present.items()}, rounds)
            ratios = "".join(f"{times['nnlib'] / times[name]:9.2f}" for name in others)
            microseconds = f"{1e6 * times['nnlib']:,.0f} µs"
            print(f"{size!s:>24} {np.dtype(dtype)!s:>8} {microseconds:>10}{ratios}", flush=True)
    print("\nWanted: /floor at most 1.5 at the largest size, /plain at most 1.5 at the smallest,")
    print("/torch and /sklearn below 1 everywhere.\n")
    for dtype in (np.float32, np.float64):
        share = peak_memory(SIZES[-1], dtype)
        print(f"peak memory, {np.dtype(dtype)}: {share:.2f} of 3 × parameters + activations")
    numpy = import_seconds("numpy")
    for module in ("nnlib", "nnlib.training"):
        print(f"import {module}: {import_seconds(module) / numpy:.2f} × import numpy")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=61)
    parser.add_argument("--threads", type=int, default=1, help="for matrix products (default: 1)")
    arguments = parser.parse_args()
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(arguments.threads)  # read when NumPy and PyTorch are imported
    import numpy as np

    main(arguments.rounds)
