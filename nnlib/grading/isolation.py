"""How a submission is kept apart: the strengths there are, and what it gets to see."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import nnlib

LEVELS = {
    "bubblewrap": (
        "bubblewrap and fresh namespaces per submission: no network, no view of the course, of "
        "other submissions or of your files, private temporary folders, limited resources"
    ),
    "namespaces": (
        "fresh namespaces per submission, without bubblewrap: no network, no view of the course, "
        "of other submissions or of your files, private temporary folders, limited resources"
    ),
    "limits": (
        "limits alone: resources are limited and what a submission starts is ended, but its code "
        "can read and change whatever you can; only for code you trust"
    ),
}

# What of nnlib a submission sees: all but these, and of checking what runs an answer.
HIDDEN = ("classifier.py", "cli.py", "course", "exercises", "grading")
CHECKING = ("__init__.py", "plain.py", "players.py", "frames.py", "answer.py", "notebook.py")

SITES = ("site-packages", "dist-packages")
COURSE = "/opt/course"  # where that part of nnlib lies inside
SYSTEM = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store"),
    *("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives"),
    *("/etc/fonts", "/etc/localtime"),
)


def build_view(folder: Path) -> None:
    """Lay out what a submission sees of nnlib, and a list of fonts so that none are searched for.

    Parameters
    ----------
    folder : Path
        An empty temporary folder; filled with ``course``, ``root`` and ``empty``.
    """
    home = Path(nnlib.__file__).parent

    def hidden(parent: str, names: list[str]) -> Iterable[str]:
        if Path(parent) == home:
            return {"__pycache__", *HIDDEN}
        if Path(parent) == home / "checking":
            return set(names) - set(CHECKING)
        return {"__pycache__"}

    shutil.copytree(home, folder / "course" / "nnlib", ignore=hidden)
    for name in ("course/fonts", "root", "empty"):
        (folder / name).mkdir()
    caches = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"), "matplotlib")
    for known in Path(os.environ.get("MPLCONFIGDIR", caches)).glob("fontlist-*.json"):
        shutil.copy(known, folder / "course" / "fonts")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)  # it is nobody who reads it inside


def command(level: str, folder: Path, socket: int, hidden: Sequence[Path]) -> list[str]:
    """The command that starts the warm parent at one of `LEVELS`.

    Parameters
    ----------
    level : str
        Of `LEVELS`.
    folder : Path
        Filled by `build_view`.
    socket : int
        The warm parent's descriptor.
    hidden : sequence of Path
        Folders that must not be seen even where they lie inside a Python installation.
    """
    course = folder / "course" if level == "limits" else COURSE
    settings = json.dumps({"socket": socket, "fonts": f"{course}/fonts"})
    start = [sys.executable, "-P", "-m", "nnlib.runner", settings]
    if level == "limits":
        return start
    seen = mounts(folder, hidden)
    return [*(bubblewrap(seen) if level == "bubblewrap" else own_view(folder, seen)), *start]


def mounts(folder: Path, hidden: Sequence[Path]) -> list[tuple[str, str]]:
    """What exists outside and is seen inside, read-only: pairs of paths."""
    here = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.exec_prefix), *_site_folders()}
    wanted = [Path(path) for path in SYSTEM] + sorted(here | {path.resolve() for path in here})
    shown: list[Path] = []
    for path in wanted:
        if path.exists() and not any(path.is_relative_to(parent) for parent in shown):
            shown.append(path)
    pairs = [(str(path), str(path)) for path in shown]
    package = Path(nnlib.__file__).parent
    private = {package, package.resolve(), *hidden}
    if package.parent.name not in SITES:
        private.add(package.parent)  # a checkout of the course
    covered: list[Path] = []
    for path in sorted(filter(Path.is_dir, private)):
        inside = any(path.is_relative_to(parent) for parent in shown)
        if inside and any(path in prefix.parents for prefix in here):
            raise ValueError(
                f"submissions would see {path}: it lies in a folder of the system, and Python "
                "itself in it; move the course elsewhere, to /srv for example"
            )
        needed = path in here
        if inside and not needed and not any(path.is_relative_to(parent) for parent in covered):
            covered.append(path)
            pairs.append((str(folder / "empty"), str(path)))
    return [*pairs, (str(folder / "course"), COURSE)]


def bubblewrap(seen: Sequence[tuple[str, str]]) -> list[str]:
    """The part of the command that is bubblewrap's."""
    program = shutil.which("bwrap") or "bwrap"
    arguments = [program, "--unshare-ipc", "--unshare-uts", "--unshare-net"]
    if os.geteuid() == 0:  # to make namespaces, to become nobody, and to end what nobody started
        for right in ("SYS_ADMIN", "SETUID", "SETGID", "KILL"):
            arguments += ["--cap-add", f"CAP_{right}"]
    arguments += ["--tmpfs", "/tmp", "--dev", "/dev", "--bind", "/proc", "/proc"]
    folders = {parent for _, target in seen for parent in Path(target).parents}
    for parent in sorted(folders - {Path("/"), Path("/tmp")}):
        arguments += ["--dir", str(parent)]  # those it makes by itself only root may enter
    for source, target in seen:
        arguments += ["--ro-bind", source, target]
    return [*arguments, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp", "--"]


def own_view(folder: Path, seen: Sequence[tuple[str, str]]) -> list[str]:
    """The part of the command that takes bubblewrap's place."""
    view = json.dumps({"root": str(folder / "root"), "mounts": seen})
    return [sys.executable, "-P", "-m", "nnlib.runner.view", view]


def environment(level: str, folder: Path) -> dict[str, str]:
    """The environment of the warm parent; nothing of ours but what arithmetic depends on."""
    # The second one is there until there is the first one, and at the level of limits for good.
    course = (COURSE, folder / "course")
    home = str(folder / "home") if level == "limits" else "/tmp"
    threads = ("OPENBLAS", "OMP", "MKL", "NUMEXPR", "VECLIB_MAXIMUM", "BLIS")
    return {
        **{name: value for name, value in os.environ.items() if name.startswith("OPENBLAS_")},
        **{f"{library}_NUM_THREADS": "1" for library in threads},
        "PATH": f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin",
        "HOME": home,
        "USER": "submission",
        "NBGRADER_EXECUTION": "autograde",  # nbgrader says so, and cells may ask
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(map(str, [*course, *_site_folders()])),
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": f"{home}/.matplotlib",
        "IPYTHONDIR": f"{home}/.ipython",
    }


def _site_folders() -> list[Path]:
    """Folders of installed packages that lie outside of the Python installation, if any."""
    inside = (Path(sys.prefix), Path(sys.base_prefix))
    return [
        path
        for path in map(Path, dict.fromkeys(sys.path))
        if path.name in SITES
        and path.is_dir()
        and not any(path.is_relative_to(prefix) for prefix in inside)
    ]
