"""Grading is killed at any moment, and started again: it ends as if nothing had happened."""

import contextlib
import os
import random
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import graded_course as gc
import pytest

from nnlib.grading import engine, records
from nnlib.grading.course import Course
from nnlib.grading.ledger import Ledger


class Killed(BaseException):
    """Stands for the end of the process at this very moment."""


class Executioner:
    """Lets so many steps happen, and ends the run before the next."""

    def __init__(self, monkeypatch, steps):
        self.left = steps
        for home, name in [
            (Ledger, "save"),
            (Course, "record"),
            (records, "_write"),
            (records.shutil, "rmtree"),
            (records.os, "replace"),
            (records.Path, "rename"),
            (engine, "fingerprint"),
        ]:
            monkeypatch.setattr(home, name, self.watched(getattr(home, name)))

    def watched(self, function):
        def step(*args, **kwargs):
            if self.left == 0:
                raise Killed
            self.left -= 1
            return function(*args, **kwargs)

        return step


@pytest.mark.parametrize("steps", range(32))
def test_killed_before_any_step_and_started_again_it_ends_the_same(
    course, undisturbed, monkeypatch, steps
):
    with monkeypatch.context() as patch:
        Executioner(patch, steps)
        with contextlib.suppress(Killed):
            gc.grade(course)
    gc.grade(course)
    assert gc.state(course) == undisturbed


# Starting the command anew each time would take minutes. So a process that has been the command
# once forks others, and kills them after so many seconds.
STARTER = """
import contextlib, os, select, signal, subprocess, sys
from concurrent.futures import ThreadPoolExecutor
from nnlib.grading import command, engine

engine.BATCH = 1  # it writes all the time
command.workforce = lambda *_: (lambda: ThreadPoolExecutor(1), 3)
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

def grade():
    os.chdir(sys.argv[1])
    command.grade(sys.argv[2:])

with contextlib.suppress(SystemExit):
    grade()
print("ready", file=answers, flush=True)
for seconds in sys.stdin:
    pid = os.fork()
    if not pid:
        subprocess.Popen.poll = lambda process: None  # the sandbox is its parent's, and alive
        try:
            grade()
        except SystemExit as end:
            os._exit(end.code)
        finally:
            os._exit(70)
    select.select([os.pidfd_open(pid)], [], [], float(seconds))
    os.kill(pid, signal.SIGKILL)
    print(os.waitpid(pid, 0)[1], file=answers, flush=True)
"""


@pytest.fixture
def run_for(course):
    """A function that runs the command for so many seconds: whether it was killed in the act."""
    process = subprocess.Popen(
        [sys.executable, "-c", STARTER, course, gc.LESSON],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )

    def run_for(seconds):
        process.stdin.write(f"{seconds}\n")
        status = process.stdout.readline().strip()
        assert status in ("0", "9")
        return status == "9"

    with process:
        assert process.stdout.readline() == "ready\n"
        yield run_for
        family = children_of(process.pid)
    assert gone(family)


def test_killed_at_random_moments_and_started_again_it_ends_the_same(
    made, course, undisturbed, run_for
):
    def begin_anew():
        shutil.rmtree(course)
        shutil.copytree(made, course)

    begin_anew()
    began = time.monotonic()
    assert not run_for(60)
    duration = time.monotonic() - began
    assert gc.state(course) == undisturbed
    moments, kills = random.Random(20261122), 0
    while kills < 20:
        begin_anew()
        for _ in range(2):  # also the run that takes up what is left
            kills += run_for(moments.uniform(0, duration))
        gc.grade(course)
        assert gc.state(course) == undisturbed


@pytest.fixture
def temporary():
    """A folder whose name is short enough for a socket in it."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def test_a_killed_command_leaves_nothing_behind_and_its_work_is_taken_up(
    course, undisturbed, temporary
):
    """The command as it is installed, with its workers and their sandboxes."""
    environment = {**os.environ, "TMPDIR": str(temporary)}
    code = "from nnlib.cli import main; main()"
    arguments = [sys.executable, "-c", code, "grade", gc.LESSON, "--workers", "1"]
    with subprocess.Popen(
        arguments, cwd=course, env=environment, stdout=subprocess.PIPE
    ) as process:
        process.stdout.readline()  # the first student is finished
        family = children_of(process.pid)
        process.kill()
    assert family
    assert gone(family)
    assert not list(temporary.glob("nnlib-*"))
    gc.grade(course)
    assert gc.state(course) == undisturbed


def children_of(pid):
    """All processes below one."""
    found = []
    for child in subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split():
        found += [int(child), *children_of(int(child))]
    return found


def gone(family):
    """Whether processes have ended, or do so soon."""
    for pid in family:
        with contextlib.suppress(ProcessLookupError):
            end = os.pidfd_open(pid)
            ended, _, _ = select.select([end], [], [], 30)
            os.close(end)
            if not ended:
                return False
    return True
