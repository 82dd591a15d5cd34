"""One submission's own process: runs its cells and plays its functions, as it is told.

Everything that is sent from here may be forged by the submission, which shares this process. So
nothing is decided here; the engine decides, from plain data.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import sys
from typing import Any

import numpy as np

from nnlib.checking.answer import Answer, Probe, answer

from . import wire
from .filter import refuse_calls
from .outlet import Outlet
from .shell import ZMQInteractiveShell

_MISSING = object()


def serve(shell: ZMQInteractiveShell, connection: socket.socket) -> None:
    """Do what the engine asks until it hangs up."""
    outlet = Outlet(connection)
    shell.attach(outlet)
    refuse_calls()
    # The same submission earns the same grade, also where it forgot a seed.
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    sys.path.append(os.getcwd())  # last: files of the submission never shadow installed modules
    home = os.getpid()
    actions = {"files": _files, "run": _run, "play": _play}
    while True:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        message = outlet.receive()
        problem = ""
        try:
            actions[message["do"]](shell, outlet, message)
        except KeyboardInterrupt:
            pass  # it arrived between the submission's last line and ours
        except BaseException as error:
            problem = f"{type(error).__name__}: {error}"[:1_000]
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if os.getpid() != home:
            os._exit(0)  # a fork that the submission made and left behind
        outlet.flush()
        outlet.send(done=message["number"], problem=problem)


def _files(shell: ZMQInteractiveShell, outlet: Outlet, message: dict[str, Any]) -> None:
    """Write the files that were submitted beside the notebook."""
    for path, content in message["files"]:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "wb") as file:
            file.write(content.tobytes())


def _run(shell: ZMQInteractiveShell, outlet: Outlet, message: dict[str, Any]) -> None:
    """Run one cell."""
    outlet.begin(message["budget"])
    shell.execution_count = message["count"]
    _start_clock(outlet)
    shell.run(message["source"])


def _play(shell: ZMQInteractiveShell, outlet: Outlet, message: dict[str, Any]) -> None:
    """Play one function on every probe; answers leave one by one."""
    outlet.begin(0)
    name, room = message["name"], message["budget"]
    candidate = shell.user_ns.get(name, _MISSING)
    _start_clock(outlet)
    for args, kwargs in message["probes"]:
        if candidate is _MISSING:
            text = f"NameError: name {name!r} is not defined"
            given = Answer("raised", error="NameError", message=text)
        else:
            (given,) = answer(
                candidate,
                [Probe(args, kwargs)],
                message["player"],
                reference=message["reference"],
                substitutes=message["substitutes"],
                twice=message["twice"],
            )
        room -= _send(outlet, given, room)
        if given.status == "stopped":
            break


def _start_clock(outlet: Outlet) -> None:
    """From here on an interrupt is the submission's; before, it would be lost."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    outlet.send(begun=True)


def _send(outlet: Outlet, given: Answer, room: int) -> int:
    """Send an answer, or say that there is no room for it; the bytes that took."""
    try:
        size = len(wire.encode(vars(given)))
        if size <= room:
            outlet.send(answer=vars(given))
            return size
        problem = "together with the earlier ones it is too large"
    except wire.WireError as error:
        problem = str(error)
    outlet.send(answer=vars(Answer("unusable", message=problem)))
    return 0
