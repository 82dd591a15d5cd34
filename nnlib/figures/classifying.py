"""How good a classifier is and what it looks at: scores with their uncertainty, pixel maps."""

from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np

from nnlib.arrays import Array
from nnlib.figures.base import Figure, drawing
from nnlib.figures.learner import Unusable, usable
from nnlib.figures.style import COLORS, DIVERGING, QUIET, WIDTH, canvas


@drawing
def accuracies(scores: Mapping[str, float], examples: int) -> Figure:
    """Accuracies one under the other, each with two standard errors on either side.

    Parameters
    ----------
    scores : mapping of name to float
        Shares from 0 to 1.
    examples : int
        On how many examples each was measured; the standard error is ``sqrt(p (1 - p) / N)``.

    Returns
    -------
    Figure
    """
    values = usable(list(scores.values()), (None,), "scores is")
    if values.min() < 0 or values.max() > 1:
        raise Unusable(
            f"scores go from {values.min():g} to {values.max():g}; accuracies lie from 0 to 1."
        )
    reach = 2 * np.sqrt(values * (1 - values) / examples)
    figure = canvas(0.9 + 0.34 * len(values))
    axes = figure.subplots()
    places = np.arange(len(values))
    axes.errorbar(values, places, xerr=reach, fmt="o", color=COLORS[0], capsize=4, markersize=6)
    for place, value in zip(places, values, strict=True):
        axes.annotate(f"{value:.3f}", (1.02, place), xycoords=("axes fraction", "data"),
                      va="center", annotation_clip=False)  # fmt: skip
    axes.axvline(0.5, color=QUIET, linewidth=1, linestyle="--")
    axes.set(
        yticks=places,
        yticklabels=list(scores),
        xlabel="accuracy",
        xlim=(min(0.45, values.min() - 0.05), 1),
    )
    axes.set_ylim(len(values) - 0.4, -0.6)
    axes.grid(visible=True, axis="x")
    facts = [
        f"{name} {value:.3f} ± {r:.3f}"
        for name, value, r in zip(scores, values, reach, strict=True)
    ]
    return Figure(
        figure,
        f"Accuracies on {examples:,} examples with two standard errors; a dashed line marks 0.5. "
        f"{'; '.join(facts)}.",
    )


@drawing
def pixels_that_matter(images: Array, slopes: Array, captions: Sequence[str] = ()) -> Figure:
    """Gray pictures, and under each how a score changes with each of its pixels.

    Parameters
    ----------
    images : ndarray of shape (N, height, width, 1), uint8
    slopes : ndarray of shape (N, height * width)
        Derivatives of a score with respect to the pixels.
    captions : sequence of N strings, optional

    Returns
    -------
    Figure
    """
    count, height, width, _ = usable(images, (None, None, None, 1), "images is").shape
    maps = usable(slopes, (count, height * width), "slopes is").reshape(count, height, width)
    reach = np.abs(maps).max(axis=(1, 2), keepdims=True)
    colored = matplotlib.colormaps[DIVERGING](0.5 + maps / np.maximum(reach, 1e-300) / 2)
    cell = WIDTH / max(count, 6)
    figure = canvas(2 * cell * height / width + 0.4, count * cell)
    for column, (top, below) in enumerate(
        zip(*figure.subplots(2, count, squeeze=False), strict=True)
    ):
        top.imshow(images[column, :, :, 0], cmap="gray", vmin=0, vmax=255)
        below.imshow(colored[column])
        for axes in (top, below):
            axes.set_axis_off()
        if len(captions):
            top.set_title(captions[column], fontsize=9, color=QUIET, loc="center")
    sizes = np.abs(maps).reshape(count, -1)
    half = np.sort(sizes, axis=1)[:, ::-1].cumsum(axis=1) < sizes.sum(axis=1, keepdims=True) / 2
    share = (half.sum(axis=1) + 1).mean() / (height * width)
    return Figure(
        figure,
        f"{count} pictures and under each a map of slopes: orange pixels raise the score when "
        f"they get brighter, purple ones lower it, white ones do nothing. Half of all slope "
        f"lies in {share:.0%} of the pixels. Largest slopes from {reach.min():.2g} "
        f"to {reach.max():.2g}.",
    )
