"""What a figure function returns: a picture that says in words, with numbers, what it shows."""

import base64
import functools
import html
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from PIL import Image

from nnlib.figures.learner import Unusable
from nnlib.figures.style import house_style

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, repr=False)
class Figure:
    """A drawn figure. A notebook shows the picture; a screen reader reads `alt`.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
        To look at or to change; pyplot does not know it.
    alt : str
        The picture in words, with numbers.
    """

    figure: Canvas
    alt: str

    def png(self) -> bytes:
        """The picture as PNG: the same bytes every time, with no date or version inside."""
        buffer = io.BytesIO()
        with house_style():
            picture = pixels(self.figure)
        # A palette halves the size, and notebooks with twenty pictures stay below 1 MB.
        picture.quantize(colors=255, dither=Image.Dither.NONE).save(buffer, format="PNG")
        return buffer.getvalue()

    def save(self, path: str | Path) -> None:
        """Write the picture to a PNG file."""
        Path(path).write_bytes(self.png())

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        width = round(self.figure.get_figwidth() * 96)
        return {"text/html": image_html(self.png(), self.alt, width), "text/plain": self.alt}

    def __repr__(self) -> str:
        return self.alt


@dataclass(frozen=True, repr=False)
class NotDrawn:
    """Stands where a figure would be; shows one sentence: what came, what was expected."""

    alt: str

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": f"<p><em>{html.escape(self.alt)}</em></p>", "text/plain": self.alt}

    def __repr__(self) -> str:
        return self.alt


def drawing(draw: Callable[P, R]) -> Callable[P, "R | NotDrawn"]:
    """Make a figure function of one that draws: house style, and a sentence where it cannot draw.

    Parameters
    ----------
    draw : callable
        Returns a `Figure` or an `Animation`; raises `Unusable` when a learner's function or
        result cannot be drawn. That turns into a `NotDrawn`, so a notebook always goes on.
    """

    @functools.wraps(draw)
    def figure(*args: P.args, **kwargs: P.kwargs) -> R | NotDrawn:
        try:
            with house_style():
                return draw(*args, **kwargs)
        except Unusable as problem:
            return NotDrawn(str(problem))

    return figure


def pixels(figure: Canvas) -> Image.Image:
    """Paint a matplotlib figure in memory, with no display and no global state."""
    agg = FigureCanvasAgg(figure)
    agg.draw()
    figure.set_layout_engine("none")  # what has found its place stays there from now on
    return Image.fromarray(np.asarray(agg.buffer_rgba())[..., :3])


def image_html(png: bytes, alt: str, width: int, attributes: str = "") -> str:
    """One ``<img>`` that carries its picture and its alt text with it."""
    data = base64.b64encode(png).decode()
    return (
        f'<img alt="{html.escape(alt)}" width="{width}" style="max-width:100%;height:auto"'
        f'{attributes} src="data:image/png;base64,{data}">'
    )
