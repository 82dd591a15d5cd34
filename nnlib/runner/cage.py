"""The cage of one submission, made from the inside: namespaces, private folders, limits, no rights.

Linux only, through the C library: `os.unshare` came with Python 3.12. The order of the steps is
what makes them hold, so each says why it stands where it does.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import resource
import signal
import socket
from collections.abc import Mapping
from pathlib import Path

NEWNS, NEWUTS, NEWIPC = 0x00020000, 0x04000000, 0x08000000
NEWUSER, NEWPID, NEWNET = 0x10000000, 0x20000000, 0x40000000
READ_ONLY, NOSUID, NODEV, NOEXEC = 1, 2, 4, 8
BIND, RECURSIVE, PRIVATE = 4096, 16384, 1 << 18
SET_PARENT_DEATH_SIGNAL, SET_DUMPABLE, SET_SUBREAPER, SET_NO_NEW_PRIVILEGES = 1, 4, 36, 38
NOBODY = 65534
WORK = "/tmp/submission"  # where a submission runs and finds the files beside it

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent: int) -> None:
    """End this process when the one that forked it ends."""
    call("prctl", SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def forbid_tracing() -> None:
    """Let no other process of this user look into this one's memory, or change it."""
    call("prctl", SET_DUMPABLE, 0, 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of every process below this one whose own parent ends."""
    call("prctl", SET_SUBREAPER, 1, 0, 0, 0)


def separate(processes: bool = True) -> None:
    """New namespaces of every kind; the one for processes begins with the next fork."""
    kinds = NEWNS | NEWIPC | NEWUTS | NEWNET | (NEWPID if processes else 0)
    if _may_mount():
        call("unshare", kinds)
    else:
        proc = os.open("/proc", os.O_PATH | os.O_DIRECTORY)
        user, group = os.getuid(), os.getgid()
        call("prctl", SET_DUMPABLE, 1, 0, 0, 0)  # else the maps below belong to root
        call("unshare", kinds | NEWUSER)
        _map_ids(proc, user, group)
        os.close(proc)
    mount("none", "/", None, RECURSIVE | PRIVATE)


def furnish(outer_proc: int, folder_bytes: int) -> bool:
    """Private, empty /tmp and /dev/shm, and a /proc that shows this submission only.

    Parameters
    ----------
    outer_proc : int
        The present /proc, opened; what comes to lie upon it may be empty.
    folder_bytes : int
        How much /tmp may hold.

    Returns
    -------
    bool
        Whether there is such a /proc; in some containers it may not be mounted, and then there
        is an empty one.
    """
    # A Python installed below /tmp must not vanish with the rest of /tmp.
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    below = [path for line in lines if (path := line.split()[4]).startswith("/tmp/")]
    held = {path: os.open(path, os.O_PATH) for path in below}
    owner = "uid={},gid={},mode=0700".format(*_lesser_ids(outer_proc))
    for folder, share in (("/tmp", 1), ("/dev/shm", 4)):
        size = f"size={folder_bytes // share},nr_inodes=20000,{owner}"
        mount("tmpfs", folder, "tmpfs", NOSUID | NODEV, size)
    for path, descriptor in held.items():
        bind(f"/proc/self/fd/{descriptor}", path)
        os.close(descriptor)
    socket.sethostname("submission")
    try:
        mount("proc", "/proc", "proc", NOSUID | NODEV | NOEXEC)
    except OSError:
        mount("tmpfs", "/proc", "tmpfs", READ_ONLY | NOSUID | NODEV, "size=4k")
        return False
    return True


def renounce(outer_proc: int, separated: bool, limits: Mapping[str, int]) -> None:
    """Give up every right that is not needed to run a notebook; there is no way back.

    Parameters
    ----------
    outer_proc : int
        The /proc from before `furnish`; it is closed here.
    separated : bool
        Whether `separate` was called.
    limits : mapping
        ``memory``, ``file_bytes`` (bytes), ``processes``, ``cpu`` (seconds).
    """
    with contextlib.suppress(OSError):  # where memory runs out, this process goes first
        _write(outer_proc, "self/oom_score_adj", "1000")
    fresh = False
    if separated:
        user, group = _lesser_ids(outer_proc)
        if user != os.getuid():
            os.setgroups([])
            os.setresgid(group, group, group)
            os.setresuid(user, user, user)
        # One user namespace further in, nothing mounted so far can be changed any more.
        # Where it may not be made, the submission cannot make one either.
        call("prctl", SET_DUMPABLE, 1, 0, 0, 0)
        fresh = _enter_user_namespace(outer_proc)
    size = int(_read(outer_proc, "self/statm").split()[0]) * resource.getpagesize()
    os.close(outer_proc)
    call("prctl", SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    call("capset", *_no_capabilities())
    _limit(size, fresh, limits)
    # A change of user clears this one.
    call("prctl", SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    forbid_tracing()


def _enter_user_namespace(proc: int) -> bool:
    user, group = os.getuid(), os.getgid()
    try:
        call("unshare", NEWUSER)
    except OSError:
        return False
    _map_ids(proc, user, group)
    # A namespace of its own would let a submission mount, and fill, file systems.
    with contextlib.suppress(OSError):  # in containers this is read-only
        _write(proc, "sys/user/max_user_namespaces", "0")
    return True


def _limit(size: int, fresh: bool, limits: Mapping[str, int]) -> None:
    chosen = {
        resource.RLIMIT_AS: size + limits["memory"],
        resource.RLIMIT_CPU: limits["cpu"],
        resource.RLIMIT_FSIZE: limits["file_bytes"],
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 512,
        resource.RLIMIT_MEMLOCK: 2**16,
        resource.RLIMIT_MSGQUEUE: 2**16,
    }
    # Elsewhere the user's other processes count too, and the keeper alone watches the number.
    if fresh and tuple(map(int, re.findall(r"\d+", os.uname().release)[:2])) >= (5, 14):
        chosen[resource.RLIMIT_NPROC] = limits["processes"]
    for kind, value in chosen.items():
        resource.setrlimit(kind, (value, value))


def _map_ids(proc: int, user: int, group: int) -> None:
    _write(proc, "self/setgroups", "deny")
    _write(proc, "self/uid_map", f"{user} {user} 1")
    _write(proc, "self/gid_map", f"{group} {group} 1")


def _may_mount() -> bool:
    effective = re.search(r"CapEff:\s*(\w+)", Path("/proc/self/status").read_text())
    return effective is not None and bool(int(effective[1], 16) >> 21 & 1)


def _lesser_ids(proc: int) -> tuple[int, int]:
    """The user and group a submission runs as: nobody, where that may be chosen."""
    own = os.getuid(), os.getgid()
    for kind in ("uid", "gid"):
        table = list(map(int, _read(proc, f"self/{kind}_map").split()))
        spans = zip(table[::3], table[2::3], strict=True)
        if not any(first <= NOBODY < first + count for first, count in spans):
            return own
    return (NOBODY, NOBODY) if os.getuid() == 0 else own


def _no_capabilities() -> tuple[ctypes.Array[ctypes.c_uint32], ctypes.Array[ctypes.c_uint32]]:
    version_3 = 0x20080522
    return (ctypes.c_uint32 * 2)(version_3, 0), (ctypes.c_uint32 * 6)()


def bind(source: str, target: str) -> None:
    """Make a file or folder appear in a second place."""
    os.makedirs(target if os.path.isdir(source) else os.path.dirname(target), exist_ok=True)
    if not os.path.isdir(source):
        os.close(os.open(target, os.O_CREAT, 0o444))
    mount(source, target, None, BIND | RECURSIVE)


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    """Mount, or change a mount; raises OSError that says where."""
    paths = source.encode(), target.encode(), kind.encode() if kind else None
    try:
        call("mount", *paths, ctypes.c_ulong(flags), options.encode())
    except OSError as error:
        raise OSError(error.errno, f"{source} at {target}: {error.strerror}") from None


def call(name: str, *args: object) -> int:
    """A function of the C library; raises OSError where it fails."""
    result = int(getattr(_libc, name)(*args))
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def _read(folder: int, path: str) -> str:
    with open(os.open(path, os.O_RDONLY, dir_fd=folder)) as file:
        return file.read()


def _write(folder: int, path: str, text: str) -> None:
    file = os.open(path, os.O_WRONLY, dir_fd=folder)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)
