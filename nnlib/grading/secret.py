"""The secret seed: the one thing about grading that nobody but the instructor may know.

Every student gets questions of their own for every exercise. They are drawn from a number that is
computed from the secret, so they are the same whenever the work is graded again, and cannot be
known beforehand. The secret itself never reaches a worker or a sandbox.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

from ..checking import Exercise
from .records import REPORTS

VARIABLE = "NNLIB_SECRET"
NOTE = Path(REPORTS, "seed-id")  # in the course folder


@dataclass(frozen=True)
class Secret:
    """A secret seed and where it is kept.

    Attributes
    ----------
    key : bytes
        32 random bytes; never shown.
    path : Path
        Its file.
    created : bool
        Whether the file has only just been written.
    before : str
        The id of the one that this course was graded with last; empty if there was none.
    """

    key: bytes = field(repr=False)
    path: Path
    created: bool = False
    before: str = ""

    @property
    def id(self) -> str:
        """A short name of the secret that reveals nothing of it; recorded with every grade."""
        return hashlib.sha256(b"nnlib seed id" + self.key).hexdigest()[:8]

    def seed(self, student: str, exercise: Exercise) -> int:
        """The seed of one student's questions for one exercise (of 64 bits).

        An exercise with `shared_seed` asks everybody the same.
        """
        whose = "" if exercise.shared_seed else student
        text = "\0".join((whose, exercise.lesson, exercise.name)).encode("utf-8", "replace")
        return int.from_bytes(hmac.digest(self.key, text, "sha256")[:8], "big")

    def remember(self, course: Path) -> None:
        """Keep its id in the course folder: no class is to be asked other questions unawares."""
        if self.id != self.before:
            (course / NOTE).parent.mkdir(exist_ok=True)
            (course / NOTE).write_text(f"{self.id}\n", "ascii")

    def advice(self) -> str:
        """What an instructor should know about the file."""
        made = "A secret seed was made" if self.created else "Secret seed"
        other = self.before and self.before != self.id
        news = (
            f" It replaces the one of id {self.before}: questions are others now." if other else ""
        )
        return (
            f"{made}: {self.path} (id {self.id}).{news} Back it up, and show it to no student. If "
            "it is lost, recorded grades stay as they are, but grading the same work again asks "
            "other questions."
        )


def secret_path() -> Path:
    """Where the secret is kept: ``$NNLIB_SECRET``, or the user's configuration folder."""
    if os.environ.get(VARIABLE):
        return Path(os.environ[VARIABLE]).expanduser()
    home = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(home).expanduser() / "nnlib" / "secret-seed"


def open_secret(path: Path, course: Path, *, other: bool = False) -> Secret:
    """Read the secret, or make one where there is none yet.

    Parameters
    ----------
    path : Path
    course : Path
        The course folder; the secret may not lie in it, since that is what gets shared.
    other : bool
        Whether to make another one where that of this course's grades is missing.

    Raises
    ------
    FileNotFoundError
        When it is missing, and grades were made with it.
    PermissionError
        When others may read it.
    ValueError
        When it lies in the course folder, or holds no key.
    """
    if path.resolve().is_relative_to(course.resolve()):
        raise ValueError(f"the secret seed {path} lies in the course folder; move it out of there")
    note = course / NOTE
    known = note.read_text("ascii").strip() if note.exists() else ""
    created = False
    if not path.exists():
        if known and not other:
            raise FileNotFoundError(
                f"there is no secret seed at {path}, but grades were made with one (id {known}). "
                "Put your backup there; or, to grade everything again with other questions, use "
                "nnlib grade --new-seed"
            )
        created = _create(path)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise PermissionError(f"others may read the secret seed; run: chmod 600 {path}")
    try:
        key = bytes.fromhex(path.read_text("ascii"))
    except ValueError:
        key = b""
    if len(key) != 32:
        raise ValueError(f"{path} holds no secret seed; expected 64 hexadecimal digits in it")
    return Secret(key, path, created, known)


def _create(path: Path) -> bool:
    """Write a new secret, whole or not at all; False where somebody else was faster."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(32) + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True
