"""What bubblewrap does, where there is none: a command that sees a few folders and nothing else.

python -m nnlib.runner.view '{"root": ..., "mounts": [[source, target], ...]}' COMMAND ...
"""

from __future__ import annotations

import ctypes
import json
import os
import sys

from .cage import BIND, NODEV, NOEXEC, NOSUID, READ_ONLY, bind, call, mount, separate

REMOUNT = 32
MOUNT_SETATTR, AT_RECURSIVE, AT_FDCWD = 442, 0x8000, -100
DETACH = 2
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
LINKS = {"fd": "/proc/self/fd", "ptmx": "pts/ptmx"}


def enter(root: str, mounts: list[tuple[str, str]]) -> None:
    """Leave this process nothing to see but these files, read-only.

    Parameters
    ----------
    root : str
        An empty folder to build upon.
    mounts : list of (str, str)
        What exists outside, and where it appears inside.
    """
    separate(processes=False)
    mount("tmpfs", root, "tmpfs", NOSUID | NODEV, "mode=0755,size=1m")
    os.mkdir(f"{root}/tmp")
    mount("tmpfs", f"{root}/tmp", "tmpfs", NOSUID | NODEV, "mode=1777,size=64m")
    for source, target in mounts:
        bind(source, root + target)
        _forbid_writing(root + target)
    for device in DEVICES:
        bind(f"/dev/{device}", f"{root}/dev/{device}")
    for name, target in LINKS.items():
        os.symlink(target, f"{root}/dev/{name}")
    for folder in ("dev/shm", "dev/pts"):
        os.mkdir(f"{root}/{folder}")
    terminals = "newinstance,ptmxmode=0666,mode=0620"
    mount("devpts", f"{root}/dev/pts", "devpts", NOSUID | NOEXEC, terminals)
    bind("/proc", f"{root}/proc")
    os.chdir(root)
    call("pivot_root", b".", b".")
    call("umount2", b".", DETACH)  # the old root, which came to lie upon the new one
    mount("none", "/", None, REMOUNT | BIND | READ_ONLY | NOSUID | NODEV)


def _forbid_writing(target: str) -> None:
    """Make a mount, and all below it, read-only; flags that may not be cleared stay."""
    attributes = (ctypes.c_uint64 * 4)(READ_ONLY | NOSUID | NODEV, 0, 0, 0)
    call("syscall", MOUNT_SETATTR, AT_FDCWD, target.encode(), AT_RECURSIVE, attributes, 32)


if __name__ == "__main__":
    os.umask(0o022)
    enter(**json.loads(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])
