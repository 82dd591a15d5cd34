"""The command `nnlib`.

Whatever goes wrong below ends here: in one sentence and an exit status, never in a traceback
(unless ``NNLIB_TRACEBACK=1`` asks for it).
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from . import __version__

# The commands of grading, imported when they are asked for, and what they do.
ELSEWHERE = {
    "grade": ("nnlib.grading.command:grade", "Grade the submissions of a lesson."),
    "explain": ("nnlib.grading.command:explain", "Replay one verdict, for the instructor."),
    "demo": ("nnlib.course.demo:demo", "Grade a sample class in a temporary folder."),
}

EXPECTED = (OSError, ValueError, LookupError, RuntimeError, ImportError)


class _Commands(click.Group):
    """A group that imports its larger commands late, and turns every error into a sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *ELSEWHERE])

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in ELSEWHERE:
            return super().get_command(ctx, name)
        if sys.platform != "linux":
            raise RuntimeError(
                f"nnlib {name} needs Linux, where submissions can be shut in; "
                "on macOS and Windows use a Linux virtual machine or WSL"
            )
        module, _, attribute = ELSEWHERE[name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        own = {name: command.get_short_help_str(70) for name, command in self.commands.items()}
        rows = own | {name: text for name, (_, text) in ELSEWHERE.items()}
        with formatter.section("Commands"):
            formatter.write_dl(sorted(rows.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if os.environ.get("NNLIB_TRACEBACK"):
                raise
            raise click.ClickException(sentence(error)) from error


def sentence(error: Exception) -> str:
    """An error in one sentence, for somebody at a terminal."""
    text = str(error.args[0] if isinstance(error, KeyError) and error.args else error).strip()
    if isinstance(error, EXPECTED) and text:
        return text
    name = type(error).__name__
    return (
        f"{name}: {text or 'no message'}. This should not happen: please report it, with what "
        "you did; NNLIB_TRACEBACK=1 shows where"
    )


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nnlib")
def main() -> None:
    """Learn backpropagation by writing it."""


@main.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def lab(arguments: tuple[str, ...]) -> None:
    """Fill your desk with the lessons and open JupyterLab on it.

    ARGUMENTS go to JupyterLab: --no-browser, --port 8899.
    """
    from .course.desk import fill
    from .course.lesson import course_folder

    course = course_folder()
    desk = course / "desk"
    for line in fill(course / "lessons", desk):
        click.echo(line)
    click.echo(f"Your notebooks: {desk}\nJupyterLab starts; Ctrl-C ends it.")
    from .course.lab import start

    start(desk, arguments)


@main.command()
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the verdicts as JSON.")
def check(notebook: Path, as_json: bool) -> None:
    """Say what check() would say about a NOTEBOOK's exercises.

    The notebook is run, not written. Exit status 0 only if everything is right.
    """
    from .course.selfcheck import check_notebook

    report = check_notebook(notebook)
    click.echo(json.dumps(report.to_dict(), indent=1) if as_json else str(report))
    sys.exit(not report.right)


@main.command()
def doctor() -> None:
    """Say what is installed, what is missing, and how to install it."""
    from .course.doctor import examine, line

    findings = examine()
    click.echo("\n".join(map(line, findings)))
    sys.exit(any(finding.needed and not finding.fine for finding in findings))


@main.command()
@click.argument("lessons", nargs=-1)
@click.option("--force", is_flag=True, help="Rebuild also what did not change.")
def build(lessons: tuple[str, ...], force: bool) -> None:
    """Rebuild solutions and lessons from their sources (for authors)."""
    from .course import build as builder
    from .course.lesson import course_folder

    builder.build(course_folder(), lessons, force=force, say=click.echo)
