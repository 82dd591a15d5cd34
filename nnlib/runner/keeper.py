"""Beside every submission stands a keeper: it makes the cage, watches, and ends what began there.

It runs none of the submission's code, and the submission cannot name it: it stands outside the
submission's namespace of processes.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from . import cage, wire
from .wire import INTERRUPT, NEXT

MILLISECONDS_BETWEEN_LOOKS = 100


def keep(
    control: socket.socket,
    connection: socket.socket,
    settings: Mapping[str, Any],
    serve: Callable[[socket.socket], None],
) -> NoReturn:
    """Start one submission's process; stay until it has ended or the engine hangs up.

    Parameters
    ----------
    control : socket
        To the engine: it says `INTERRUPT` or `NEXT`, and is told what ended the process.
    connection : socket
        To the engine, for the submission's process.
    settings : mapping
        ``limits``, and ``folder``: where to work when nothing is kept apart, else None.
    serve : callable
        What the submission's process does, given the connection.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    apart = settings["folder"] is None
    outer_proc = os.open("/proc", os.O_RDONLY)
    inherited = _Processes(outer_proc, 0).memory("self")
    told, tell = os.pipe()
    if apart:
        cage.separate()
    else:
        cage.adopt_orphans()
    keeper = os.getpid()
    child = os.fork()
    if child == 0:
        _become_submission(connection, settings, keeper, outer_proc, tell, serve)
    os.close(tell)
    connection.close()
    news = os.read(told, 1_000).decode("utf-8", "replace")
    if news == "private /proc":  # mounted by the child, in the folders that both see
        processes = _Processes(os.open("/proc", os.O_RDONLY), 0, inherited)
    else:
        processes = _Processes(outer_proc, keeper, inherited)
    reason = _watch(control, processes, child, settings["limits"])
    status = _end(child, processes if not apart else None)
    control.send(wire.encode({"ended": status, "reason": reason, "news": news}))
    os._exit(0)


def _become_submission(
    connection: socket.socket,
    settings: Mapping[str, Any],
    keeper: int,
    outer_proc: int,
    tell: int,
    serve: Callable[[socket.socket], None],
) -> NoReturn:
    """In the child: give up everything, then serve."""
    try:
        os.setsid()  # else kill(0) reaches the keeper and the warm parent
        limits, folder = settings["limits"], settings["folder"]
        news = "no /proc of its own"
        if folder is None:
            if cage.furnish(outer_proc, limits["folder_bytes"]):
                news = "private /proc"
            cage.renounce(outer_proc, True, limits)
            os.mkdir(folder := cage.WORK)
        else:
            cage.die_with_parent(keeper)
            cage.renounce(outer_proc, False, limits)
        os.chdir(folder)
        os.write(tell, news.encode())
        # Whatever else is open here is the keeper's or the warm parent's.
        os.closerange(3, connection.fileno())
        os.closerange(connection.fileno() + 1, 2**16)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        serve(connection)
    except BaseException as error:
        os.write(tell, f"{type(error).__name__}: {error}".encode())
    finally:
        os._exit(1)


def _watch(
    control: socket.socket, processes: _Processes, child: int, limits: Mapping[str, int]
) -> str:
    """Wait for the end; why the keeper itself must bring it about, or nothing."""
    end = os.pidfd_open(child)
    poller = select.poll()
    poller.register(control, select.POLLIN)
    poller.register(end, select.POLLIN)
    allowed = float("inf")
    while True:
        ready = {descriptor for descriptor, _ in poller.poll(MILLISECONDS_BETWEEN_LOOKS)}
        if end in ready:
            return ""
        memory, seconds, count = processes.use()
        if control.fileno() in ready:
            word = control.recv(1)
            if word == NEXT:
                allowed = seconds + limits["cell_cpu"]
            elif word == INTERRUPT:
                os.kill(child, signal.SIGINT)
            else:
                return "closed"
        if memory > limits["memory"]:
            return "memory"
        if count > limits["processes"]:
            return "processes"
        if seconds > limits["cpu"]:
            return "cpu"
        if seconds > allowed:
            control.send(wire.encode({"slow": seconds}))  # the engine interrupts, then ends it
            allowed = float("inf")


def _end(child: int, processes: _Processes | None) -> int:
    """Kill what is left, to the last process; the child's exit code."""
    code = 0
    while True:
        # The first process of a namespace takes all others with it.
        for pid in (child,) if processes is None else processes.all():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            pid, status = os.waitpid(-1, 0)
            while pid:
                code = os.waitstatus_to_exitcode(status) if pid == child else code
                pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return code


class _Processes:
    """The processes below one, as a /proc tells of them."""

    def __init__(self, proc: int, root: int, inherited: int = 0) -> None:
        self.proc = proc
        self.root = root
        self.inherited = inherited  # bytes that a fork shares with the warm parent

    def all(self) -> dict[int, float]:
        """The processes, and the seconds of CPU that each one and its dead children took."""
        parents, seconds = {}, {}
        for name in os.listdir(self.proc):
            fields = self._read(f"{name}/stat").rpartition(")")[2].split() if name.isdigit() else []
            if fields:
                parents[int(name)] = int(fields[1])
                seconds[int(name)] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
        family = {self.root}
        while more := {pid for pid, parent in parents.items() if parent in family} - family:
            family |= more
        return {pid: seconds[pid] for pid in family - {self.root}}

    def use(self) -> tuple[int, float, int]:
        """Bytes of memory beyond the warm parent's, seconds of CPU, number of processes."""
        family = self.all()
        memory = sum(max(self.memory(str(pid)) - self.inherited, 0) for pid in family)
        return memory, sum(family.values()), len(family)

    def memory(self, name: str) -> int:
        """Bytes that one process uses, files it has mapped left out."""
        lines = (line.split() for line in self._read(f"{name}/status").splitlines())
        return sum(
            1024 * int(line[1]) for line in lines if line and line[0] in ("RssAnon:", "RssShmem:")
        )

    def _read(self, path: str) -> str:
        try:
            with open(os.open(path, os.O_RDONLY, dir_fd=self.proc), errors="replace") as file:
                return file.read()
        except OSError:
            return ""  # it ended meanwhile
