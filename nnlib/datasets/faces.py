"""Drawn faces of cats and dogs, 32 by 32 gray pixels: the recipe, picture by picture.

Both classes share fur, background, patches, light and noise. Only ears, the head's proportions,
eyes, muzzle, nose, whiskers and tongue tell them apart, and a face may stand anywhere, turned,
lighter or darker than what is behind it. So no single pixel says much, and a linear model stays
weak where a hidden layer does not.

A picture must never change, on any machine: only ``+ - * /``, square roots and comparisons are
used, which IEEE 754 rounds alike everywhere (no sine, no exponential, no sum over an axis, whose
order is free), and the stream of `numpy.random.RandomState`, which NumPy has frozen.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from nnlib.arrays import Array

SIDE = 32
BLOCK = 250
"""Pictures are drawn this many at a time, so the first ones do not depend on how many follow."""

CAT, DOG = 0, 1

Number: TypeAlias = float | Array


@dataclass(frozen=True)
class FaceStyle:
    """How faces are drawn. The defaults make the course's data; others ask what a model learned.

    Attributes
    ----------
    brightness : float
        Added to every pixel; pixels lie in [0, 1].
    scale : (float, float)
        Smallest and largest size of a head; 1 fills the picture.
    shift : float
        How far the center may move, in half picture widths.
    tilt : float
        Tangent of half the largest angle; 0.176 turns up to 20 degrees either way.
    contrast : (float, float)
        Smallest and largest difference between fur and background.
    noise : float
        Standard deviation, per pixel.
    occlusion : float
        Share of pictures in which something stands in front of the face.
    other_ears : float
        Share of faces with the other class's ears; 1.0 swaps them all.
    """

    brightness: float = 0.0
    scale: tuple[float, float] = (0.70, 0.98)
    shift: float = 0.18
    tilt: float = 0.176
    contrast: tuple[float, float] = (0.22, 0.45)
    noise: float = 0.035
    occlusion: float = 0.10
    other_ears: float = 0.03


class Dice:
    """A fresh uniform number per picture at every throw, shaped to meet a block of pixels."""

    def __init__(self, stream: np.random.RandomState) -> None:
        self._stream = stream

    def between(self, low: Number, high: Number) -> Array:
        thrown = self._stream.random_sample((BLOCK, 1, 1))
        return np.asarray(low + (high - low) * thrown)

    def chance(self, probability: float) -> Array:
        return self.between(0.0, 1.0) < probability

    def clouds(self, cells: int) -> Array:
        """Soft blotches between -1 and 1: a coarse grid of random numbers, joined by lines."""
        grid = 2 * self._stream.random_sample((BLOCK, cells + 1, cells + 1)) - 1
        size = SIDE // cells
        within = ((np.arange(SIDE) + 0.5) / size) % 1
        low = np.arange(SIDE) // size
        rows = grid[:, low] + within[:, None] * (grid[:, low + 1] - grid[:, low])
        return np.asarray(rows[:, :, low] + within * (rows[:, :, low + 1] - rows[:, :, low]))

    def grain(self) -> Array:
        """Nearly normal noise of standard deviation 1 per pixel: four bytes added up."""
        raw = self._stream.bytes(4 * BLOCK * SIDE * SIDE)
        parts = np.frombuffer(raw, np.uint8).reshape(4, BLOCK, SIDE, SIDE).astype(np.int64)
        return np.asarray((parts[0] + parts[1] + parts[2] + parts[3] - 510) / 147.8)


class Easel:
    """A block of pictures being painted, seen from the face: (0, 0) is the head's middle."""

    def __init__(self, dice: Dice, style: FaceStyle) -> None:
        place = (np.arange(SIDE) + 0.5) / (SIDE / 2) - 1
        tangent = dice.between(-style.tilt, style.tilt)
        cosine = (1 - tangent * tangent) / (1 + tangent * tangent)
        sine = 2 * tangent / (1 + tangent * tangent)
        self.scale = dice.between(*style.scale)
        x = (place[None, None, :] - dice.between(-style.shift, style.shift)) / self.scale
        y = (place[None, :, None] - dice.between(-style.shift, style.shift)) / self.scale
        self.u = x * cosine + y * sine
        self.v = y * cosine - x * sine
        self.pixels = np.zeros((BLOCK, SIDE, SIDE))

    def soft(self, distance: Array) -> Array:
        """Share of a pixel that lies inside, from its distance to the edge (inside positive)."""
        return np.clip(distance * self.scale * (SIDE / 2) + 0.5, 0.0, 1.0)

    def ellipse(self, u: Number, v: Number, width: Number, height: Number) -> Array:
        across, down = (self.u - u) / width, (self.v - v) / height
        radius = np.sqrt(across * across + down * down)
        return self.soft((1 - radius) * np.minimum(width, height))

    def triangle(self, *corners: tuple[Number, Number]) -> Array:
        """Corners in clockwise order, as seen in the picture."""
        inside = np.full_like(self.pixels, 1.0)
        for (u0, v0), (u1, v1) in zip(corners, corners[1:] + corners[:1], strict=True):
            along, down = np.asarray(u1 - u0), np.asarray(v1 - v0)
            side = along * (self.v - v0) - down * (self.u - u0)
            inside = np.minimum(inside, side / np.sqrt(along * along + down * down))
        return self.soft(inside)

    def paint(self, cover: Array, level: Number) -> None:
        """Lay a tone over the pictures where `cover` is 1, a mixture where it is less."""
        self.pixels += cover * (level - self.pixels)


def draw_faces(stream: np.random.RandomState, style: FaceStyle) -> Iterator[tuple[Array, Array]]:
    """Blocks of faces without end.

    Parameters
    ----------
    stream : numpy RandomState
    style : FaceStyle

    Yields
    ------
    images : ndarray of shape (250, 32, 32, 1), uint8
    y : ndarray of shape (250,)
        0 for a cat, 1 for a dog, at even odds.
    """
    while True:
        dice = Dice(stream)
        dog = dice.chance(0.5)
        easel = Easel(dice, style)
        contrast = np.where(dice.chance(0.5), 1, -1) * dice.between(*style.contrast)
        middle = dice.between(0.40, 0.60)
        ground, fur = middle - contrast / 2, middle + contrast / 2
        easel.paint(np.ones((1, 1, 1)), ground + 0.16 * dice.clouds(4))
        swapped = dice.chance(style.other_ears)
        _ears(easel, dice, dog != swapped, fur)
        head = _head(easel, dice, dog, fur)
        _features(easel, dice, dog, fur)
        easel.pixels += 0.08 * head * dice.clouds(16)
        _front(easel, dice, ground, style.occlusion)
        light = dice.between(-0.12, 0.12) * easel.u + dice.between(-0.12, 0.12) * easel.v
        values = easel.pixels + light + style.noise * dice.grain() + style.brightness
        images = np.floor(np.clip(values, 0.0, 1.0) * 255 + 0.5).astype(np.uint8)
        yield images[..., None], dog.reshape(BLOCK).astype(np.int64)


def _ears(easel: Easel, dice: Dice, hanging: Array, fur: Array) -> None:
    """Pointed ears stand up, hanging ears lie beside the head."""
    tone = fur + dice.between(-0.20, 0.20)
    out, up = dice.between(0.42, 0.60), dice.between(0.74, 0.96)
    low, wide, long = dice.between(-0.22, 0.14), dice.between(0.11, 0.20), dice.between(0.28, 0.42)
    for side in (-1, 1):
        inner, tip, outer = (side * 0.12, -0.42), (side * out, -up), (side * 0.60, -0.12)
        pointed = easel.triangle(*((inner, tip, outer) if side > 0 else (outer, tip, inner)))
        lying = easel.ellipse(side * 0.60, low, wide, long)
        easel.paint(np.where(hanging, lying, pointed), tone)


def _head(easel: Easel, dice: Dice, dog: Array, fur: Array) -> Array:
    """A cat's head is wider than high, a dog's the other way, more or less; patches on both."""
    width = np.where(dog, 0.56, 0.61) + dice.between(-0.06, 0.06)
    height = np.where(dog, 0.64, 0.58) + dice.between(-0.06, 0.06)
    head = easel.ellipse(0.0, 0.0, width, height)
    easel.paint(head, fur)
    for _ in range(2):
        u, v = dice.between(-0.45, 0.45), dice.between(-0.45, 0.35)
        patch = easel.ellipse(u, v, dice.between(0.12, 0.32), dice.between(0.12, 0.32))
        easel.paint(head * patch, fur + dice.between(-0.22, 0.22))
    return head


def _features(easel: Easel, dice: Dice, dog: Array, fur: Array) -> None:
    apart, high = dice.between(0.19, 0.31), dice.between(-0.22, -0.04)
    iris = fur + np.where(dice.chance(0.5), 0.16, -0.04)
    muzzle = fur + dice.between(-0.14, 0.14)
    dark = np.minimum(fur - 0.20, dice.between(0.10, 0.22))
    for side in (-1, 1):
        pad = easel.ellipse(side * 0.11, 0.30, 0.14, 0.11)
        snout = easel.ellipse(0.0, 0.34, 0.27, 0.25)
        easel.paint(np.where(dog, snout if side < 0 else 0.0, pad), muzzle)
        eye = easel.ellipse(side * apart, high, np.where(dog, 0.09, 0.15), 0.10)
        easel.paint(eye, np.where(dog, dark, iris))
        pupil = easel.ellipse(side * apart, high, np.where(dog, 0.07, 0.045), 0.10)
        easel.paint(pupil, dark)
        for slope in (-0.25, 0.0, 0.25):
            down = easel.v - 0.28 - slope * (side * easel.u - 0.15)
            reach = np.minimum(side * easel.u - 0.18, 0.75 - side * easel.u)
            hair = np.minimum(reach, 0.012 - np.abs(down))
            easel.paint(np.where(dog, 0.0, 0.6 * easel.soft(hair)), fur + dice.between(0.05, 0.3))
    tongue = dog & dice.chance(0.45)
    easel.paint(tongue * easel.ellipse(0.0, 0.60, 0.10, 0.17), fur + dice.between(-0.25, 0.25))
    nose = easel.ellipse(
        0.0, np.where(dog, 0.22, 0.20), np.where(dog, 0.13, 0.07), np.where(dog, 0.10, 0.05)
    )
    easel.paint(nose, dark)


def _front(easel: Easel, dice: Dice, ground: Array, share: float) -> None:
    """Now and then something as bright as the background hides part of the face."""
    u, v = dice.between(-0.6, 0.6), dice.between(-0.6, 0.6)
    across = dice.between(0.20, 0.45) - np.abs(easel.u - u)
    down = dice.between(0.20, 0.45) - np.abs(easel.v - v)
    hidden = dice.chance(share) * easel.soft(np.minimum(across, down))
    easel.paint(hidden, ground + dice.between(-0.1, 0.1))
