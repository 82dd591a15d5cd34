"""Pictures of pictures: data, weights that look like them, and what a classifier got wrong."""

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np

from nnlib.arrays import Array
from nnlib.figures.base import Figure, drawing
from nnlib.figures.learner import Unusable, usable
from nnlib.figures.style import DIVERGING, INK, QUIET, WIDTH, canvas, listed


@drawing
def picture_grid(images: Array, captions: Sequence[str] = (), columns: int = 8) -> Figure:
    """Pictures side by side, with a few words under each.

    Parameters
    ----------
    images : ndarray of shape (N, height, width, channels), uint8
        One channel is gray, three are color.
    captions : sequence of N strings, optional
    columns : int

    Returns
    -------
    Figure
    """
    count, height, width, channels = usable(images, (None, None, None, None), "images is").shape
    figure = _grid(images, captions, columns)
    words = f", captioned {listed(captions)}" if len(captions) else ""
    color = "gray" if channels == 1 else "color"
    return Figure(
        figure,
        f"{count} pictures of {height} by {width} pixels in {color}{words}. "
        f"Mean brightness {images.mean():.0f} of 255.",
    )


@drawing
def weights_as_images(W: Array, height: int, width: int, count: int = 16) -> Figure:
    """What each neuron of the first layer looks for: its weights, laid out like the picture.

    Parameters
    ----------
    W : ndarray of shape (height * width, H)
    height, width : int
    count : int
        How many neurons to show: those with the largest weights, largest first.

    Returns
    -------
    Figure
    """
    weights = usable(W, (height * width, None), "W is")
    norms = np.linalg.norm(weights, axis=0)
    shown = np.argsort(-norms, kind="stable")[:count]
    colored, reach = _signed(weights[:, shown].T.reshape(-1, height, width))
    captions = [f"{number}: ±{top:.2g}" for number, top in zip(shown, reach, strict=True)]
    figure = _grid(colored, captions, 8)
    return Figure(
        figure,
        f"Weights of {len(shown)} of {weights.shape[1]} neurons as pictures of {height} by "
        f"{width} pixels; orange is positive, purple negative, white 0. "
        f"Norms from {norms[shown].max():.2f} to {norms[shown].min():.2f}, largest first.",
    )


@drawing
def feature_maps(image: Array, maps: Array, captions: Sequence[str] = ()) -> Figure:
    """A picture, and beside it where each filter answers: one signed picture per filter.

    Parameters
    ----------
    image : ndarray of shape (height, width, 1), uint8
    maps : ndarray of shape (filters, out_height, out_width)
    captions : sequence of strings, optional
        One per filter; "filter 0", "filter 1" and so on unless given.

    Returns
    -------
    Figure
    """
    gray = usable(image, (None, None, 1), "image is")
    answers = usable(maps, (len(captions) or None, None, None), "maps is")
    colored, _ = _signed(answers)
    names = list(captions) or [f"filter {number}" for number in range(len(answers))]
    ends = [f"{one.min():.2g} to {one.max():.2g}".replace("-", "−") for one in answers]
    below = [f"{name}\n{reach}" for name, reach in zip(names, ends, strict=True)]
    rows = -(-(len(answers) + 1) // 8)
    columns = -(-(len(answers) + 1) // rows)
    figure = _grid([gray.repeat(3, axis=2), *colored], ["picture", *below], columns)
    facts = listed(
        f"{name} from {one.min():.2g} to {one.max():.2g}"
        for name, one in zip(names, answers, strict=True)
    )
    return Figure(
        figure,
        f"A picture of {gray.shape[0]} by {gray.shape[1]} pixels and {len(answers)} maps of "
        f"{answers.shape[1]} by {answers.shape[2]}; orange is positive, purple negative, white 0. "
        f"{facts}.",
    )


@drawing
def confusion_table(matrix: Array, classes: Sequence[str]) -> Figure:
    """A confusion matrix as a table: counts, and their share of the row.

    Parameters
    ----------
    matrix : ndarray of shape (C, C)
        Rows are the truth, columns what was predicted.
    classes : sequence of C strings

    Returns
    -------
    Figure
    """
    counts = usable(matrix, (len(classes), len(classes)), "matrix is")
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = canvas(1.3 + 0.75 * len(classes), 2.2 + 1.2 * len(classes))
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for (row, column), share in np.ndenumerate(shares):
        axes.text(column, row, f"{counts[row, column]:g}\n{share:.0%}", ha="center", va="center",
                  color="white" if share > 0.55 else INK)  # fmt: skip
    ticks = range(len(classes))
    axes.set(xticks=ticks, yticks=ticks, xticklabels=classes, yticklabels=classes)
    axes.set(xlabel="predicted", ylabel="true")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    right = np.trace(counts) / max(counts.sum(), 1)
    facts = [
        f"of {counts[row].sum():g} of class {name}, "
        + listed(
            f"{counts[row, column]:g} were called {other}" for column, other in enumerate(classes)
        )
        for row, name in enumerate(classes)
    ]
    return Figure(figure, f"Confusion matrix, {right:.1%} right: {'; '.join(facts)}.")


@drawing
def most_confidently_wrong(
    images: Array, y: Array, probabilities: Array, classes: Sequence[str], count: int = 8
) -> Figure:
    """The pictures a classifier got wrong while it was most sure of itself.

    Parameters
    ----------
    images : ndarray of shape (N, height, width, channels), uint8
    y : ndarray of shape (N,)
    probabilities : ndarray of shape (N, C)
    classes : sequence of C strings
    count : int
        How many to show at most.

    Returns
    -------
    Figure
    """
    sure = usable(probabilities, (len(images), len(classes)), "probabilities is")
    said = sure.argmax(axis=1)
    confidence = sure.max(axis=1)
    wrong = np.flatnonzero(said != y)
    if not len(wrong):
        raise Unusable(f"All {len(y)} pictures are classified right; there is no mistake to show.")
    shown = wrong[np.argsort(-confidence[wrong], kind="stable")][:count]
    captions = [f"{classes[said[i]]} {confidence[i]:.2f}\nis a {classes[int(y[i])]}" for i in shown]
    figure = _grid(images[shown], captions, 8)
    facts = listed(
        f"a {classes[int(y[i])]} taken for a {classes[said[i]]} with {confidence[i]:.2f}"
        for i in shown
    )
    return Figure(
        figure,
        f"The {len(shown)} most confidently wrong of {len(wrong)} mistakes on {len(y)} pictures: "
        f"{facts}.",
    )


def _signed(numbers: Array) -> tuple[Array, Array]:
    """Signed pictures (N, height, width) in color, uint8, and the largest size in each."""
    reach = np.abs(numbers).max(axis=(1, 2))
    share = numbers / np.maximum(reach, 1e-300)[:, None, None]
    colored = matplotlib.colormaps[DIVERGING](0.5 + share / 2)
    return (colored[..., :3] * 255).round().astype(np.uint8), reach


def _grid(images: Sequence[Array] | Array, captions: Sequence[str], columns: int) -> Any:
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    lines = max((caption.count("\n") + 1 for caption in captions), default=0)
    cell = WIDTH / max(columns, 6)
    figure = canvas(
        rows * (cell * images[0].shape[0] / images[0].shape[1] + 0.17 * lines), columns * cell
    )
    for number, axes in enumerate(figure.subplots(rows, columns, squeeze=False).ravel()):
        axes.set_axis_off()
        if number < len(images):
            axes.imshow(images[number].squeeze(), cmap="gray", vmin=0, vmax=255)
            if len(captions):
                axes.text(0.5, -0.04, captions[number], transform=axes.transAxes, ha="center",
                          va="top", fontsize=9, color=QUIET)  # fmt: skip
    return figure
