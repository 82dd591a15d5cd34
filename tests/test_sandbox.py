"""Hostile cells, each of which must fail, at every strength of isolation that this machine has."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nnlib
from nnlib.checking.answer import Probe
from nnlib.grading import isolation
from nnlib.grading.answers import checked_answer
from nnlib.grading.outputs import Collector
from nnlib.grading.sandbox import IsolationError, Limits, Sandbox, Session
from nnlib.runner.wire import WireError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")

LIMITS = Limits(
    cell_seconds=20,
    memory=400 * 2**20,
    processes=24,
    file_bytes=8 * 2**20,
    folder_bytes=16 * 2**20,
    cell_output=100_000,
    grace=1,
)
PACKAGE = Path(nnlib.__file__).parent
WRITING_FAILS = ("OSError", "PermissionError", "FileNotFoundError")
SECRET = "a secret of the grader's environment"


@pytest.fixture(scope="module", params=["bubblewrap", "namespaces"])
def box(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox of each strength that keeps submissions apart."""
    os.environ["NNLIB_TEST_SECRET"] = SECRET
    box = Sandbox(request.param, LIMITS)
    try:
        box.__enter__()
    except IsolationError as error:
        pytest.skip(f"{request.param} is not to be had here: {error}")
    finally:
        del os.environ["NNLIB_TEST_SECRET"]
    yield box
    box.close()


@pytest.fixture
def session(box: Sandbox) -> Iterator[Session]:
    """A fresh submission."""
    with box.session() as session:
        yield session


def printed(session: Session, cell: str) -> str:
    """What a cell prints; it must neither fail nor die."""
    ran = session.run_cell(cell)
    assert not ran.ended, ran.ended
    assert all(output["output_type"] == "stream" for output in ran.outputs), ran.outputs
    return "".join(output["text"] for output in ran.outputs)


def refused(session: Session, cell: str) -> str:
    """The error that a cell, or its attempt in a function, ends with."""
    ran = session.run_cell(cell)
    assert not ran.ended, ran.ended
    assert ran.outputs, "the cell got through"
    assert ran.outputs[-1]["output_type"] == "error", ran.outputs
    return str(ran.outputs[-1]["ename"])


def processes_with(marker: str) -> list[int]:
    """Processes of this machine that have a text in their command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if marker.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


# What a submission may not read.


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "/etc/shadow",
        "/home",
        "/var",
        "/sys",
        "/root/.bashrc",
        str(Path.home() / ".bashrc"),
        str(PACKAGE / "__init__.py"),
        str(PACKAGE.parent / "pyproject.toml"),
        str(Path(__file__)),
        os.getcwd() + "/pyproject.toml",
    ],
)
def test_nothing_outside_can_be_read(session: Session, path: str) -> None:
    seen = printed(session, f"import os\nprint(os.path.lexists({path!r}))")
    assert seen == "False\n"


def test_only_the_visible_part_of_nnlib_is_there(session: Session) -> None:
    names = (
        "exercises",
        "grading",
        "course",
        "cli",
        "classifier",
        "checking.judge",
        "checking.explain",
    )
    for name in names:
        assert refused(session, f"import nnlib.{name}") == "ModuleNotFoundError"
    found = printed(session, "import nnlib, os\nprint(*sorted(os.listdir(nnlib.__path__[0])))")
    assert {"functional", "checking", "runner"} <= set(found.split())
    assert not {"exercises", "grading", "course", "cli.py"} & set(found.split())
    assert printed(session, "from nnlib.functional import relu\nprint(relu(-2.0))") == "0.0\n"


def test_the_environment_holds_none_of_ours(session: Session) -> None:
    assert SECRET not in printed(session, "import os\nprint(dict(os.environ))")
    assert refused(session, "open('/proc/1/environ').read()") == "PermissionError"


def test_no_other_process_can_be_seen_traced_or_ended(session: Session) -> None:
    cell = "import os\nprint(os.getpid(), os.getppid(), *filter(str.isdigit, os.listdir('/proc')))"
    assert printed(session, cell) == "1 0 1\n"
    ours = [os.getpid(), os.getppid(), *processes_with("nnlib.runner")]
    assert refused(session, f"for pid in {ours}: os.kill(pid, 9)") == "ProcessLookupError"
    traced = printed(
        session,
        "import ctypes\nlibc = ctypes.CDLL(None)\n"
        f"print([libc.ptrace(16, pid, 0, 0) for pid in {[*ours, 0, -1]}])",
    )
    assert set(json.loads(traced)) == {-1}


@pytest.mark.parametrize("call", ["os.kill(0, 9)", "os.kill(-1, 9)", "os.killpg(0, 9)"])
def test_the_warm_parent_survives_every_signal(box: Sandbox, call: str) -> None:
    parent = box._process
    with box.session() as session:
        session.run_cell(f"import os\n{call}")
    assert parent is not None
    assert parent.poll() is None
    with box.session() as second:
        assert printed(second, "print('here')") == "here\n"


# What a submission may not write.


@pytest.mark.parametrize(
    "path",
    ["/x", "/usr/x", "/etc/x", "/dev/x", "/opt/course/nnlib/x.py", "/proc/x", sys.prefix + "/x"],
)
def test_nothing_outside_the_private_folders_can_be_written(session: Session, path: str) -> None:
    assert refused(session, f"open({path!r}, 'w')") in (
        "OSError",
        "PermissionError",
        "FileNotFoundError",
    )


def test_installed_modules_cannot_be_changed(session: Session) -> None:
    assert refused(session, "import numpy\nopen(numpy.__file__, 'a')") in (
        "OSError",
        "PermissionError",
    )


@pytest.mark.parametrize(
    "attempt",
    [
        "libc.unshare(0x10000000)",
        "libc.unshare(0x00020000)",
        "libc.mount(b'none', b'/tmp', b'tmpfs', 0, b'')",
        "libc.mount(b'none', b'/', None, 32 | 4096, b'')",
        "libc.umount2(b'/tmp', 2)",
        "libc.umount2(b'/proc', 2)",
        "libc.pivot_root(b'/tmp', b'/tmp')",
        "libc.chroot(b'/tmp')",
        "libc.setuid(0)",
        "libc.sethostname(b'x', 1)",
        "libc.setns(os.open('/proc/1/ns/mnt', 0), 0)",
        "libc.prctl(39, 0, 0, 0, 0) - 2",
    ],
)
def test_the_cage_cannot_be_changed_from_inside(session: Session, attempt: str) -> None:
    cell = f"import ctypes, os\nlibc = ctypes.CDLL(None)\nprint({attempt})"
    assert printed(session, cell) == "-1\n"


def test_no_program_gives_more_rights(session: Session) -> None:
    status = printed(session, "print(open('/proc/self/status').read())").split()
    assert status[status.index("NoNewPrivs:") + 1] == "1"
    assert int(status[status.index("CapEff:") + 1], 16) == 0
    assert int(status[status.index("CapPrm:") + 1], 16) == 0
    assert status[status.index("Uid:") + 1] != "0"


# The network.


def test_a_server_of_this_machine_cannot_be_reached(session: Session) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        cell = f"import socket\nsocket.create_connection(('127.0.0.1', {port}), timeout=2)"
        assert refused(session, cell) in ("OSError", "ConnectionRefusedError")


def test_an_abstract_socket_of_this_machine_cannot_be_reached(session: Session) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0nnlib-test")
        server.listen()
        cell = "import socket\nsocket.socket(socket.AF_UNIX).connect('\\0nnlib-test')"
        assert refused(session, cell) == "ConnectionRefusedError"


def test_there_is_no_other_network(session: Session) -> None:
    assert printed(session, "import socket\nprint(socket.if_nameindex())") == "[(1, 'lo')]\n"


# What a submission may not leave behind.


# Popen returns when the program has begun, so that the marker can be found.
LEAVE = """
import os, subprocess
if os.fork() == 0:
    os.setsid()
    subprocess.Popen(['sleep', '{0}'])
    os._exit(0)
os.wait()
subprocess.Popen(['sleep', '{0}'], start_new_session=True)
"""


def test_every_process_ends_with_its_submission(box: Sandbox) -> None:
    marker = f"98765{os.getpid()}.25"
    with box.session() as session:
        session.run_cell(LEAVE.format(marker))
        assert len(processes_with(marker)) == 2
    assert processes_with(marker) == []


def test_nothing_of_one_submission_reaches_the_next(box: Sandbox) -> None:
    with box.session({"mine.txt": b"x"}) as first:
        printed(
            first,
            "import builtins, os, sys, numpy as np, nnlib.functional\n"
            "for path in ('/tmp/left', '/dev/shm/left', 'left.py'): open(path, 'w').close()\n"
            "os.environ['LEFT'] = '1'\n"
            "builtins.left = np.left = nnlib.functional.left = 1\n"
            "np.allclose = lambda *a, **k: True\n"
            "np.random.seed(3); np.seterr(all='raise')\n"
            "sys.path.insert(0, '/tmp'); sys.modules['left'] = np\n"
            "import threading\n"
            "threading.Thread(target=threading.Event().wait, daemon=True).start()\n",
        )
    with box.session() as second:
        seen = printed(
            second,
            "import builtins, os, sys, threading, numpy as np, nnlib.functional\n"
            "print('left' in os.listdir('/tmp'), os.listdir('/dev/shm'), os.listdir())\n"
            "print('LEFT' in os.environ, '/tmp' in sys.path, 'left' in sys.modules)\n"
            "print([hasattr(m, 'left') for m in (builtins, np, nnlib.functional)])\n"
            "print(np.allclose(0, 1), threading.active_count(), np.geterr()['over'])\n",
        )
    assert seen.splitlines() == [
        "False [] []",
        "False False False",
        "[False, False, False]",
        "False 1 warn",
    ]


def test_every_submission_starts_from_the_same_random_numbers(box: Sandbox) -> None:
    drawn = set()
    for _ in range(2):
        with box.session() as session:
            cell = "import random, numpy as np\nprint(np.random.rand(), random.random(), hash('a'))"
            drawn.add(printed(session, cell))
    assert len(drawn) == 1


# How much a submission may use.


def test_a_large_array_is_a_memory_error(session: Session) -> None:
    assert "MemoryError" in refused(session, "import numpy as np\nnp.ones(10**9)")
    assert printed(session, "print('alive')") == "alive\n"


def test_memory_is_counted_over_all_processes(box: Sandbox) -> None:
    with box.session() as session:
        ran = session.run_cell(
            "import os, time\n"
            "for _ in range(8):\n"
            "    if os.fork() == 0:\n"
            "        data = bytearray(100 * 2**20); time.sleep(60)\n"
            "time.sleep(60)"
        )
    assert "more than 400 MB of memory" in ran.ended


def test_a_fork_bomb_ends_alone(box: Sandbox) -> None:
    with box.session(limits=replace(LIMITS, cell_seconds=3)) as session:
        ran = session.run_cell(
            "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
        )
    assert ran.overdue or ran.ended
    with box.session() as second:
        assert printed(second, "print('here')") == "here\n"


def test_the_number_of_threads_is_limited(session: Session) -> None:
    cell = (
        "import threading, time\n"
        "for _ in range(100): threading.Thread(target=time.sleep, args=(9,), daemon=True).start()"
    )
    ran = session.run_cell(cell)
    assert ran.ended or ran.outputs[-1]["ename"] == "RuntimeError"


def test_one_file_has_a_limit(session: Session) -> None:
    cell = "open('hog', 'wb').write(bytes(2**20) * 9)"
    assert refused(session, cell) == "OSError"


def test_all_files_together_have_a_limit(session: Session) -> None:
    cell = "for i in range(9):\n    open(f'{i}', 'wb').write(bytes(4 * 2**20))"
    assert refused(session, cell) == "OSError"
    cell = "for i in range(10**5): open(f'/dev/shm/{i}', 'w').close()"
    assert refused(session, cell) == "OSError"


def test_the_engine_stays_small_whatever_is_printed(session: Session) -> None:
    cell = (
        "import os\nfor _ in range(40): print('x' * 10**6)\n"
        "for _ in range(7): os.write(1, b'y' * 10**6)"
    )
    tracemalloc.start()
    ran = session.run_cell(cell)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(ran.outputs[0]["text"]) < 101_000
    assert peak < 10 * 2**20


def test_memory_that_no_limit_counts_is_refused(session: Session) -> None:
    assert refused(session, "import os\nos.memfd_create('hog')") == "PermissionError"
    shared = "import ctypes\nprint(ctypes.CDLL(None).shmget(0, 2**20, 0o1600))"
    assert printed(session, shared) == "-1\n"


# Forged frames: the submission's process can write whatever it likes to the engine.

FORGE = """
import os, stat, struct, sys
from nnlib.runner import wire
channel = next(fd for fd in range(3, 500) if os.path.exists(f'/proc/self/fd/{fd}')
               and stat.S_ISSOCK(os.fstat(fd).st_mode))
def forge(data):
    while data: data = data[os.write(channel, data):]
"""


@pytest.mark.parametrize(
    "attack",
    [
        "for fd in range(3, 99):\n    try: os.write(fd, b'garbage' * 99)\n    except OSError: pass",
        "forge(struct.pack('>II', 2**32 - 1, 2**32 - 1))",
        "forge(struct.pack('>II', 2, 0) + b'[]')",
        "forge(wire.encode([1, 2]))",
        "forge(wire.encode({'done': 10**9}))",
        "forge(wire.encode({'done': True}))",
        "text = {'output_type': 'stream', 'name': 'stdout', 'text': 'x' * 9999}\n"
        "while True: forge(wire.encode({'output': text}))",
        "while True: forge(wire.encode({'nothing': 0}))",
        "forge(struct.pack('>II', 100, 10**6))\nos.close(channel)",
        "os._exit(0)",
    ],
)
def test_a_forged_frame_ends_the_submission_and_nothing_else(
    box: Sandbox, attack: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nnlib.grading.session.FLOOD", 2**22)  # reached sooner
    tracemalloc.start()
    with box.session() as session:
        session.run_cell(FORGE)
        ran = session.run_cell(attack)
        assert ran.ended or session.run_cell("1").ended
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * 2**20
    with box.session() as second:
        assert printed(second, "print('here')") == "here\n"


def test_forged_outputs_are_only_outputs(session: Session) -> None:
    session.run_cell(FORGE)
    ran = session.run_cell(
        "forge(wire.encode({'output': {'output_type': 'execute_result', 'execution_count': 99,\n"
        "    'data': {'text/plain': '1.0', 'text/html': 5}, 'metadata': {}}}))\n"
        "forge(wire.encode({'output': {'output_type': 'error', 'ename': 1}}))\n"
        "forge(wire.encode({'output': {'output_type': 'display_data', 'metadata': {},\n"
        "    'data': {'text/plain': 'shown'}, 'grade': 5}, 'display_id': 'x', 'points': 9}))\n"
    )
    assert ran.outputs == [
        {"output_type": "display_data", "data": {"text/plain": "shown"}, "metadata": {}}
    ]


def test_more_answers_than_questions_end_the_submission(session: Session) -> None:
    session.run_cell(FORGE)
    session.run_cell(
        "def f(x):\n"
        "    from nnlib.checking.answer import Answer\n"
        "    for _ in range(3): forge(wire.encode({'answer': vars(Answer('returned', 1.0))}))\n"
        "    return x"
    )
    assert "more answers than questions" in session.play("f", [Probe((2.0,))]).ended


GOOD = {
    "status": "returned",
    "value": np.zeros(2),
    "error": "",
    "message": "",
    "changed": ("0",),
    "shared": ((0, "0"),),
    "unstable": False,
    "printed": "",
}


@pytest.mark.parametrize(
    "change",
    [
        {"status": "perfect"},
        {"status": 1},
        {"unstable": 0},
        {"unstable": None},
        {"changed": [0]},
        {"shared": ((0,),)},
        {"shared": ("ab",)},
        {"shared": ((True, "0"),)},
        {"message": None},
    ],
)
def test_an_answer_of_another_form_is_refused(change: dict[str, Any]) -> None:
    assert checked_answer(GOOD).shared == ((0, "0"),)
    with pytest.raises(WireError):
        checked_answer(GOOD | change)


@pytest.mark.parametrize(
    "output",
    [
        {"output_type": "stream", "name": "stdlog", "text": "x"},
        {"output_type": "stream", "name": "stdout", "text": 5},
        {"output_type": "display_data", "data": {}, "metadata": {}},
        {"output_type": "display_data", "data": {"text/html": {"a": 1}}, "metadata": {}},
        {"output_type": "display_data", "data": {"text/plain": "x"}, "metadata": {"a": (1,)}},
        {"output_type": "display_data", "data": {"application/json": np.zeros(2)}, "metadata": {}},
        {"output_type": "display_data", "data": {"application/json": float("nan")}, "metadata": {}},
        {"output_type": "error", "ename": "E", "evalue": "", "traceback": [1]},
        {"output_type": "update_display_data", "data": {"text/plain": "x"}, "metadata": {}},
        "text",
    ],
)
def test_what_is_no_output_is_left_out(output: object) -> None:
    collector = Collector(10_000)
    collector.begin(10_000)
    collector.add({"output": output})
    collector.add({"output": output, "display_id": "a", "update": True})
    assert collector.outputs == []


def test_many_small_outputs_take_bounded_memory() -> None:
    collector = Collector(10**6)
    collector.begin(10**6)
    for i in range(20_000):
        name = ("stdout", "stderr")[i % 2]
        collector.add({"output": {"output_type": "stream", "name": name, "text": "x"}})
        error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": ["x" * 9_999]}
        collector.add({"output": error})
    assert len(collector.outputs) < 5_000


# The strengths, and what is said of them.


def test_limits_alone_must_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "bubblewrap", lambda seen: ["/nonexistent/bwrap"])
    monkeypatch.setattr(isolation, "own_view", lambda folder, seen: ["/bin/false"])
    with pytest.raises(IsolationError, match="--isolation limits"), Sandbox():
        pass


def test_what_does_not_keep_apart_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "bubblewrap", lambda seen: [])  # starts, but without walls
    with pytest.raises(IsolationError, match="bubblewrap"), Sandbox("bubblewrap"):
        pass


def test_an_unknown_strength_is_an_error() -> None:
    with pytest.raises(IsolationError, match="auto, bubblewrap, namespaces, limits"), Sandbox("vm"):
        pass


def test_the_strength_is_stated(box: Sandbox) -> None:
    assert box.level in ("bubblewrap", "namespaces")
    assert "no network" in isolation.LEVELS[box.level]
    assert "only for code you trust" in isolation.LEVELS["limits"]


def test_limits_alone_still_end_every_process() -> None:
    marker = f"98765{os.getpid()}.75"
    with Sandbox("limits", LIMITS) as box:
        assert box.level == "limits"
        with box.session() as session:
            session.run_cell(LEAVE.format(marker))
            assert len(processes_with(marker)) == 2
        assert processes_with(marker) == []


def test_a_fork_bomb_ends_with_limits_alone_too() -> None:
    with Sandbox("limits", replace(LIMITS, cell_seconds=5)) as box, box.session() as session:
        ran = session.run_cell("import os, time\nfor _ in range(9):\n    os.fork()\ntime.sleep(30)")
    assert "more than 24 processes" in ran.ended


def test_a_warm_parent_that_died_is_replaced(box: Sandbox) -> None:
    assert box._process is not None
    box._process.kill()
    box._process.wait()
    with box.session() as session:
        assert printed(session, "print('here')") == "here\n"


def test_closing_leaves_nothing() -> None:
    open_before = len(os.listdir("/proc/self/fd"))
    with Sandbox("limits") as box, box.session() as session:
        folder = Path(box._folder.name)
        printed(session, "print('here')")
    assert not folder.exists()
    assert processes_with(str(folder)) == []
    assert len(os.listdir("/proc/self/fd")) == open_before


def test_a_folder_inside_the_python_installation_can_be_hidden(tmp_path: Path) -> None:
    inside = Path(sys.prefix) / "share"
    hidden = [inside, inside / "jupyter", tmp_path, Path(sys.prefix), Path("/no/such/folder")]
    pairs = {target: source for source, target in isolation.mounts(tmp_path, hidden)}
    empty = [target for target, source in pairs.items() if source == str(tmp_path / "empty")]
    assert empty == [str(inside)]
    assert pairs[sys.prefix] == sys.prefix


def test_a_hidden_folder_is_empty_inside(box: Sandbox) -> None:
    inside = Path(sys.prefix) / "share"
    with Sandbox(box.level, LIMITS, hidden=[inside]) as other, other.session() as session:
        assert printed(session, f"import os\nprint(os.listdir({str(inside)!r}))") == "[]\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can try how an ordinary user fares")
@pytest.mark.parametrize("proc", ["its own /proc", "in a container that masks /proc"])
@pytest.mark.parametrize("level", ["bubblewrap", "namespaces"])
def test_an_ordinary_user_has_the_same_sandbox(level: str, proc: str, tmp_path: Path) -> None:
    setpriv, unshare = shutil.which("setpriv"), shutil.which("unshare")
    if not (setpriv and unshare) or (level == "bubblewrap" and not shutil.which("bwrap")):
        pytest.skip("setpriv, unshare or bwrap is missing")
    masked = "container" in proc
    script = (
        "import os\nfrom nnlib.grading.sandbox import Sandbox\n"
        f"with Sandbox({level!r}) as box, box.session() as session:\n"
        "    ran = session.run_cell('import os\\nos.getpid(), len(os.listdir(\"/proc\")) > 0')\n"
        "    print(os.getuid(), ran.outputs[0]['data']['text/plain'])"
    )
    # Everything a user needs, also where the Python is one that only root can reach.
    seen = [*isolation.SYSTEM, sys.prefix, sys.base_prefix, str(PACKAGE)]
    pairs = [(path, path) for path in seen if os.path.exists(path)]
    view = json.dumps({"root": str(tmp_path), "mounts": pairs})
    command = [sys.executable, "-m", "nnlib.runner.view", view]
    command += [setpriv, "--reuid=4321", "--regid=4321", "--clear-groups"]
    command += [sys.executable, "-c", script]
    if masked:
        mask = 'mount -t tmpfs none /proc/irq && exec "$@"'
        command = [unshare, "--mount", "sh", "-c", mask, "sh", *command]
    environment = {"PYTHONPATH": str(PACKAGE.parent), "HOME": "/tmp", "PATH": os.environ["PATH"]}
    ran = subprocess.run(command, cwd="/", env=environment, text=True, capture_output=True)
    assert ran.stdout == f"4321 (1, {not masked})\n", ran.stderr
