"""Honest work with something odd about it; all of it is right, and earns everything."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import graded_course as gc
import nbformat

from .collection import RIGHT, Case

unlucky = partial(Case, kind="unlucky")


def _remove(*names: str) -> Any:
    def edit(notebook: Any) -> None:
        for name in names:
            notebook.cells.remove(gc.cell_of(notebook, name))

    return edit


def _duplicate(*names: str) -> Any:
    def edit(notebook: Any) -> None:
        for name in names:
            place = gc.position(notebook, name)
            copy = nbformat.from_dict(json.loads(json.dumps(notebook.cells[place])))
            copy.id = f"copy-{name}"
            notebook.cells.insert(place, copy)

    return edit


def _exchanged(notebook: Any) -> None:
    """The second exercise stands before the first."""
    middle, end = gc.position(notebook, "dense_forward"), gc.position(notebook, "essay")
    start = gc.position(notebook, "relu")
    cells = notebook.cells
    cells[start:end] = [*cells[middle:end], *cells[start:middle]]


def _unlabeled(notebook: Any) -> None:
    """As when everything was copied into a new notebook."""
    for cell in notebook.cells:
        cell.metadata.pop("nbgrader", None)


def _below_the_stub(notebook: Any) -> None:
    """The answer stands in a new cell, and the stub above it."""
    place = gc.position(notebook, "relu")
    answer = notebook.cells[place].source
    notebook.cells[place].source = "def relu(Z):\n    raise NotImplementedError('not written yet')"
    notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(answer))


def _edited_check(notebook: Any) -> None:
    gc.cell_of(notebook, "check_relu").source = "check(relu)  # why is this red?\nprint(relu(-1))"


def _without_ids(notebook: Any) -> str:
    for cell in notebook.cells:
        cell.pop("id")
    notebook.nbformat_minor = 2
    return json.dumps(notebook)


def _from_elsewhere(notebook: Any) -> None:
    """What other editors leave behind."""
    notebook.metadata.update(colab={"provenance": []}, accelerator="GPU", vscode={"x": None})
    notebook.metadata.kernelspec.update(name="myenv", display_name="My env")
    for cell in notebook.cells:
        cell.metadata.update(id="abc", outputId="x", executionInfo={"status": "ok"}, scrolled=True)


def _a_screenshot(folder: Any) -> None:
    """macOS writes a narrow space that is no printable character into such names."""
    (folder / "Screenshot 2026-11-22 at 9.41.00\u202fPM.png").write_bytes(b"\x89PNG")
    (folder / "my\u00a0data.csv").write_bytes(b"1,2\n")
    (folder / "Ünïcödé 数据.txt").write_bytes(b"x")


CASES = [
    unlucky(
        "a warning",
        "NumPy warns while it computes",
        code={
            "relu": "def relu(Z):\n    with_nan = np.where(Z > 0, Z, np.log(-np.abs(Z) - 1))\n"
            "    return np.where(Z > 0, with_nan, 0)"
        },
    ),
    unlucky(
        "a warning of its own",
        "it warns and writes to the error stream",
        code={
            "relu": "import sys, warnings\ndef relu(Z):\n    warnings.warn('old')\n    print('look', file=sys.stderr)\n"
            "    return np.maximum(Z, 0)"
        },
    ),
    unlucky(
        "a left-over print",
        "it prints what it gets",
        code={
            "relu": "def relu(Z):\n    print('Z is', Z)\n    print('1.0')\n    return np.maximum(Z, 0)"
        },
    ),
    unlucky(
        "five megabytes",
        "it prints five megabytes",
        "for i in range(50): print('x' * 100_000)",
        says="output was cut here",
        plain=False,
    ),
    unlucky(
        "slow but right",
        "it counts one by one",
        code={
            "relu": "import time\ndef relu(Z):\n    time.sleep(0.02)\n    A = np.zeros(Z.shape)\n"
            "    for index in np.ndindex(Z.shape): A[index] = max(0.0, Z[index])\n    return A"
        },
    ),
    unlucky(
        "another spelling",
        "it is written with lists",
        code={
            "dense_forward": "def dense_forward(X, W, b):\n"
            "    columns = list(zip(*W.tolist()))\n"
            "    return np.array([[sum(x * w for x, w in zip(row, column)) + c for column, c in zip(columns, b)]\n"
            "                     for row in X.tolist()])"
        },
    ),
    unlucky(
        "types and defaults",
        "it has annotations, a docstring and an argument more",
        code={
            "relu": "def relu(Z: np.ndarray, slope: float = 0.0) -> np.ndarray:\n    'r'\n    return np.where(Z > 0, Z, slope * Z)"
        },
    ),
    unlucky("a lambda", "it is a lambda", code={"relu": "relu = lambda Z: np.maximum(0, Z)"}),
    unlucky(
        "a decorated function",
        "it is decorated",
        code={
            "relu": "import functools\n@functools.wraps(np.maximum)\ndef helper(Z): return np.maximum(0, Z)\nrelu = helper"
        },
    ),
    unlucky(
        "errors for warnings",
        "it turns NumPy's warnings into errors for itself",
        "np.seterr(all='raise')\nnp.set_printoptions(precision=1)",
    ),
    unlucky(
        "warnings as errors",
        "it turns all warnings into errors",
        "import warnings\nwarnings.simplefilter('error')",
    ),
    unlucky(
        "plots",
        "it draws",
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\nplt.title('$x^2$')\nplt.show()",
    ),
    unlucky(
        "helpers with nnlib's names",
        "its helpers are called as functions of nnlib",
        code={
            "relu": "def softmax(x): return x\ndef dense_backward(x): return softmax(x)\n"
            "def relu(Z): return dense_backward(np.maximum(Z, 0))"
        },
    ),
    unlucky(
        "a check of its own",
        "it has a variable called check",
        "check_mark = 1\ncheck = 'ok'\nanswer = score = points = 5",
    ),
    unlucky(
        "several processes",
        "it computes with several processes",
        "import multiprocessing\n"
        "def square(x): return x * x\nwith multiprocessing.get_context('fork').Pool(2) as pool:\n    print(pool.map(square, [1, 2, 3]))",
        says="[1, 4, 9]",
    ),
    unlucky(
        "single precision",
        "its experiments are in single precision",
        last="print(relu(np.float32([-1, 2])).dtype, "
        "dense_forward(*(np.ones(s, np.float32) for s in ((2, 3), (3, 4), 4))).dtype)",
        says="float32",
    ),
    unlucky(
        "a thread left over",
        "it leaves a thread",
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
    ),
    unlucky(
        "data beside",
        "it reads data that it handed in",
        "print(np.loadtxt('data/numbers.csv', delimiter=','))",
        files={"data/numbers.csv": b"1,2\n3,4\n"},
        says="[3. 4.]",
    ),
    unlucky(
        "a helper beside",
        "it imports a file that it handed in",
        code={"relu": "from helper import relu"},
        files={"helper.py": b"import numpy as np\ndef relu(Z): return np.maximum(Z, 0)\n"},
    ),
    unlucky(
        "files left over",
        "it writes files",
        "np.save('mine.npy', np.ones(3))\nopen('/tmp/notes.txt', 'w').write('x')",
    ),
    unlucky("another folder", "it changes the folder", "import os\nos.chdir('/tmp')\n%cd /"),
    unlucky(
        "magic lines",
        "it uses magics and the shell",
        "%timeit -n1 -r1 pass\n!echo hello\n%who",
        says="hello",
    ),
    unlucky("an await", "it waits in a cell", "import asyncio\nawait asyncio.sleep(0)"),
    unlucky(
        "a broken cell",
        "one cell has a syntax error, one raises",
        "def oops(:\n    pass",
        last="1 / 0",
        says="SyntaxError",
    ),
    unlucky(
        "an accident",
        "one of its experiments never ends",
        last="while True: pass",
        says="interrupted",
    ),
    unlucky(
        "a question",
        "it asks for input",
        "name = input('Your name? ')",
        says="does not support input",
    ),
    unlucky("a breakpoint", "it forgot a breakpoint", last="breakpoint()"),
    unlucky("an early goodbye", "it says exit", "exit()"),
    unlucky(
        "emoji",
        "it prints other alphabets",
        "print('\u03c3 \u6570\u636e \U0001f600 \\ud800')",
        says="\u6570\u636e",
    ),
    unlucky("another seed", "it sets seeds", "import random\nrandom.seed(5)\nnp.random.seed(5)"),
    unlucky("no check", "a check was deleted", edit=_remove("check_relu"), says="was missing"),
    unlucky(
        "two checks",
        "a check and an answer were pasted twice",
        edit=_duplicate("check_relu", "relu"),
        says="more than once",
    ),
    unlucky("a changed check", "a check was changed", edit=_edited_check, says="had been edited"),
    unlucky(
        "another order", "the cells stand in another order", edit=_exchanged, says="another order"
    ),
    unlucky(
        "no labels",
        "all was copied into a new notebook",
        edit=_unlabeled,
        says="lost its label",
        earns=("check_relu", "check_dense_forward", "test_seven"),
    ),
    unlucky("below the stub", "the answer stands in a new cell", edit=_below_the_stub),
    unlucky("an old notebook", "its cells have no ids", edit=_without_ids),
    unlucky("another editor", "it comes from another editor", edit=_from_elsewhere),
    unlucky("odd names", "its pictures have names with odd spaces", place=_a_screenshot),
    unlucky(
        "early and late",
        "it defines a function twice, the right one last",
        code={"relu": gc.WRONG["relu"] + "\n\n" + RIGHT["relu"]},
    ),
]
