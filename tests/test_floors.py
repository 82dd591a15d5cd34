"""The house keeps its floors: a module imports only from floors below its own."""

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import nnlib
from nnlib.grading import isolation

HOME = Path(nnlib.__file__).parent

# From the ground up. Modules of one package may import each other, floors above may not be seen.
FLOORS = (
    "arrays",
    "functional",
    "gradcheck",
    "autograd",
    "initializers",
    "optimizers",
    "schedules",
    "regularizers",
    "layers",
    "losses",
    "network",
    "progress",
    "callbacks",
    "training",
    "datasets",
    "classifier",
    "figures",
    "checking",
    "exercises",
    "runner",
    "grading",
    "course",
    "cli",
)

MODULES = sorted(path.relative_to(HOME).as_posix() for path in HOME.rglob("*.py"))


def dotted(module: str) -> str:
    """The name within nnlib: ``functional/dense.py`` is ``functional.dense``."""
    return module.removesuffix(".py").removesuffix("__init__").strip("/").replace("/", ".")


KNOWN = {dotted(module) for module in MODULES}


def parsed(module: str) -> ast.Module:
    return ast.parse((HOME / module).read_text("utf-8"))


def names_of_nnlib(node: ast.AST, module: str) -> Iterator[str]:
    """What an import statement takes from nnlib, as dotted names within it."""
    if isinstance(node, ast.Import):
        yield from (a.name.removeprefix("nnlib.") for a in node.names if a.name[:6] == "nnlib.")
    elif isinstance(node, ast.ImportFrom):
        package = ["nnlib", *module.split("/")[:-1]]
        above = package[: len(package) - node.level + 1] if node.level else []
        base = ".".join([*above, *([node.module] if node.module else [])])
        for name in (f"{base}.{a.name}".removeprefix("nnlib.") for a in node.names):
            if base == "nnlib" or base.startswith("nnlib."):
                yield name if name in KNOWN else name.rpartition(".")[0]


def imports(module: str, *, at_import_time: bool = False) -> set[str]:
    tree = parsed(module)
    nodes = at_module_level(tree) if at_import_time else ast.walk(tree)
    return {name for node in nodes for name in names_of_nnlib(node, module)}


def at_module_level(node: ast.AST) -> Iterator[ast.AST]:
    """The statements that run when a module is imported."""
    for child in ast.iter_child_nodes(node):
        typing_only = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        if not typing_only and not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
            yield from at_module_level(child)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_floors_below(module):
    own = dotted(module).split(".")[0]
    below = set(FLOORS[: FLOORS.index(own or "checking")])  # nnlib itself: the library
    taken = {name.split(".")[0] for name in imports(module)} - {own, ""}
    assert taken <= below, f"{module} imports {sorted(taken - below)} from its own floor or above"


@pytest.mark.parametrize(
    ("module", "line", "taken"),
    [
        ("layers.py", "from nnlib import functional as F", {"functional"}),
        ("layers.py", "from . import course, cli", {"course", "cli"}),
        ("checking/answer.py", "from ..course.desk import fill", {"course.desk"}),
        ("checking/answer.py", "from . import judge, Exercise", {"checking.judge", "checking"}),
        ("checking/answer.py", "from .judge import judge", {"checking.judge"}),
        ("checking/answer.py", "import nnlib.cli", {"cli"}),
        ("cli.py", "from nnlib import __version__", {""}),
    ],
)
def test_the_test_sees_every_way_to_import(module, line, taken):
    assert set(names_of_nnlib(ast.parse(line).body[0], module)) == taken


MAY_DRAW = ("figures/", "runner/__main__.py")  # the sandbox's warm parent imports it ahead


@pytest.mark.parametrize("module", [m for m in MODULES if not m.startswith(MAY_DRAW)])
def test_only_figures_import_matplotlib(module):
    assert "import matplotlib" not in (source := (HOME / module).read_text("utf-8"))
    assert "from matplotlib" not in source


def is_visible(module: str) -> bool:
    """Whether a sandboxed submission sees this module."""
    top, _, rest = module.partition("/")
    return rest in isolation.CHECKING if top == "checking" else top not in isolation.HIDDEN


VISIBLE = {dotted(module) for module in MODULES if is_visible(module)}


@pytest.mark.parametrize("module", [module for module in MODULES if is_visible(module)])
def test_what_the_sandbox_sees_needs_nothing_that_it_does_not_see(module):
    for name in imports(module, at_import_time=True):
        assert name in VISIBLE, f"{module} imports {name}, which is not there"


@pytest.mark.parametrize("module", [m for m in MODULES if "__all__ =" in (HOME / m).read_text()])
def test_public_names_exist_and_are_documented(module):
    loaded = importlib.import_module(f"nnlib.{dotted(module)}".rstrip("."))
    assert len(set(loaded.__all__)) == len(loaded.__all__)
    for name in loaded.__all__:
        public = getattr(loaded, name)
        assert not callable(public) or public.__doc__, f"{module}: {name} has no docstring"


def test_importing_nnlib_imports_no_heavy_package():
    heavy = ["matplotlib", "nbgrader", "IPython", "jupyterlab", "rich", "click", "PIL"]
    code = f"import nnlib, sys; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
