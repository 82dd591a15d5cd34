"""Where everything a submission shows leaves its process: in order and bounded."""

from __future__ import annotations

import fcntl
import io
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import wire

FLUSH_BYTES, FLUSH_SECONDS = 16_384, 0.1
ERROR_CHARACTERS = 20_000  # of a traceback, shown even where nothing else may be any more
OVERHEAD = 200  # what an output counts beside its own bytes


class Outlet:
    """Sends frames, and outputs within the budget of the cell that makes them.

    What Python prints is sent from here. What goes past Python, by ``os.write(1, ...)``, a C
    library, a child or a fork of this process, lands in two files in memory, which are looked at
    before anything else is sent; so the order is the same in every run, and no thread is needed.

    Parameters
    ----------
    connection : socket
        To the engine.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._home = os.getpid()
        self._lock = threading.RLock()
        self._pending: list[str] = []
        self._pending_name = ""
        self._pending_size = 0
        self._flushed = 0.0
        self._room = self._budget = 0
        self._cut = True
        self._files = {"stdout": _memory_file(1), "stderr": _memory_file(2)}
        self._read = dict.fromkeys(self._files, 0)

    def begin(self, budget: int) -> None:
        """From here on, outputs of up to so many bytes are sent."""
        self._budget = self._room = budget
        self._cut = budget <= 0

    def receive(self) -> Any:
        """The engine's next message."""

        def read(size: int) -> bytes:
            data = self._connection.recv(size, socket.MSG_WAITALL)
            if len(data) < size:
                os._exit(0)  # nobody is listening any more
            return data

        return wire.receive(read)

    def send(self, **fields: Any) -> None:
        """Send a frame, whole even if an interrupt arrives meanwhile."""
        frame = wire.encode(fields)
        with self._lock, _uninterrupted():
            self._connection.sendall(frame)

    def write(self, name: str, text: str) -> None:
        """Something printed; consecutive pieces of one stream become one output."""
        if os.getpid() != self._home:
            _write_all(1 if name == "stdout" else 2, text.encode("utf-8", "replace"))
            return
        with self._lock:
            self.drain()
            self._append(name, text)

    def show(self, output: dict[str, Any], display_id: str = "", update: bool = False) -> None:
        """A result, a display or an error, as nbformat writes it."""
        if os.getpid() != self._home:
            return
        with self._lock:
            self.flush()
            frame = {"output": output, "display_id": display_id, "update": update}
            try:
                size = len(wire.encode(frame)) + OVERHEAD
            except wire.WireError as error:
                self._append("stdout", f"\n[An output was left out: {error}.]\n")
                return
            if output["output_type"] == "error" or self._spend(size):
                self.send(**frame)

    def clear(self, wait: bool) -> None:
        """The cell's outputs so far are taken back."""
        if os.getpid() == self._home:
            with self._lock:
                self.flush()
                self.begin(self._budget)
                self.send(clear=True, wait=bool(wait))

    def flush(self) -> None:
        """Send what was printed so far."""
        if os.getpid() == self._home:
            with self._lock:
                self.drain()
                self._flush()

    def drain(self) -> None:
        """Take over what went past Python."""
        for name, file in self._files.items():
            size = os.fstat(file).st_size
            while self._read[name] < size:
                data = os.pread(file, 2**16, self._read[name])
                self._read[name] += len(data) or size
                self._append(name, data.decode("utf-8", "replace"))
                if self._cut:
                    self._read[name] = size
            if size > 2**20 and os.fstat(file).st_size == size:
                os.ftruncate(file, 0)
                self._read[name] = 0

    def _append(self, name: str, text: str) -> None:
        if name != self._pending_name:
            self._flush()
            self._pending_name = name
        if self._cut:
            return
        self._pending.append(text[: self._room + 1])
        self._pending_size += len(self._pending[-1])
        # Lines are sent at once, lest a crash takes them away, but not more often than needed.
        late = time.monotonic() - self._flushed > FLUSH_SECONDS
        if self._pending_size > FLUSH_BYTES or (late and text.endswith("\n")):
            self._flush()

    def _flush(self) -> None:
        data = "".join(self._pending).encode("utf-8", "replace")
        self._pending, self._pending_size = [], 0
        if data and not self._cut:
            self._flushed = time.monotonic()
            kept = data[: self._room].decode("utf-8", "ignore")
            output = {"output_type": "stream", "name": self._pending_name, "text": kept}
            self.send(output=output)
            self._spend(len(data))

    def _spend(self, size: int) -> bool:
        """Whether there is room for an output; says once, in its place, that there is none."""
        if self._cut:
            return False
        self._room -= size
        self._cut = self._room < 0
        if self._cut:
            text = f"\n[The output was cut here; this cell may show {self._budget:,} bytes.]\n"
            self.send(output={"output_type": "stream", "name": "stdout", "text": text})
        return not self._cut


class Stream(io.TextIOBase):
    """What stands for ``sys.stdout`` and ``sys.stderr``."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, outlet: Outlet, name: str) -> None:
        self._outlet = outlet
        self.name = f"<{name}>"
        self._stream = name

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 1 if self._stream == "stdout" else 2

    def flush(self) -> None:
        """Nothing to do: the order is kept without."""

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        self._outlet.write(self._stream, text)
        return len(text)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back, so that no frame breaks off in its middle."""
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _memory_file(descriptor: int) -> int:
    """Put a file in memory in a descriptor's place; it cannot block a writer as a pipe does."""
    file = os.memfd_create(f"descriptor {descriptor}")
    fcntl.fcntl(file, fcntl.F_SETFL, os.O_APPEND)
    os.dup2(file, descriptor)
    return file


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
