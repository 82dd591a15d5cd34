"""A short animation that plays inside a notebook, with no server, no network and no library.

What is shown first, and to readers without scripts, is the last picture; a script adds a button
and a slider. Nothing moves before the reader asks for it. The other pictures lie over the last one
and hold only what differs from it, which keeps them small.
"""

import base64
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure as Canvas
from PIL import Image

from nnlib.figures.base import image_html, pixels

CLEAR = 63

LARGEST = 1_000_000
"""Bytes of HTML: notebooks are kept in version control and sent by mail."""

_SCRIPT = """
for (const box of document.querySelectorAll(".nnlib-animation:not([data-ready])")) {
  box.dataset.ready = "yes";
  const frames = JSON.parse(box.querySelector("script").textContent);
  const image = box.querySelector("img"), last = frames.length - 1;
  const button = document.createElement("button"), slider = document.createElement("input");
  let timer = 0;
  image.style.background = `url("data:image/png;base64,${frames[last]}") 0 0 / 100% 100%`;
  const show = () => { image.src = "data:image/png;base64," + frames[+slider.value]; };
  const stop = () => { clearInterval(timer); timer = 0; button.textContent = "Play"; };
  const next = () => {
    slider.value = +slider.value + 1;
    show();
    if (+slider.value >= last) stop();
  };
  Object.assign(slider, {type: "range", min: 0, max: last, value: last});
  slider.setAttribute("aria-label", "frame of the animation");
  slider.style.width = "60%";
  slider.oninput = () => { stop(); show(); };
  button.onclick = () => {
    if (timer) return stop();
    if (+slider.value >= last) { slider.value = 0; show(); }
    button.textContent = "Pause";
    timer = setInterval(next, +box.dataset.milliseconds);
  };
  stop();
  box.append(document.createElement("br"), button, slider);
}
"""


@dataclass(frozen=True, repr=False)
class Animation:
    """Pictures that follow one another. A notebook shows a player; a screen reader reads `alt`.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
        The last picture.
    frames : tuple of bytes
        PNG pictures; all but the last are transparent where they agree with it.
    alt : str
        What happens, in words, with numbers.
    milliseconds : int
        Between two frames.
    """

    figure: Canvas
    frames: tuple[bytes, ...]
    alt: str
    milliseconds: int = 150

    def to_jshtml(self) -> str:
        """The player as one piece of HTML, the same every time, that carries all its pictures.

        Raises
        ------
        ValueError
            When it would be larger than a megabyte.
        """
        width = round(self.figure.get_figwidth() * 96)
        pictures = json.dumps([base64.b64encode(frame).decode() for frame in self.frames])
        text = (
            f'<div class="nnlib-animation" data-milliseconds="{self.milliseconds}">'
            f"{image_html(self.frames[-1], self.alt, width)}"
            f'<script type="application/json">{pictures}</script></div><script>{_SCRIPT}</script>'
        )
        if len(text) > LARGEST:
            raise ValueError(
                f"The animation has {len(self.frames)} frames and {len(text)} bytes; "
                f"at most {LARGEST} bytes belong into a notebook: show fewer steps."
            )
        return text

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self.to_jshtml(), "text/plain": self.alt}

    def __repr__(self) -> str:
        return self.alt


def animate(
    figure: Canvas,
    update: Callable[[int], None],
    steps: Iterable[int],
    alt: str,
    milliseconds: int = 150,
) -> Animation:
    """Take a picture of `figure` after each call of `update`.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    update : callable
        Given a step, changes what is drawn.
    steps : iterable of ints
    alt : str
    milliseconds : int
        Between two pictures.

    Returns
    -------
    Animation
    """
    pictures = []
    for step in steps:
        update(step)
        pictures.append(pixels(figure))
    return Animation(figure, _overlays(pictures), alt, milliseconds)


def evenly(count: int, most: int = 40) -> list[int]:
    """Which of `count` steps to show: all, or `most` of them with the first and the last.

    >>> evenly(7, most=4)
    [0, 2, 4, 6]
    """
    if count <= most:
        return list(range(count))
    return [round(k * (count - 1) / (most - 1)) for k in range(most)]


def _overlays(pictures: list[Image.Image]) -> tuple[bytes, ...]:
    """Encode pictures with one palette of 63 colors, and the 64th for "as in the last picture"."""
    samples = [np.asarray(pictures[k]) for k in evenly(len(pictures), most=5)]
    palette = Image.fromarray(np.concatenate(samples)).quantize(CLEAR)
    tones = [255 if tone > 248 else tone for tone in palette.getpalette() or []]  # white is white
    palette.putpalette(tones[: 3 * CLEAR])
    coded = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    last = np.asarray(coded[-1])
    frames = []
    for image in coded[:-1]:
        codes = np.asarray(image)
        overlay = Image.fromarray(np.where(codes == last, CLEAR, codes).astype(np.uint8))
        overlay.putpalette((tones + 3 * (CLEAR + 1) * [0])[: 3 * (CLEAR + 1)])
        frames.append(_png(overlay, transparency=CLEAR))
    return *frames, _png(coded[-1])


def _png(image: Image.Image, **options: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=True, **options)
    return buffer.getvalue()
