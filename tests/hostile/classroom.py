"""A class in which every case sits between honest students, and what came of each."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import os
import shutil
import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import graded_course as gc
from nbgrader.api import Gradebook
from rich.console import Console

from nnlib.grading.command import grade_class, prepare, summarize, workforce
from nnlib.grading.course import Course

from .collection import POINTS, Case, hand_in, honest
from .inspection import Result

LIMITS = {
    "cell_seconds": 3,
    "seconds": 20,
    "grace": 0.5,
    "cell_cpu": 3,
    "memory": 400 * 2**20,
    "processes": 24,
    "file_bytes": 8 * 2**20,
    "folder_bytes": 16 * 2**20,
    "cell_output": 100_000,
}
NEIGHBORS = 5  # cases between two honest students
OWN = ("autograded", "feedback", "reports")  # what grading writes, beside the gradebook
SHARED = (Path("/tmp"), Path("/dev/shm"), Path("/var/tmp"))


class Outside:
    """What lies outside of the sandbox, and is looked after: files, processes, a server."""

    def __init__(self, folder: Path, prefix: str) -> None:
        self.folder = folder
        self.prefix = prefix
        self.heard = b""
        self._server = socket.create_server(("127.0.0.1", 0))
        folder.mkdir(parents=True)
        self.token = os.environ["GRADER_TOKEN"] = f"token-of-{prefix}"
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        os.environ.pop("GRADER_TOKEN", None)
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                with connection:
                    connection.settimeout(2)
                    with contextlib.suppress(OSError):
                        self.heard += connection.recv(2**16)

    def tokens(self, number: int, root: Path) -> dict[str, str]:
        """What stands for the tokens in a case's texts; its canary is laid out."""
        mark = f"{self.prefix}{number:03}x"
        canary = self.folder / mark
        canary.write_text(self.secret(mark))
        port = str(self._server.getsockname()[1])
        return {"MARK": mark, "CANARY": str(canary), "COURSE": str(root), "PORT": port}

    def secret(self, mark: str) -> str:
        """What the canary holds."""
        return "secret-" + hashlib.sha256(mark.encode()).hexdigest()[:16]

    def traces(self, mark: str, root: Path, told: str) -> list[str]:
        """What is left of a case by now."""
        found = []
        canary = self.folder / mark
        if not canary.exists() or canary.read_text() != self.secret(mark):
            found.append("the canary changed")
        if self.secret(mark) in told:
            found.append("the secret told")
        if self.token in told:
            found.append("the grader's environment told")
        if mark.encode() in self.heard:
            found.append("a message to a server")
        found += [f"the process {pid}" for pid in processes_with(mark)]
        places = [*SHARED, Path.home(), root, root.parent]
        found += [
            f"the file {path}" for place in places for path in place.glob("*") if mark in path.name
        ]
        return found


def processes_with(word: str) -> list[int]:
    """Processes of this machine that have a word in their command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if word.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


def fingerprint(root: Path) -> dict[bytes, str]:
    """The course folder, except for what grading writes there."""
    paths = (Path(home, name) for home, _, names in os.walk(root) for name in names)
    return {
        os.fsencode(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
        if path.relative_to(root).parts[0] not in (*OWN, "gradebook.db")
        and path.is_file()
        and not path.is_symlink()
    }


def make_course(folder: Path) -> Path:
    """A course folder with small limits, whose lesson also has another author's cells."""
    root = gc.make_course(folder / "course", others=True)
    with open(root / "nbgrader_config.py", "a", encoding="utf-8") as file:
        file.write(f"c.Run.limits = {LIMITS!r}\n")
    return root


def scores_of(root: Path, students: Sequence[str]) -> dict[str, dict[str, float | None]]:
    """The gradebook's points, by student and cell; manual grades and extra credit included."""
    found: dict[str, dict[str, float | None]] = {student: {} for student in students}
    with Gradebook(f"sqlite:///{root}/gradebook.db", "backpropagation") as book:
        for submission in book.find_assignment(gc.LESSON).submissions:
            for notebook in submission.notebooks:
                found[submission.student.id] = {
                    grade.name: None if grade.needs_manual_grade else grade.score
                    for grade in notebook.grades
                    if grade.name in POINTS
                }
    return found


class Classroom:
    """The whole collection, graded in one run of ``nnlib grade`` by one warm worker.

    Parameters
    ----------
    folder : Path
        An empty folder.
    cases : sequence of Case
    isolation : str
        A strength that this machine has.
    """

    def __init__(self, folder: Path, cases: Sequence[Case], isolation: str) -> None:
        self.root = make_course(folder)
        self.outside = Outside(folder / "outside", f"hostile{os.getpid()}n")
        self.tokens = {}
        self.students: dict[str, str] = {}
        for number, case in enumerate(cases):
            if number % NEIGHBORS == 0:
                self._add_honest(number)
            tokens = self.outside.tokens(number, self.root)
            student = case.student or f"{number:03} {case.name}"
            hand_in(self.root, student, case, tokens)
            self.tokens[case.name], self.students[case.name] = tokens, student
        self._add_honest(len(cases))
        self.before = fingerprint(self.root)
        self._grade(isolation)
        self.after = fingerprint(self.root)
        self.scores = scores_of(self.root, list(self.rows))

    def _add_honest(self, number: int) -> None:
        hand_in(self.root, f"{number:03} .honest", honest(), {})

    def _grade(self, isolation: str) -> None:
        lesson = prepare(Course(self.root), gc.LESSON, isolation=isolation)
        console = Console(file=io.StringIO(), width=200)
        students = lesson.course.students(gc.LESSON)
        try:
            report = grade_class(lesson, students, *workforce(None, 1), console)
            summarize(report, lesson, console)
        finally:
            lesson.course.ledger.end()
        self.rows = report.rows
        self.isolation = report.isolation
        self.shown = console.file.getvalue()  # type: ignore[attr-defined]
        self.lines = self.shown.split("\n")
        reports = self.root / "reports"
        with open(reports / f"{gc.LESSON}.csv", encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        self.header = header
        self.table = dict(zip(sorted(self.rows), rows, strict=True))
        self.log = (reports / f"{gc.LESSON}.jsonl").read_bytes().decode("utf-8")

    @property
    def honest(self) -> list[str]:
        """The honest students, in the order in which they were graded."""
        return [student for student in self.rows if student.endswith(".honest")]

    def result(self, case: Case) -> Result:
        """What came of a case."""
        student = self.students[case.name]
        row = self.rows[student]
        order = list(self.rows)
        place = order.index(student)
        before = [s for s in order[:place] if s in self.honest][-1:]
        after = [s for s in order[place:] if s in self.honest][:1]
        page = executed = ""
        if row.status == "graded":
            page = gc.page(self.root, student)
            executed = "\n".join(told(self.root, student))
        said = "\n".join([row.status, row.reason, *row.notes, *map(str, row.verdicts.values())])
        mark = self.tokens[case.name]["MARK"]
        number = 2 * list(self.students).index(case.name)
        return Result(
            row.status,
            self.scores[student],
            [self.scores[s] for s in (*before, *after)],
            f"{said}\n{executed}",
            page,
            gc.page(self.root, self.honest[0]),
            self.table[student],
            [line for line in self.lines if line.startswith(f"{number // 2:03} ")],
            self.outside.traces(mark, self.root, said + executed + page),
        )


def told(root: Path, student: str) -> Iterator[str]:
    """The texts that an executed notebook shows, its code aside."""
    for cell in gc.executed(root, student).cells:
        if cell.cell_type == "markdown":
            yield cell.source
        for output in cell.get("outputs", []):
            yield output.get("text", "")
            yield f"{output.get('ename', '')}: {output.get('evalue', '')}"
            yield from map(str, output.get("data", {}).values())


def end_what_is_left(prefix: str) -> None:
    """End what cases left of themselves where nothing held them."""
    for pid in processes_with(prefix):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    for folder in SHARED:
        for path in folder.glob(f"*{prefix}*"):
            if path.is_file():
                path.unlink()
            else:
                shutil.rmtree(path, ignore_errors=True)
