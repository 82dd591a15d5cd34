"""Drawn cats and dogs by number and seed, kept on disk once they are drawn."""

import contextlib
import hashlib
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import platformdirs

from nnlib.arrays import Array
from nnlib.datasets import faces
from nnlib.datasets.faces import SIDE, FaceStyle, draw_faces
from nnlib.datasets.toy import RngOrSeed


def cats_and_dogs(
    n: int, rng: RngOrSeed, style: FaceStyle | None = None, cache: bool = True
) -> tuple[Array, Array]:
    """Pictures of cat and dog faces, drawn by a recipe and the same on every machine.

    Parameters
    ----------
    n : int
        How many. The first pictures of a seed do not depend on it.
    rng : int or numpy Generator
        A seed, 0 or larger and of any length, always gives the same pictures. A Generator is asked
        for such a seed.
    style : FaceStyle, optional
        Another way to draw: the same faces darker, larger, with other ears.
    cache : bool
        Keep what a seed gave in this user's cache folder and take it from there the next time.
        Pictures drawn from a Generator are never kept.

    Returns
    -------
    images : ndarray of shape (N, 32, 32, 1), uint8
    y : ndarray of shape (N,)
        0 for a cat, 1 for a dog, at even odds.

    Notes
    -----
    250 pictures take about 0.1 seconds to draw. Of 8,000 pictures a linear model learns to tell
    63 % of new ones right, a network with one hidden layer 92 %, trained by plain gradient descent.

    Examples
    --------
    >>> images, y = cats_and_dogs(3, 7, cache=False)
    >>> images.shape, images.dtype, y.tolist()
    ((3, 32, 32, 1), dtype('uint8'), [1, 1, 0])
    """
    if _REFUSALS:
        raise RuntimeError(_REFUSALS[-1])
    if n < 1:
        raise ValueError(f"n is {n}; a data set needs at least 1 picture.")
    if isinstance(rng, np.random.Generator):
        words, cache = rng.integers(2**32, size=4).tolist(), False
    else:
        words = _words(rng)
    style = style or FaceStyle()
    if not cache:
        return _draw(n, words, style)
    path = _cache_file(n, words, style)
    kept = _load(path, n)
    if kept is None:
        kept = _draw(n, words, style)
        _store(path, *kept)
    return kept


_REFUSALS: list[str] = []


@contextlib.contextmanager
def no_more_pictures(reason: str) -> Iterator[None]:
    """While this lasts, whoever asks for pictures gets a RuntimeError with that reason."""
    _REFUSALS.append(reason)
    try:
        yield
    finally:
        _REFUSALS.pop()


def _words(seed: int) -> list[int]:
    """A seed of any length as the 32-bit words that RandomState takes, lowest first."""
    seed = int(seed)
    if seed < 0:
        raise ValueError(f"The seed is {seed}; it must be 0 or larger.")
    return [seed >> low & 0xFFFFFFFF for low in range(0, max(seed.bit_length(), 1), 32)]


def _draw(n: int, words: list[int], style: FaceStyle) -> tuple[Array, Array]:
    images = np.empty((n, SIDE, SIDE, 1), np.uint8)
    y = np.empty(n, np.int64)
    done = 0
    for block, labels in draw_faces(np.random.RandomState(words), style):
        images[done : done + len(labels)] = block[: n - done]
        y[done : done + len(labels)] = labels[: n - done]
        done += len(labels)
        if done >= n:
            break
    return images, y


def _cache_file(n: int, words: list[int], style: FaceStyle) -> Path:
    """A name that changes with the request and with the recipe itself."""
    recipe = Path(faces.__file__).read_bytes()
    key = hashlib.sha256(recipe + repr((n, words, style)).encode()).hexdigest()[:24]
    return platformdirs.user_cache_path("nnlib") / f"faces-{key}.npz"


def _load(path: Path, n: int) -> tuple[Array, Array] | None:
    """What the cache holds, or None; zip's checksums notice a damaged file."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            images, y = kept["images"], kept["y"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
    right = (images.shape, y.shape) == ((n, SIDE, SIDE, 1), (n,)) and images.dtype == np.uint8
    return (images, y) if right else None


def _store(path: Path, images: Array, y: Array) -> None:
    """Write beside and rename, so that no reader ever sees half a file; do without if it fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
            np.savez(part, images=images, y=y)
        os.replace(part.name, path)
    except OSError:
        pass
