"""What weight sharing is worth: lesson 10's convolution against lesson 08's dense network.

Trains both with several seeds on the same drawn faces, and on photographs if a folder or zip of
``cat/`` and ``dog/`` is named, and prints test accuracies and the ratio of their errors.
``python benchmarks/convolution.py [PHOTOS] [--seeds 5] [--color]``
"""

from collections.abc import Callable
from itertools import pairwise

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from nnlib import layers
from nnlib.arrays import Array
from nnlib.datasets import cats_and_dogs, photo_folder
from nnlib.functional import accuracy
from nnlib.losses import SoftmaxCrossEntropy
from nnlib.network import Sequential
from nnlib.optimizers import Adam
from nnlib.schedules import CosineDecay
from nnlib.training import fit

CUT, EPOCHS, BATCH, RATE = 6_000, 8, 64, 0.003


def dense(channels: int, rng: np.random.Generator) -> Sequential:
    """Lesson 08's network: two hidden layers over all pixels."""
    sizes = [1024 * channels, 64, 32, 2]
    chain: list[layers.Layer] = [layers.Flatten()]
    for inputs, outputs in pairwise(sizes):
        chain += [layers.Dense(inputs, outputs, rng, dtype=np.float32), layers.ReLU()]
    return Sequential(chain[:-1])


def convolution(channels: int, rng: np.random.Generator) -> Sequential:
    """Lesson 10's network: two rounds of filters and pooling, one dense layer."""
    chain: list[layers.Layer] = []
    for inputs, filters in ((channels, 8), (8, 32)):
        filtering = layers.Conv2D(inputs, filters, 5, rng, 2, 2, dtype=np.float32)
        chain += [filtering, layers.ReLU(), layers.MaxPool2D(2)]
    return Sequential([*chain, layers.Flatten(), layers.Dense(128, 2, rng, dtype=np.float32)])


Builder = Callable[[int, np.random.Generator], Sequential]
NETWORKS: dict[str, Builder] = {"dense": dense, "conv": convolution}


def trained(build: Builder, X: Array, y: Array, seed: int) -> tuple[int, float]:
    """Parameters of a network, and its accuracy on the pictures after the first 6,000."""
    rng = np.random.default_rng(seed)
    network = build(X.shape[1], rng)
    optimizer = Adam(CosineDecay(RATE, EPOCHS * -(-CUT // BATCH)))
    options = {"epochs": EPOCHS, "batch_size": BATCH, "rng": rng, "progress": False}
    fit(network, X[:CUT], y[:CUT], loss=SoftmaxCrossEntropy(), optimizer=optimizer, **options)
    size = sum(W.size + b.size for W, b in network.parameters)
    return size, accuracy(network.forward(X[CUT:]), y[CUT:])


def data(photos: str | None, color: bool) -> dict[str, tuple[Array, Array]]:
    """Pictures (N, C, 32, 32), scaled by their training part, and labels, by name."""
    found = {"drawn faces": cats_and_dogs(8_000, 8)}
    if photos:
        images, y, *_ = photo_folder(photos, grey=not color)
        order = np.random.default_rng(0).permutation(len(y))
        found["photographs"] = images[order], y[order]
    scaled = {}
    for name, (images, y) in found.items():
        X = images.transpose(0, 3, 1, 2).astype(np.float32)
        scaled[name] = (X - X[:CUT].mean()) / X[:CUT].std(), y
    return scaled


@click.command()
@click.argument("photos", required=False)
@click.option("--seeds", default=5, show_default=True, help="How many trainings of each.")
@click.option("--color", is_flag=True, help="Photographs in color.")
def main(photos: str | None, seeds: int, color: bool) -> None:
    """Compare both networks on the same pictures."""
    table = Table("pictures", "network", "parameters", "accuracy", "lowest to highest", "errors")
    for name, (X, y) in data(photos, color).items():
        errors = {}
        for kind, build in NETWORKS.items():
            runs = [trained(build, X, y, seed) for seed in range(seeds)]
            scores = [score for _, score in runs]
            errors[kind] = 1 - np.mean(scores)
            table.add_row(
                f"{len(y):,} {name}", kind, f"{runs[0][0]:,}", f"{np.mean(scores):.3f}",
                f"{min(scores):.3f} to {max(scores):.3f}",
                f"{errors[kind] / errors['dense']:.2f} x dense",
            )  # fmt: skip
    Console().print(table)


if __name__ == "__main__":
    main()
