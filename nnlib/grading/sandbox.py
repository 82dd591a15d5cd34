"""Runs submissions where they can do no harm, one after the other, each from the same fresh start.

    with Sandbox() as box, box.session() as submission:
        ran = submission.run_cell("def relu(Z): return Z * (Z > 0)")
        played = submission.play("relu", probes)

A warm parent inside the sandbox has everything imported and forks a keeper and a process for each
submission (`nnlib.runner`). Requires Linux.
"""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Self

from nnlib.runner import wire

from . import isolation
from .limits import Limits
from .session import Played, Ran, Session

START_SECONDS = 120

__all__ = ["IsolationError", "Limits", "Played", "Ran", "Sandbox", "Session"]


class IsolationError(RuntimeError):
    """Submissions cannot be kept apart here; the message says why, and what to do."""


class Sandbox:
    """A place where submissions run; a context manager.

    Parameters
    ----------
    isolation : str
        ``"auto"`` takes bubblewrap, else namespaces, whichever really works, and never limits
        alone; the others ask for one strength.
    limits : Limits
        For every submission.
    hidden : sequence of path
        Folders that no submission may see even where they lie inside a Python installation.

    Attributes
    ----------
    level : str
        The strength in force: ``"bubblewrap"``, ``"namespaces"`` or ``"limits"``.

    Raises
    ------
    IsolationError
        If that strength is not to be had; it was tried, not looked up.
    """

    def __init__(
        self,
        isolation: str = "auto",
        limits: Limits | None = None,
        hidden: Sequence[str | os.PathLike[str]] = (),
    ) -> None:
        self.limits = limits or Limits()
        self.level = ""
        self._asked = isolation
        self._hidden = [Path(path).absolute() for path in hidden]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if sys.platform != "linux":
            raise IsolationError("grading needs Linux, a Linux virtual machine or WSL")
        if self._asked not in ("auto", *isolation.LEVELS):
            raise IsolationError(
                f"there is no isolation {self._asked!r}; it is auto, {', '.join(isolation.LEVELS)}"
            )
        levels = ("bubblewrap", "namespaces") if self._asked == "auto" else (self._asked,)
        failures = []
        for level in levels:
            try:
                self._start(level)
                self._prove()
                return self
            except IsolationError as failure:
                failures.append(f"{level}: {failure}")
                self.close()
        raise IsolationError(
            "submissions cannot be kept apart on this machine. "
            + "; ".join(failures)
            + ". Install bubblewrap (bwrap), or allow user namespaces; "
            "or, for code you trust, ask for --isolation limits"
        )

    def __exit__(self, *_: object) -> None:
        self.close()

    def session(
        self, files: Mapping[str, bytes] | None = None, limits: Limits | None = None
    ) -> Session:
        """Begin one submission.

        Parameters
        ----------
        files : mapping of str to bytes
            What was submitted beside the notebook, by relative path: the submission may read and
            import it, but installed modules come first.
        limits : Limits, optional
            Others than the sandbox's own.

        Raises
        ------
        ValueError
            If a path is absolute or leads out of the folder.
        """
        for path in files or {}:
            _check_path(path)
        limits = limits or self.limits
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._start(self.level)  # the system may have ended it, where memory ran out
        control, keepers = socket.socketpair()
        connection, submissions = socket.socketpair()
        folder = None
        if self.level == "limits":
            folder = tempfile.mkdtemp(dir=self._folder.name)
        settings = wire.encode({"limits": limits.inside(), "folder": folder})
        with keepers, submissions:
            socket.send_fds(self._socket, [settings], [keepers.fileno(), submissions.fileno()])
        return Session(control, connection, limits, files or {})

    def close(self) -> None:
        """End the warm parent and whatever it started, and remove the temporary files."""
        if self._process is None:
            return
        self._socket.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
        self._log.close()
        self._folder.cleanup()

    def _start(self, level: str) -> None:
        """Start the warm parent and wait until it is warm."""
        self.level = level
        self._folder = tempfile.TemporaryDirectory(prefix="nnlib-", ignore_cleanup_errors=True)
        folder = Path(self._folder.name)
        isolation.build_view(folder)
        self._log = open(folder / "log", "w+b")  # noqa: SIM115, closed with the warm parent
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                self._process = subprocess.Popen(
                    isolation.command(level, folder, theirs.fileno(), self._hidden),
                    env=isolation.environment(level, folder),
                    stdin=subprocess.DEVNULL,
                    stdout=self._log,
                    stderr=self._log,
                    cwd="/",
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,  # Ctrl-C is ours
                )
            except OSError as error:
                self._socket.close()
                self._log.close()
                self._folder.cleanup()
                raise IsolationError(f"{error.filename} cannot be started") from None
        select.select([self._socket], [], [], START_SECONDS)
        self._socket.setblocking(False)
        try:
            ready = self._socket.recv(16) == b"ready"
        except OSError:
            ready = False
        self._socket.setblocking(True)
        if not ready:
            raise IsolationError(self._last_words() or "the sandbox did not start")

    def _prove(self) -> None:
        """Run a cell that tries to get out; it must run, and must not succeed."""
        proof = (
            "import os, socket\n"
            f"print({self.level!r} == 'limits' or (os.getpid() == 1"
            f" and not os.path.exists({self._folder.name!r})"
            " and [name for _, name in socket.if_nameindex()] == ['lo']))"
        )
        with self.session() as session:
            ran = session.run_cell(proof)
        if ran.outputs != [{"output_type": "stream", "name": "stdout", "text": "True\n"}]:
            raise IsolationError(ran.ended or f"a trial gave {ran.outputs}")

    def _last_words(self) -> str:
        """The end of what the warm parent wrote before it failed."""
        self._log.seek(0)
        lines = self._log.read()[-2_000:].decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else ""


def _check_path(path: str) -> None:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts or "\0" in path:
        raise ValueError(f"a file beside the notebook must have a relative path, not {path!r}")
