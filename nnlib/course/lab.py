"""Starting JupyterLab on the desk, for this machine alone."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path


def command_line(desk: Path, arguments: Sequence[str]) -> list[str]:
    """JupyterLab's arguments: quiet but for the address, reachable from this machine only."""
    own = [f"--ServerApp.root_dir={desk}", "--ServerApp.ip=127.0.0.1", "--log-level=ERROR"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        own.append("--allow-root")  # in a container; JupyterLab would refuse to start
    return [*own, *arguments]


def start(desk: Path, arguments: Sequence[str]) -> None:
    """Run JupyterLab until it is stopped; it prints its address."""
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance(command_line(desk, arguments))
