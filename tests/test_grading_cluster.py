"""A class is graded by a Dask cluster, and into a PostgreSQL gradebook: the real programs."""

import contextlib
import glob
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import graded_course as gc
import pytest
from nbgrader.api import Gradebook

import nnlib
from nnlib.grading.command import workforce
from nnlib.grading.course import Course
from nnlib.grading.engine import Engine
from nnlib.grading.work import OtherVersion


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def course(tmp_path):
    root = gc.make_course(tmp_path / "course")
    for number in range(6):
        answers = gc.RIGHT if number % 2 else gc.WRONG
        gc.hand_in(root, f"s{number}", gc.answered(root, answers), files={"notes.txt": b"mine"})
    return root


@pytest.fixture
def cluster(tmp_path):
    """Starts a scheduler and workers, each with a folder of its own: address and processes."""
    distributed = pytest.importorskip("distributed", reason="dask[distributed] is not installed")
    running = []

    def start(module, *arguments, **environment):
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{module}", *arguments],
            cwd=tmp_path,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        running.append(process)
        return process

    def begin(count, **environment):
        address = f"127.0.0.1:{free_port()}"
        host, port = address.split(":")
        start("dask_scheduler", f"--host={host}", f"--port={port}", "--no-dashboard")
        own = ["--no-nanny", "--nthreads=1", "--no-dashboard", "--local-directory", str(tmp_path)]
        workers = [
            start("dask_worker", f"tcp://{address}", f"--name={i}", *own, **environment)
            for i in range(count)
        ]
        with distributed.Client(f"tcp://{address}", timeout=90) as client:
            client.wait_for_workers(count, timeout=90)
        return f"dask://{address}", workers

    yield begin
    with contextlib.suppress(ValueError):  # where no client was made
        distributed.default_client().close()
    for process in running:
        process.kill()
        process.wait()


@pytest.mark.filterwarnings("ignore")  # of distributed's, about the sockets of a lost worker
def test_a_cluster_grades_and_the_work_of_a_lost_worker_is_repeated(course, cluster):
    address, workers = cluster(2)
    make, window = workforce(address, 1)
    done = []

    def tell(row, outcome):
        done.append(row)
        if len(done) == 1:
            workers[0].kill()

    lesson = gc.grading(course)
    Engine(lesson, make, tell, window).grade(lesson.course.students(gc.LESSON))
    lesson.course.ledger.end()
    totals = {row.student: sum(row.scores.values()) for row in done}
    assert totals == {f"s{number}": 2.0 * (number % 2) for number in range(6)}
    assert "right, 1 of 1 point" in gc.page(course, "s1")


@pytest.mark.filterwarnings("ignore")
def test_a_worker_with_another_version_of_the_course_ends_the_run(course, cluster, tmp_path):
    other = tmp_path / "other" / "nnlib"
    shutil.copytree(Path(nnlib.__file__).parent, other)
    with open(other / "checking" / "compare.py", "a", encoding="utf-8") as file:
        file.write("\nTOLERANCE = 1.0\n")
    address, _ = cluster(1, PYTHONPATH=str(other.parent))
    make, window = workforce(address, 1)
    rows = []
    lesson = gc.grading(course)
    with pytest.raises(OtherVersion, match=r"this worker has version .* install the same on both"):
        Engine(lesson, make, lambda row, _: rows.append(row), window).grade(["s0", "s1"])
    held = [lesson.course.scores(student, gc.LESSON, [gc.TOPIC]) for student in ("s0", "s1")]
    lesson.course.ledger.end()
    assert rows == []
    assert held == [{}, {}]


@pytest.fixture
def server():
    """A PostgreSQL server of our own in a temporary folder, as an unprivileged user; its URL."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    places = [os.environ["PATH"], *sorted(glob.glob("/usr/lib/postgresql/*/bin"))]  # Debian's
    initdb = shutil.which("initdb", path=os.pathsep.join(places))
    if not initdb:
        pytest.skip("PostgreSQL is not installed")
    pg_ctl, port = Path(initdb).resolve().with_name("pg_ctl"), free_port()
    # Not below pytest's folder, which root alone may enter.
    home = Path(tempfile.mkdtemp(prefix="nnlib-postgres-"))
    someone = {}
    if os.getuid() == 0:  # as whom PostgreSQL refuses to run
        someone = {"user": "postgres", "group": "postgres", "extra_groups": ()}
        shutil.chown(home, "postgres", "postgres")

    def run(program, *arguments):
        command = [program, "-D", home / "data", *arguments]
        with open(home / "log", "a+b") as log:
            ended = subprocess.run(
                command, stdout=log, stderr=log, cwd=home, check=False, **someone
            )
            log.seek(0)
            assert ended.returncode == 0, log.read().decode()

    try:
        run(initdb, "-A", "trust", "-U", "nbgrader", "-E", "UTF8", "--no-sync")
        options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c fsync=off"
        run(pg_ctl, "start", "-w", "-o", options)
        yield f"postgresql+psycopg://nbgrader@127.0.0.1:{port}/postgres"
        run(pg_ctl, "stop", "-m", "immediate")  # also while somebody is connected
    finally:
        shutil.rmtree(home)


def test_the_gradebook_may_be_a_postgresql_server(course, server):
    with open(course / "nbgrader_config.py", "a", encoding="utf-8") as file:
        file.write(f"\nc.CourseDirectory.db_url = {server!r}\n")
    rows = gc.grade(course)
    assert {row.status: row.reason for row in rows.values()} == {"graded": ""}
    assert not (course / "gradebook.db").exists()
    with Gradebook(server, "backpropagation") as book:
        found = book.find_assignment(gc.LESSON).submissions
        assert {s.student.id: s.score for s in found} == {
            f"s{number}": 2.0 * (number % 2) for number in range(6)
        }
    again = gc.grade(course)
    assert all(row.status == "unchanged" for row in again.values())
    lesson = Course(course)
    assert list(lesson.templates(gc.LESSON)) == [gc.TOPIC]
    lesson.ledger.end()
