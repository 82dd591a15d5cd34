"""The trusted end of a conversation with one submission's process; it believes nothing it hears."""

from __future__ import annotations

import contextlib
import select
import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from nnlib.checking.answer import Answer, Probe
from nnlib.runner import wire

from .answers import checked_answer
from .limits import Limits
from .outputs import Collector, Output

FLOOD = 2**28  # bytes in reply to one request; an honest runner sends far less
FRAME_COST = 2**10  # what a frame counts beside its bytes
PATIENCE_SECONDS = 60.0  # for a process that has yet to begin; its own time starts then
CLOSING_SECONDS = 20.0


@dataclass(frozen=True)
class Ran:
    """What became of one cell.

    Attributes
    ----------
    outputs : list of dict
        As in nbformat. A later cell that updates a display changes them in place, as in a kernel.
    overdue : str
        Why the cell was interrupted, if it was.
    ended : str
        Why the submission's process is no more, if so; every later request is told the same.
    """

    outputs: list[Output] = field(default_factory=list)
    overdue: str = ""
    ended: str = ""


@dataclass(frozen=True)
class Played:
    """What a function answered; fewer answers than probes where it was stopped or ended."""

    answers: list[Answer] = field(default_factory=list)
    overdue: str = ""
    ended: str = ""


class Session:
    """One submission, from its files to the end of its last process; made by `Sandbox.session`."""

    def __init__(
        self,
        control: socket.socket,
        connection: socket.socket,
        limits: Limits,
        files: Mapping[str, bytes],
    ) -> None:
        self._control = control
        self._connection = connection
        self._limits = limits
        self._collector = Collector(limits.output)
        self._end = time.monotonic() + limits.seconds
        self._deadline = 0.0
        self._number = 0
        self._received = 0
        self._arrived = bytearray()  # and not asked for yet
        self._poller = select.poll()
        self._poller.register(connection, select.POLLIN)
        self._poller.register(control, select.POLLIN)
        self._begun = False
        self._overdue = ""
        self._ended = ""
        content = [(path, np.frombuffer(files[path], np.uint8)) for path in files]
        self._ask({"do": "files", "files": content}, lambda frame: None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def ended(self) -> str:
        """Why the submission's process is no more; empty while it lives."""
        return self._ended

    def run_cell(self, source: str, count: int | None = None) -> Ran:
        """Run one cell's source; returns, whatever it does, within its time and the grace.

        Parameters
        ----------
        source : str
            Blank source is not run, nor counted.
        count : int, optional
            The execution count, where cells between were not run here; else the next one.
        """
        if not source.strip():
            return Ran(ended=self._ended)
        room = self._collector.begin(self._limits.cell_output, count)
        request = {"do": "run", "source": source, "budget": room, "count": self._collector.count}
        overdue = self._ask(request, self._collector.add)
        return Ran(self._collector.outputs, overdue, self._ended)

    def play(
        self,
        name: str,
        probes: Sequence[Probe],
        player: str = "call",
        *,
        reference: str = "",
        substitutes: Mapping[str, str] | None = None,
        twice: bool = True,
        seconds: float = 0.0,
    ) -> Played:
        """Play what the submission calls ``name`` on every probe.

        The arguments are those of `nnlib.checking.answer.answer`, and the seconds that it may take
        where a cell may take fewer; its answers come back as plain data, and as nothing else.
        """
        answers: list[Answer] = []

        def add(frame: dict[str, Any]) -> None:
            if "answer" in frame:
                answers.append(checked_answer(frame["answer"]))
            if len(answers) > len(probes):
                raise wire.WireError("there are more answers than questions")

        request = {
            "do": "play",
            "name": name,
            "probes": [(probe.args, dict(probe.kwargs)) for probe in probes],
            "player": player,
            "reference": reference,
            "substitutes": dict(substitutes or {}),
            "twice": twice,
            "budget": self._limits.answer_bytes,
        }
        overdue = self._ask(request, add, self._limits.answer_bytes + 2**20, seconds)
        return Played(answers, overdue, self._ended)

    def close(self) -> None:
        """End every process of the submission; returns when the last one is gone."""
        self._ended = self._ended or "the session was closed"
        self._connection.close()
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_WR)
            self._control.settimeout(CLOSING_SECONDS)
            while self._control.recv(2**12):
                pass
        self._control.close()

    def _ask(
        self,
        request: dict[str, Any],
        take: Callable[[dict[str, Any]], None],
        most: int = 0,
        seconds: float = 0.0,
    ) -> str:
        """Make a request and take what is sent until it is done; why it was interrupted, if so."""
        if self._ended:
            return ""
        self._number += 1
        self._received, self._most = 0, most or FLOOD
        self._overdue, self._begun = "", False
        self._seconds = max(self._limits.cell_seconds, seconds)
        self._deadline = min(time.monotonic() + PATIENCE_SECONDS, self._end)
        message = wire.encode({**request, "number": self._number})
        try:
            self._control.send(wire.NEXT)
            self._connection.settimeout(PATIENCE_SECONDS)
            self._connection.sendall(message)
            while True:
                frame = wire.receive(self._read, self._most)
                self._received += FRAME_COST
                if not isinstance(frame, dict):
                    raise wire.WireError("a frame that is no dict")
                if "done" in frame:
                    if frame["done"] != self._number:
                        raise wire.WireError("it answers a question that was not asked")
                    if frame.get("problem"):
                        raise _Gone(f"the runner failed: {frame['problem']}"[:1_000])
                    return self._overdue
                if "begun" in frame and not self._begun:
                    self._begun = True
                    self._deadline = min(time.monotonic() + self._seconds, self._end)
                take(frame)
        except _Gone as gone:
            self._ended = str(gone)
        except wire.WireError as error:
            self._ended = f"the process was ended, for it sent what it may not send: {error}"
        except OSError:
            self._ended = self._why_it_ended()
        overdue = self._overdue
        self.close()
        return overdue

    def _read(self, size: int) -> bytearray:
        """Exactly so many bytes from the submission's process, before time is up."""
        while len(self._arrived) < size:
            left = self._deadline - time.monotonic()
            if left <= 0:
                self._lose_patience(f"it took longer than {self._seconds:g} seconds")
                continue
            ready = {descriptor for descriptor, _ in self._poller.poll(1000 * left)}
            if self._connection.fileno() in ready:
                piece = self._connection.recv(2**16)
                if not piece:
                    raise _Gone(self._why_it_ended())
                self._arrived += piece
                self._received += len(piece)
                if self._received > self._most:
                    raise wire.WireError(f"more than {self._most:,} bytes")
            elif self._control.fileno() in ready:
                news = self._news()
                if "slow" not in news:
                    raise _Gone(self._explain(news))
                self._lose_patience(
                    f"it used more than {self._limits.cell_cpu} seconds of computing time"
                )
        data = self._arrived[:size]
        del self._arrived[:size]
        return data

    def _lose_patience(self, reason: str) -> None:
        """The first time interrupt the submission, the second time end it."""
        now = time.monotonic()
        if self._overdue:
            raise _Gone(f"{self._overdue}, and did not stop when it was interrupted")
        if now >= self._end:
            reason = f"the submission took longer than {self._limits.seconds:g} seconds"
        self._overdue = reason
        self._deadline = now + self._limits.grace
        self._control.send(wire.INTERRUPT)

    def _why_it_ended(self) -> str:
        """The keeper's last word, once the connection is closed."""
        with contextlib.suppress(OSError, wire.WireError):
            self._control.shutdown(socket.SHUT_WR)
            while "slow" in (news := self._news()):
                pass
            return self._explain(news)
        return "the process and its keeper ended"

    def _news(self) -> dict[str, Any]:
        """What the keeper has to say."""

        def read(size: int) -> bytes:
            self._control.settimeout(CLOSING_SECONDS)
            data = self._control.recv(size, socket.MSG_WAITALL)
            if len(data) < size:
                raise OSError("the keeper hung up")
            return data

        news = wire.receive(read, 2**14)
        return news if isinstance(news, dict) else {}

    def _explain(self, news: dict[str, Any]) -> str:
        """A sentence for the learner from what the keeper saw."""
        limits = self._limits
        reasons = {
            "memory": f"it used more than {limits.memory // 2**20:,} MB of memory",
            "processes": f"it started more than {limits.processes} processes",
            "cpu": f"it used more than {limits.cpu} seconds of computing time",
        }
        code = news.get("ended", 1)
        if news.get("reason") in reasons:
            return f"the process was ended: {reasons[news['reason']]}"
        if isinstance(code, int) and code < 0:
            name = signal.strsignal(-code) or "unknown signal"
            return f"the process crashed: {name} (signal {-code})"
        if news.get("news") not in ("private /proc", "no /proc of its own"):
            return f"the sandbox could not be set up: {news.get('news')}"
        return f"the process exited by itself, with status {code}"


class _Gone(Exception):
    """The submission's process is no more, or must be no more."""
