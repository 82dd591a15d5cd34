"""The warm parent: imports everything once, then forks a keeper for each submission.

It runs none of a submission's code, holds no threads (a fork would lose them), and learns of a
submission only two sockets and its limits. Started by `nnlib.grading.sandbox`, with one argument:
JSON with ``socket`` (a descriptor) and ``fonts`` (a folder).
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import shutil
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

from . import cage, wire
from .keeper import keep


def main() -> None:
    """Warm up, say so, and serve until the engine hangs up."""
    settings = json.loads(sys.argv[1])
    control = socket.socket(fileno=settings["socket"])
    control.set_inheritable(False)
    # matplotlib looks for all fonts of the system, for seconds, where it has no list of them
    shutil.copytree(settings["fonts"], os.environ["MPLCONFIGDIR"])
    serve = _warm_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers leave no zombies
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cage.forbid_tracing()
    gc.collect()
    gc.freeze()  # what is never touched stays shared with every fork
    control.send(b"ready")
    parent = os.getpid()
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 2**16, 2)
        if not message:
            return
        ends = [socket.socket(fileno=descriptor) for descriptor in descriptors]
        if os.fork() == 0:
            control.close()
            _keep(parent, ends[0], ends[1], wire.decode(message), serve)
        for end in ends:
            end.close()


def _keep(
    parent: int,
    control: socket.socket,
    connection: socket.socket,
    settings: dict[str, Any],
    serve: Callable[[socket.socket], None],
) -> NoReturn:
    """In the fork: never come back."""
    try:
        cage.die_with_parent(parent)
        keep(control, connection, settings, serve)
    except Exception as error:
        with contextlib.suppress(OSError):
            control.send(wire.encode({"ended": 1, "reason": "", "news": str(error)}))
    finally:
        os._exit(1)


def _warm_up() -> Callable[[socket.socket], None]:
    """Import and use once whatever is slow the first time."""
    sys.argv = [""]
    import matplotlib.pyplot as plt
    from IPython.core.pylabtools import print_figure

    import nnlib

    from .session import serve
    from .shell import make_shell

    shell = make_shell()
    importlib.import_module("matplotlib_inline.backend_inline")
    for module in pkgutil.walk_packages(nnlib.__path__, "nnlib."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    figure, axes = plt.subplots()
    axes.plot([0, 1], label="1")
    axes.legend()
    print_figure(figure)
    plt.close("all")
    shell.run_cell("1 / 0", store_history=False)
    threads = os.listdir("/proc/self/task")
    if len(threads) > 1:
        raise RuntimeError(f"the warm parent holds {len(threads)} threads and must not fork")
    return partial(serve, shell)


if __name__ == "__main__":
    main()
