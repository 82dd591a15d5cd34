"""What a student handed in, read with suspicion: the notebook, and the files beside it."""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

import nbformat

from . import harmless

MAX_NOTEBOOK = 20 * 2**20
MAX_CELLS, MAX_TEXT = 1_000, 1_000_000  # of a notebook; rendering its page takes time for each
MAX_FILES = 200
MAX_BESIDE = 50 * 2**20  # bytes of all files beside the notebook together
# What nbgrader's exchange lays into the folder: by it a feedback page finds its reader.
EXCHANGE = ("timestamp.txt", "submission_secret.txt")
IGNORED = {*EXCHANGE, ".ipynb_checkpoints", "__pycache__"}


class Refused(Exception):
    """A submission that cannot be graded; the message is a sentence for student and instructor."""


@dataclass(frozen=True)
class Submission:
    """One student's work for one lesson.

    Attributes
    ----------
    student : str
    notebooks : dict of str to bytes
        The notebook files as they were handed in, by name without suffix.
    files : dict of str to bytes
        The files beside them, by relative path.
    exchange : dict of str to bytes
        The files of `EXCHANGE`, as far as they are there; the submission itself never sees them.
    """

    student: str
    notebooks: Mapping[str, bytes]
    files: Mapping[str, bytes]
    exchange: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def timestamp(self) -> str:
        """When it was handed in, as the collector wrote it; may be empty."""
        return self.exchange.get(EXCHANGE[0], b"").decode("utf-8", "replace").strip()

    def beside(self, files: Mapping[str, bytes]) -> Submission:
        """The same with the lesson's own files, which replace those that are in their way."""
        folders = {str(parent) for name in files for parent in PurePosixPath(name).parents}
        theirs = {
            name: content
            for name, content in self.files.items()
            if name not in folders
            and not any(str(parent) in files for parent in PurePosixPath(name).parents)
        }
        return replace(self, files={**theirs, **files})


def collect(student: str, folder: Path) -> Submission:
    """Read what lies in a student's folder; links are not followed, they may lead anywhere.

    Raises
    ------
    Refused
        When there is too much, or something cannot be read.
    """
    if not _is_text(student):
        raise Refused("the name of the student's folder holds bytes that are no characters")
    notebooks: dict[str, bytes] = {}
    files: dict[str, bytes] = {}
    left = MAX_BESIDE
    for path in _regular_files(folder):
        name = path.relative_to(folder).as_posix()
        limit = MAX_NOTEBOOK if path.suffix == ".ipynb" and path.parent == folder else left
        try:
            content = _read(path, limit)
        except OSError as problem:
            raise Refused(f"{harmless.line(name)} cannot be read: {problem.strerror}") from None
        if content is None:
            raise Refused(
                f"{harmless.line(name)} is too large: expected at most {MAX_NOTEBOOK // 2**20} MB "
                f"for the notebook and {MAX_BESIDE // 2**20} MB for all files beside it"
            )
        if path.suffix == ".ipynb" and path.parent == folder:
            notebooks[path.stem] = content
            continue
        left -= len(content)
        files[name] = content
        if len(files) > MAX_FILES:
            raise Refused(f"more than {MAX_FILES} files lie beside the notebook")
    exchange = {}
    for name in EXCHANGE:
        with contextlib.suppress(OSError):
            exchange[name] = _read(folder / name, 1_000) or b""
    return Submission(student, notebooks, files, exchange)


def read_notebook(content: bytes) -> Any:
    """A submitted file as a notebook of nbformat 4.

    Raises
    ------
    Refused
        When it is not one that can be graded; the message says why.
    """
    try:
        raw = json.loads(content, object_hook=nbformat.NotebookNode)
    except (ValueError, RecursionError):
        raise Refused("the notebook cannot be read: the file is damaged or incomplete") from None
    version = raw.get("nbformat") if isinstance(raw, dict) else None
    if version != 4:
        what = f"has format {harmless.line(version, 20)}" if version else "is no notebook"
        raise Refused(f"the file {what}; expected a notebook of format 4, as Jupyter saves it")
    _check_structure(raw)
    check_language(raw.metadata)
    return raw


def check_language(metadata: Mapping[str, Any]) -> None:
    """Refuse a notebook that says it is written in another language than Python.

    Raises
    ------
    Refused
        When it does.
    """
    language = _language(metadata)
    if language and language.lower() not in ("python", "ipython", "python3"):
        raise Refused(f"the notebook runs {harmless.line(language, 40)}; expected Python")


def _check_structure(notebook: Any) -> None:
    """What everybody who touches a notebook takes for granted."""
    cells, metadata = notebook.get("cells"), notebook.setdefault("metadata", nbformat.from_dict({}))
    if not isinstance(cells, list) or not isinstance(metadata, dict):
        raise Refused("the notebook is damaged: it has no list of cells")
    if not cells:
        raise Refused("the notebook has no cells")
    if len(cells) > MAX_CELLS:
        raise Refused(f"the notebook has {len(cells):,} cells; expected at most {MAX_CELLS:,}")
    for number, cell in enumerate(cells, 1):
        if not isinstance(cell, dict):
            raise Refused(f"the notebook is damaged: cell {number} is none")
        source = cell.get("source")
        if isinstance(source, list) and all(isinstance(part, str) for part in source):
            source = "".join(source)
        if not isinstance(source, str):
            raise Refused(f"the notebook is damaged: cell {number} has no text")
        cell["source"] = source.encode("utf-8", "replace").decode()  # no lone surrogates
        if cell.get("cell_type") not in ("code", "markdown", "raw"):
            cell["cell_type"] = "raw"
        if not isinstance(cell.get("metadata"), dict):
            cell["metadata"] = nbformat.from_dict({})
    if (size := sum(len(cell["source"]) for cell in cells)) > MAX_TEXT:
        raise Refused(
            f"the notebook's cells hold {size:,} characters of text; expected at most {MAX_TEXT:,}"
        )


def _language(metadata: Mapping[str, Any]) -> str:
    """What the notebook says it is written in."""
    for key, what in (("kernelspec", "language"), ("language_info", "name")):
        entry = metadata.get(key)
        if isinstance(entry, dict) and isinstance(entry.get(what), str) and entry[what]:
            return str(entry[what])
    return ""


def _regular_files(folder: Path) -> list[Path]:
    found = []
    for home, folders, names in os.walk(folder):
        folders[:] = [name for name in sorted(folders) if name not in IGNORED]
        paths = [Path(home, name) for name in sorted(names) if name not in IGNORED]
        found += [path for path in paths if stat.S_ISREG(path.lstat().st_mode)]
        if len(found) > MAX_FILES + 10:
            raise Refused(f"more than {MAX_FILES} files were handed in")
    return found


def _is_text(name: str) -> bool:
    """Whether a file's name is one that can be written into JSON, a table or a gradebook."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _read(path: Path, limit: int) -> bytes | None:
    """A file's content, or None where it is longer than `limit`."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:
        content = file.read(limit + 1)
    return content if len(content) <= limit else None


def check_origin(notebook: Any, expected: Mapping[str, str]) -> str:
    """Whether a notebook belongs to the lesson and the version that is graded; a warning, or "".

    Parameters
    ----------
    notebook : NotebookNode
    expected : mapping of str to str
        The ``nnlib`` entry of the released notebook's metadata; empty for other authors' work.

    Raises
    ------
    Refused
        When grading it would judge other exercises than those that were set.
    """
    if not expected:
        return ""
    raw = notebook.metadata.get("nnlib")
    entries = raw.items() if isinstance(raw, dict) else ()
    found = {key: text for key, text in entries if isinstance(text, str)}
    lesson, version = expected.get("lesson", ""), expected.get("version", "")
    if not found:
        return "the notebook does not say which version of the lesson it is; graded as the current"
    if lesson and found.get("lesson", lesson) != lesson:
        raise Refused(
            f"this is the notebook of {harmless.line(found['lesson'], 60)}; expected {lesson}"
        )
    theirs = found.get("version", "")
    if theirs.split(".")[:2] != version.split(".")[:2]:
        raise Refused(
            f"the notebook is of version {harmless.line(theirs, 20) or '?'} of the course, whose "
            f"exercises may differ; expected version {version}: copy the answers into a new copy"
        )
    if theirs != version:
        return f"the notebook is of version {harmless.line(theirs, 20)}, graded as {version}"
    return ""
