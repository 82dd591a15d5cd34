"""What takes the place of nbgrader's own steps in ``nbgrader autograde``.

`Restore` stands for DeduplicateIds and OverwriteCells, `Run` for Execute. Set in
nbgrader_config.py::

    c.Autograde.sanitize_preprocessors = [ClearOutput, OverwriteKernelspec, Restore, ...]
    c.Autograde.autograde_preprocessors = [Run, ...]
    c.Run.isolation = "auto"                 # or bubblewrap, namespaces, limits
    c.Run.limits = {"cell_seconds": 30}      # the others keep their defaults
    c.Run.run_demo_cells = True
    c.Execute.timeout = 30                   # nbgrader's own setting is obeyed, too
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.exchange.default import Exchange
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from traitlets import Bool, Dict, Enum, Unicode

from .examiner import checked
from .isolation import LEVELS
from .pool import sandbox
from .restore import restore
from .run import run
from .sandbox import Limits
from .secret import open_secret, secret_path
from .submission import check_language, check_origin, collect
from .template import Template, template


class Restore(NbGraderPreprocessor):  # type: ignore[misc]
    """Rebuilds the cells that grading relies on from the gradebook."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Rebuild a notebook; one of another version or language is refused."""
        about = resources["nbgrader"]
        check_language(nb.metadata)
        given = self._template(about)
        warning = check_origin(nb, given.origin)
        nb, notes = restore(nb, given)
        for note in [warning, *notes] if warning else notes:
            self.log.warning("%s: %s", about["student"], note)
        return nb, resources

    def _template(self, about: Mapping[str, str]) -> Template:
        course = _course(self)
        folder = course.format_path(course.release_directory, ".", about["assignment"])
        with Gradebook(about["db_url"]) as gradebook:
            return template(
                gradebook,
                about["assignment"],
                about["notebook"],
                Path(folder, f"{about['notebook']}.ipynb"),
            )


class Run(NbGraderPreprocessor):  # type: ignore[misc]
    """Runs a notebook in a sandbox, and judges its checks outside of it."""

    isolation = Enum(["auto", *LEVELS], "auto", help="How submissions are kept apart.").tag(
        config=True
    )
    limits = Dict(help="Limits that differ from those of nnlib.grading.limits.Limits.").tag(
        config=True
    )
    run_demo_cells = Bool(False, help="Whether to run cells tagged demo, too.").tag(config=True)
    secret = Unicode(help="The file of the secret seed; by default in your config folder.").tag(
        config=True
    )

    def allowed(self) -> Limits:
        """The limits in force: `limits`, then nbgrader's own for a cell, then the defaults."""
        given: dict[str, Any] = {}
        if "timeout" in self.config.Execute and (seconds := Execute(config=self.config).timeout):
            given = {"cell_seconds": seconds, "cell_cpu": seconds}
        try:
            return Limits(**{**given, **self.limits})
        except TypeError as problem:
            raise ValueError(f"c.Run.limits in nbgrader_config.py: {problem}") from problem

    def hidden(self, course: str | Path) -> tuple[str, ...]:
        """What no submission may see, wherever it lies: the course folder, and the exchange."""
        return str(course), str(Exchange(config=self.config).root)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Run a notebook and write its outputs."""
        about = resources["nbgrader"]
        course = _course(self)
        root = Path(course.root)
        limits = self.allowed()
        exercises = [exercise for cell in nb.cells if (exercise := checked(cell))]
        path = Path(self.secret).expanduser() if self.secret else secret_path()
        seeds = {}
        if exercises:
            secret = open_secret(path, root)
            secret.remember(root)
            seeds = {e.name: secret.seed(about["student"], e) for e in exercises}
        folder = course.format_path(
            course.autograded_directory, about["student"], about["assignment"]
        )
        files = collect(about["student"], Path(folder)).files
        box = sandbox(self.isolation, limits, self.hidden(root))
        report = run(
            nb,
            lambda: box.session(files),
            seeds,
            demo=self.run_demo_cells,
            seconds=limits.seconds,
        )
        for note in [*report.notes, *report.failures]:
            self.log.warning("%s: %s", about["student"], note)
        return nb, resources


def _course(preprocessor: Any) -> Any:
    """The course folder of the converter that a preprocessor works for."""
    return preprocessor.parent.parent.coursedir
