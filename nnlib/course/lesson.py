"""Where a lesson's files lie in the course folder, the checkout that holds them all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import nnlib

CHECK = re.compile(r"check\((\w+)\)")  # the whole text of a check cell


@dataclass(frozen=True)
class Lesson:
    """One lesson: ``01_forward_propagation`` in a course folder.

    Its topic, the name without the number, names its files and its exercises' folder.
    """

    course: Path
    name: str

    @property
    def topic(self) -> str:
        """The name without its number."""
        return self.name.partition("_")[2]

    @property
    def source(self) -> Path:
        """What an author edits."""
        return self.course / "solutions" / self.name / f"{self.topic}.py"

    @property
    def solution(self) -> Path:
        """The source as an executed notebook."""
        return self.source.with_suffix(".ipynb")

    @property
    def released(self) -> Path:
        """What a learner gets."""
        return self.course / "lessons" / self.name / f"{self.topic}.ipynb"


def course_folder(start: Path | None = None) -> Path:
    """The course folder around `start` (by default: where you are), or nnlib's own checkout.

    Raises
    ------
    FileNotFoundError
        Where there is neither.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents, Path(nnlib.__file__).resolve().parents[1]):
        if (folder / "lessons").is_dir() and (folder / "nbgrader_config.py").is_file():
            return folder
    raise FileNotFoundError(
        f"no course folder at {here} or above it: expected one that holds lessons/ and "
        "nbgrader_config.py; go to your clone of the course and try again"
    )


def lessons(course: Path) -> list[Lesson]:
    """The lessons that have a source, in their order."""
    found = (Lesson(course, folder.name) for folder in sorted((course / "solutions").glob("*_*")))
    return [lesson for lesson in found if lesson.source.is_file()]
