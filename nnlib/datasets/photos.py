"""Somebody's own photographs: a folder, or a zip of one, with a folder for each class.

Files come from anywhere, so nothing is trusted: a zip is read in memory and never unpacked, only
five plain picture formats are opened, sizes are bounded before anything is decoded, and a file that
cannot be used is left out and named.
"""

import io
import warnings
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple, TypeAlias

import numpy as np

from nnlib.arrays import Array

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP")
MAX_FILES = 200_000
MAX_BYTES = 32 * 2**20
MAX_TOTAL_BYTES = 4 * 2**30
MAX_PIXELS = 50_000_000

Read: TypeAlias = Callable[[], bytes]


class Photos(NamedTuple):
    """What `photo_folder` found.

    Attributes
    ----------
    images : ndarray of shape (N, size, size, channels), uint8
    y : ndarray of shape (N,)
        Place of each picture's class in `classes`.
    classes : tuple of str
        The folders' names, sorted.
    left_out : tuple of (str, str)
        Files that are no usable picture, each with the reason.
    """

    images: Array
    y: Array
    classes: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        counts = np.bincount(self.y, minlength=len(self.classes))
        found = ", ".join(f"{n} {name}" for n, name in zip(counts, self.classes, strict=True))
        lines = [f"{len(self.y)} photos of shape {self.images.shape[1:]}: {found}."]
        if self.left_out:
            lines.append(f"{len(self.left_out)} files left out, among them:")
            lines += [f"  {name}: {reason}" for name, reason in self.left_out[:5]]
        return "\n".join(lines)


def photo_folder(path: str | Path, size: int = 32, grey: bool = True) -> Photos:
    """Read photographs from a folder or zip; the folder a file lies in is its class.

    Parameters
    ----------
    path : str or Path
        A folder or a zip file with, for example, ``cat/*.jpg`` and ``dog/*.jpg``.
    size : int
        Pictures are cropped to a square around the middle and scaled to this many pixels.
    grey : bool
        One channel of grey, or three of color.

    Returns
    -------
    Photos
        ``images, y, classes, left_out``; files in the order of their names.

    Raises
    ------
    ValueError
        When the path is neither a folder nor a zip, holds too much, or holds no picture at all.
    """
    if size < 1:
        raise ValueError(f"size is {size}; a picture needs at least 1 pixel.")
    images: list[Array] = []
    names: list[str] = []
    left_out: list[tuple[str, str]] = []
    total = 0
    for number, (file, read) in enumerate(_files(Path(path))):
        try:
            class_name = _class_of(file)
            data = read()
            total += len(data)
            images.append(_picture(data, size, grey))
            names.append(class_name)
        except _Unusable as problem:
            left_out.append((file, str(problem)))
        if number >= MAX_FILES or total > MAX_TOTAL_BYTES:
            raise ValueError(
                f"{path} holds more than {MAX_FILES} files or {MAX_TOTAL_BYTES} bytes of pictures; "
                "read a part of it."
            )
    if not images:
        reason = f" The first problem: {left_out[0][0]}: {left_out[0][1]}." if left_out else ""
        raise ValueError(
            f"{path} holds no usable picture; expected one folder per class, such as cat/1.jpg "
            f"and dog/1.jpg.{reason}"
        )
    classes, y = np.unique(names, return_inverse=True)
    return Photos(np.stack(images), y, tuple(classes.tolist()), tuple(left_out))


class _Unusable(Exception):
    """One file that is left out; the message says why."""


def _files(path: Path) -> Iterator[tuple[str, Read]]:
    """Names and ways to read them, sorted; files that systems hide are passed over."""
    if path.is_dir():
        entries = {file.relative_to(path).as_posix(): file for file in path.rglob("*")}
        for name in sorted(entries):
            if not _hidden(name) and not entries[name].is_dir():
                yield name, partial(_read_file, entries[name], path)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for member in sorted(archive.infolist(), key=lambda member: member.filename):
                if not _hidden(member.filename) and not member.is_dir():
                    yield member.filename, partial(_read_member, archive, member)
    else:
        what = "is neither a folder nor a zip file" if path.exists() else "does not exist"
        raise ValueError(f"{path} {what}; expected one with a folder of pictures for each class.")


def _hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or any(part.startswith(".") and part != ".." for part in parts)


def _class_of(name: str) -> str:
    file = PurePosixPath(name.replace("\\", "/"))
    if file.is_absolute() or ".." in file.parts or ":" in file.parts[0]:
        raise _Unusable("its path leads out of the folder")
    if len(file.parts) < 2:
        raise _Unusable("it does not lie in the folder of a class")
    return file.parts[-2]


def _read_file(file: Path, root: Path) -> bytes:
    try:
        if not file.resolve().is_relative_to(root.resolve()):
            raise _Unusable("it is a link that leads out of the folder")
        if not file.is_file():
            raise _Unusable("it is not an ordinary file")
        _check_size(file.stat().st_size)
        return file.read_bytes()
    except OSError as error:
        raise _Unusable(f"it cannot be read ({error.strerror})") from None


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    _check_size(member.file_size)  # no more than this is ever unpacked, whatever is inside
    try:
        return archive.read(member)
    except Exception as error:  # a damaged or encrypted zip fails in many ways
        raise _Unusable(f"it cannot be unpacked ({type(error).__name__})") from None


def _check_size(size: int) -> None:
    if size > MAX_BYTES:
        raise _Unusable(f"it is larger than {MAX_BYTES // 2**20} MiB")


def _picture(data: bytes, size: int, grey: bool) -> Array:
    """Decode one picture to uint8 of shape (size, size, 1 or 3)."""
    from PIL import Image, ImageOps  # here, so that importing nnlib.datasets stays cheap

    mode = "L" if grey else "RGB"
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data), formats=FORMATS) as image:
            warnings.simplefilter("ignore")  # about odd metadata; the pixels are what counts
            if image.width * image.height > MAX_PIXELS:
                raise _Unusable(f"its {image.width} by {image.height} pixels are too many")
            image.draft(mode, (2 * size, 2 * size))  # a JPEG is decoded no larger than needed
            upright = ImageOps.exif_transpose(image).convert(mode)
            square = ImageOps.fit(upright, (size, size), Image.Resampling.BICUBIC)
    except _Unusable:
        raise
    except Exception as error:  # decoders raise nearly anything on damaged data
        raise _Unusable(f"it is not a picture that can be read ({type(error).__name__})") from None
    return np.asarray(square).reshape(size, size, -1)
