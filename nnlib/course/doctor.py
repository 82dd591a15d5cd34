"""``nnlib doctor``: what is installed, what is missing, and the command that installs it."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from .lesson import course_folder

PURPOSE = {
    "": "the lessons",
    "author": "writing lessons",
    "test": "running the tests",
    "cluster": "grading on a Dask cluster",
    "postgres": "a PostgreSQL gradebook",
}


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report.

    Attributes
    ----------
    what, state : str
    fine : bool
    cure : str
        How to mend it, where it is not fine.
    needed : bool
        Whether lessons or grading fail without it.
    """

    what: str
    state: str
    fine: bool = True
    cure: str = ""
    needed: bool = True


def examine() -> list[Finding]:
    """Look at everything that the course needs, and at what can be added."""
    return [_python(), *_packages(), _kernel(), _lessons(), _isolation()]


def _python() -> Finding:
    wanted = metadata.metadata("nnlib")["Requires-Python"]
    state = f"{platform.python_version()}, {sys.executable}"
    return Finding("Python", state, sys.version_info >= (3, 11), f"install Python {wanted}")


def _packages() -> Iterator[Finding]:
    """The installed versions against what the package asks for, extra by extra."""
    yield Finding("nnlib", metadata.version("nnlib"))
    wanted = [Requirement(text) for text in metadata.requires("nnlib") or []]
    seen = {"nnlib"}
    for extra, purpose in PURPOSE.items():
        for requirement in wanted:
            if requirement.name not in seen and _asked_for(requirement, extra):
                seen.add(requirement.name)
                yield _package(requirement, extra, purpose)


def _asked_for(requirement: Requirement, extra: str) -> bool:
    """Whether a requirement belongs to an extra (or to none) on this machine."""
    marker = requirement.marker
    always = marker is None or marker.evaluate({"extra": ""})
    if not extra:
        return always
    return not always and marker is not None and marker.evaluate({"extra": extra})


def _package(requirement: Requirement, extra: str, purpose: str) -> Finding:
    """One requirement; a missing extra is no fault, a wrong version is."""
    plain = str(requirement).partition(";")[0].strip()
    cure = f'pip install "{plain}"   (for {purpose})'
    try:
        found = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return Finding(requirement.name, "not installed", False, cure, needed=not extra)
    fine = requirement.specifier.contains(found, prereleases=True)
    return Finding(requirement.name, found, fine, cure)


def _kernel() -> Finding:
    """Notebooks must run in this Python, where nnlib is."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    cure = "python -m ipykernel install --sys-prefix"
    try:
        program = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        return Finding("Jupyter kernel", "there is no kernel python3", False, cure)
    # jupyter_client runs its own Python where a kernel asks for just "python"
    own = Path(program).name == program or Path(program) == Path(sys.executable)
    return Finding("Jupyter kernel", "this Python" if own else f"runs {program}", own, cure)


def _lessons() -> Finding:
    try:
        course = course_folder()
    except FileNotFoundError as problem:
        return Finding("course folder", "none", False, str(problem))
    count = len(list(course.glob("lessons/*/*.ipynb")))
    return Finding("course folder", f"{course}, {count} lessons", count > 0, "run: make build")


def _isolation() -> Finding:
    """How strongly a submission is shut in while it is graded, as tried just now."""
    if sys.platform != "linux":
        return Finding("isolation", "grading needs Linux, a Linux virtual machine or WSL")
    from ..grading.isolation import LEVELS
    from ..grading.sandbox import IsolationError, Sandbox

    try:
        with Sandbox() as box:
            return Finding("isolation", LEVELS[box.level])
    except IsolationError as problem:
        return Finding("isolation", "none", False, str(problem))


def line(finding: Finding) -> str:
    """A finding as the terminal shows it."""
    if finding.fine:
        return f"ok        {finding.what}: {finding.state}"
    mark = "missing " if finding.needed else "optional"
    return f"{mark}  {finding.what}: {finding.state}\n          -> {finding.cure}"
