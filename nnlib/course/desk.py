"""The desk: the learner's own copy of the lessons, into which nothing is ever written twice."""

from __future__ import annotations

import json
from pathlib import Path


def fill(lessons: Path, desk: Path) -> list[str]:
    """Copy to the desk what is not there yet.

    A file that is there stays as it is, whatever became of the lesson since. Whoever wants a
    lesson anew renames or deletes their copy and fills the desk again.

    Parameters
    ----------
    lessons, desk : Path
        The released lessons, and the folder to copy them to; it is made if need be.

    Returns
    -------
    list of str
        One sentence for each lesson that was added or has a new edition.
    """
    told = []
    for lesson in sorted(folder for folder in lessons.iterdir() if folder.is_dir()):
        mine = desk / lesson.name
        known = mine.exists()
        for path in sorted(p for p in lesson.rglob("*") if p.is_file()):
            _lay(path, mine / path.relative_to(lesson))
        if not known:
            told.append(f"{lesson.name}: laid on your desk")
        elif any(_edition(p) != _edition(mine / p.name) for p in lesson.glob("*.ipynb")):
            told.append(
                f"{lesson.name}: there is a newer edition; yours is kept. To get the new one, "
                "rename your folder and start again"
            )
    return told


def _lay(source: Path, target: Path) -> None:
    """Copy a file unless there is one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        file = target.open("xb")  # x: an existing file is never opened for writing
    except FileExistsError:
        return
    try:
        with file:
            file.write(source.read_bytes())
    except BaseException:
        target.unlink()  # half a file would never be completed
        raise


def _edition(notebook: Path) -> str | None:
    """What the build wrote into a notebook's metadata; None in one that cannot be read."""
    try:
        metadata = json.loads(notebook.read_text("utf-8"))["metadata"]
        return str(metadata["nnlib"]["edition"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
