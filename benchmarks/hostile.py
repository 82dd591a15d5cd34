"""What hostile and unlucky submissions get: from plain nbgrader and from us, in the same run.

Grades the collection of tests/hostile as one class with ``nnlib grade``, and one by one, as far as
that does no harm to this machine, with nbgrader's own Autograde and Execute: each in a course
folder of its own below a temporary folder, with a home of its own. ``python benchmarks/hostile.py``
"""

import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import click
import graded_course as gc
from hostile import CASES, classroom
from hostile.collection import Case, hand_in, honest
from hostile.inspection import Result, gains, losses
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text
from traitlets.config import Config

from nnlib.grading.course import Course
from nnlib.grading.ledger import installed_programs

HONEST, SOMEBODY = "honest", "somebody"
PATIENCE = 60  # seconds for one submission
WORDS = {
    "hostile": ("succeeded", "held"),
    "unlucky": ("lost points", "got all points"),
}
UNGRADED, LEFT_OUT = "left ungraded", "-"


def outcome(case: Case, result: Result) -> str:
    """One word for a result."""
    bad, good = WORDS[case.kind]
    if gains(case, result):
        return bad
    if not case.refused and any(result.scores.get(key) is None for key in case.deserved):
        return UNGRADED
    return bad if case.kind == "unlucky" and losses(case, result) else good


def autograde(root: Path, student: str) -> None:
    """nbgrader's own steps for one student, feedback included."""
    config = Course(root).config
    config.pop("Autograde")
    config = Config(config)
    config.CourseDirectory.update(assignment_id=gc.LESSON, student_id=student)
    config.Execute.update(timeout=10, startup_timeout=PATIENCE)
    with installed_programs():
        for step in (Autograde, GenerateFeedback):
            step(coursedir=CourseDirectory(config=config), config=config, force=True).start()


def apart(root: Path, student: str) -> None:
    """The same in a process of its own, ended with all that has its files open."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException), open(os.devnull, "w") as nothing:
            os.dup2(nothing.fileno(), 1)
            os.dup2(nothing.fileno(), 2)
            autograde(root, student)
        os._exit(0)
    latest = time.monotonic() + PATIENCE
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        if time.monotonic() > latest:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.05)


def end_processes_in(folder: Path) -> None:
    """End the kernels, and what they left, that work below a folder."""
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if os.readlink(link).startswith(f"{folder}/") and int(link.parent.name) != os.getpid():
                os.kill(int(link.parent.name), signal.SIGKILL)


def prepared(folder: Path) -> Path:
    """A course in which one honest student is graded."""
    root = classroom.make_course(folder)
    course = Course(root)
    course.templates(gc.LESSON)
    course.ledger.save()
    course.ledger.end()
    hand_in(root, HONEST, honest(), {})
    apart(root, HONEST)
    return root


def plain(cases: list[Case], folder: Path) -> Iterator[tuple[Case, Result]]:
    """What plain nbgrader makes of each case, in a copy of the course."""
    first = prepared(folder / "first")
    outside = classroom.Outside(folder / "outside", f"plain{os.getpid()}n")
    for number, case in enumerate(cases):
        root = folder / f"{number:03}" / "course"
        shutil.copytree(first, root)
        tokens = outside.tokens(number, root)
        hand_in(root, SOMEBODY, case, tokens)
        before = state(root)
        apart(root, SOMEBODY)
        yield case, judged(root, case, outside, tokens["MARK"], before)
        classroom.end_what_is_left(tokens["MARK"])
        end_processes_in(folder)
        shutil.rmtree(root.parent, ignore_errors=True)
    outside.close()


def state(root: Path) -> dict[bytes, object]:
    """What a submission must leave alone."""
    graded = root / "autograded" / HONEST
    return {**classroom.fingerprint(root), **classroom.fingerprint(graded)}


def judged(
    root: Path, case: Case, outside: classroom.Outside, mark: str, before: dict[bytes, object]
) -> Result:
    """What is found after nbgrader has ended."""
    told = page = ""
    with contextlib.suppress(Exception):
        told = "\n".join(classroom.told(root, SOMEBODY))
        page = gc.page(root, SOMEBODY)
    try:
        scores = classroom.scores_of(root, [HONEST, SOMEBODY])
    except Exception:  # the gradebook is gone, or broken
        scores = {HONEST: {}, SOMEBODY: {}}
    traces = outside.traces(mark, root, told + page)
    traces += ["changes in the course"] * (state(root) != before)
    honest_page = ""
    with contextlib.suppress(OSError):
        honest_page = gc.page(root, HONEST)
    return Result(
        "graded" if scores[SOMEBODY] else "not graded",
        scores[SOMEBODY],
        [scores[HONEST]],
        told,
        page,
        honest_page,
        traces=traces,
    )


@click.command()
@click.option("--only", help="Cases whose name contains this text.", default="")
@click.option("--isolation", default="auto", show_default=True)
def main(only: str, isolation: str) -> None:
    """Grade with both, and print a table."""
    console = Console()
    warnings.simplefilter("ignore")  # nbgrader's and the kernel's
    cases = [case for case in CASES if only in case.name]
    with tempfile.TemporaryDirectory(prefix="hostile-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        os.environ.setdefault("XDG_CACHE_HOME", str(Path.home() / ".cache"))
        os.environ["HOME"] = str(folder)
        room = classroom.Classroom(folder / "ours", cases, isolation)
        room.outside.close()
        ours = {case.name: outcome(case, room.result(case)) for case in cases}
        shown = [case for case in cases if case.plain]
        runs = track(plain(shown, folder / "plain"), "nbgrader", len(shown), console=console)
        theirs = {case.name: (outcome(case, result), result) for case, result in runs}
        classroom.end_what_is_left(room.outside.prefix)
    table = Table("case", "what it tries, or what befalls it", "plain nbgrader", "nnlib", "how")
    totals: Counter[tuple[str, str, str]] = Counter()
    for case in cases:
        word, result = theirs.get(case.name, (LEFT_OUT, Result("")))
        how = (gains(case, result) or losses(case, result) or [""])[0] if word in LOUD else ""
        table.add_row(*map(Text, (case.name, case.tries, word, ours[case.name], how[:70])))
        totals[case.kind, "nnlib", ours[case.name]] += 1
        totals[case.kind, "plain nbgrader", word] += 1
    console.print(table)
    for kind in WORDS:
        summary = Table("", "plain nbgrader", "nnlib", title=f"{kind} submissions")
        for word in (*WORDS[kind], UNGRADED, LEFT_OUT):
            counts = [totals[kind, grader, word] for grader in ("plain nbgrader", "nnlib")]
            summary.add_row("not shown to it" if word == LEFT_OUT else word, *map(str, counts))
        console.print(summary)
    console.print(f"Isolation: {', '.join(sorted(filter(None, room.isolation)))}.")


LOUD = (*(bad for bad, _ in WORDS.values()), UNGRADED)

if __name__ == "__main__":
    main()
