"""How every figure of the course looks: size, fonts, colors, and a second channel beside color."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

import matplotlib
from matplotlib.figure import Figure as Canvas

WIDTH = 7.2
"""Inches: the width of a notebook's output at 96 pixels per inch."""

DOTS_PER_INCH = 144

INK = "#222222"
QUIET = "#6b6b6b"
GRID = "#d9d9d9"

# Okabe and Ito's palette: told apart with every common kind of color blindness.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
TINTS = ("#cfe3f1", "#f8dcc8", "#cdebe1", "#f4e2ec", "#faebcc", "#ddf0fb", "#dddddd")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (1, 1)))

SEQUENTIAL = "cividis"
"""Color map for amounts: even steps in brightness, for every reader."""
DIVERGING = "PuOr_r"
"""Color map for signed numbers: purple below zero, orange above, white at it."""

_SETTINGS: dict[str, object] = {
    "font.family": "DejaVu Sans",  # ships with matplotlib: the same on every machine
    "font.size": 10.5,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.labelsize": 10.5,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.formatter.useoffset": False,
    "text.color": INK,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "lines.linewidth": 2.0,
    "legend.frameon": False,
    "legend.handlelength": 2.8,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "savefig.bbox": None,
    "image.interpolation": "nearest",
    "mathtext.fontset": "dejavusans",
}


def house_style() -> AbstractContextManager[None]:
    """The settings above, for the length of a ``with``; the reader's own settings come back."""
    defaults = {
        name: value
        for name, value in matplotlib.rcParamsDefault.items()
        if name.split(".")[0] not in ("backend", "backend_fallback", "interactive")
    }
    style: AbstractContextManager[None] = matplotlib.rc_context({**defaults, **_SETTINGS})
    return style


def canvas(height: float, width: float = WIDTH) -> Canvas:
    """An empty picture of `width` by `height` inches, unknown to pyplot: nothing is left open."""
    return Canvas(figsize=(width, height), dpi=DOTS_PER_INCH, layout="constrained")


def blank(axes: Any) -> Any:
    """Axes for a drawing rather than a plot: no frame, no ticks, circles stay round."""
    axes.set_axis_off()
    axes.set_aspect("equal")
    return axes


def listed(parts: Iterable[str]) -> str:
    """Join words as a sentence does: ``"a, b and c"``.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last
