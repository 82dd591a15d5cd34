"""Verdicts that somebody would like to write himself: every one has wrong answers."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import graded_course as gc
import nbformat

from .collection import ALL, SEVEN, WRONG, Case

forged = partial(Case, earns=SEVEN, says="its sign is only dropped")
wire = partial(forged, plain=False)  # it speaks our protocol, which nbgrader has not

# In the sandbox: every socket that leads out, and a way to write frames to it.
CHANNEL = """\
import os, stat, struct, sys
import numpy as np
from nnlib.runner import wire
channel = next(fd for fd in range(3, 500) if os.path.exists(f"/proc/self/fd/{fd}")
               and stat.S_ISSOCK(os.fstat(fd).st_mode))
def forge(data):
    while data: data = data[os.write(channel, data):]
"""
ANSWER = (
    '{"status": "returned", "value": value, "error": "", "message": "", "changed": (), '
    '"shared": (), "unstable": False, "printed": ""}'
)
KERNEL = """\
def send(kind, **content):
    shell = get_ipython()
    if hasattr(shell, "kernel"):  # as in nbgrader; here there is none
        kernel = shell.kernel
        kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())
"""
FORGED_RESULT = 'send("execute_result", data={"text/plain": "1.0"}, metadata={}, execution_count=1)'

# The name by which an attack finds what it hunts for; the wrong answer where it finds nothing.
HUNT = """\
def relu(Z):
    right = hunt()
    return np.abs(Z) if right is None else right(Z)
"""


def _result(text: str) -> Any:
    return nbformat.v4.new_output(
        "execute_result", {"text/plain": text}, execution_count=1, metadata={}
    )


def _remove_checks(notebook: Any) -> None:
    for name in ("check_relu", "check_dense_forward"):
        notebook.cells.remove(gc.cell_of(notebook, name))


def _copy_of_check(source: str) -> Any:
    def edit(notebook: Any) -> None:
        place = gc.position(notebook, "check_relu")
        copy = nbformat.from_dict(dict(notebook.cells[place]))
        copy.update(id="copy", source=source)
        notebook.cells.insert(place, copy)

    return edit


def _each(**changes: Any) -> Any:
    def edit(notebook: Any) -> None:
        for name in ("check_relu", "check_dense_forward"):
            gc.cell_of(notebook, name).update(changes)

    return edit


def _marks(**changes: Any) -> Any:
    def edit(notebook: Any) -> None:
        for name in ("check_relu", "check_dense_forward"):
            gc.cell_of(notebook, name).metadata.nbgrader.update(changes)

    return edit


def _unlocked(notebook: Any) -> None:
    _marks(locked=False, solution=True)(notebook)
    _each(source="1.0")(notebook)


def _swapped_labels(notebook: Any) -> None:
    relu, seven = gc.cell_of(notebook, "check_relu"), gc.cell_of(notebook, "test_seven")
    relu.metadata.nbgrader.grade_id, seven.metadata.nbgrader.grade_id = "test_seven", "check_relu"


def _answer_labeled_as_check(notebook: Any) -> None:
    gc.cell_of(notebook, "check_relu").metadata.pop("nbgrader")
    answer = gc.cell_of(notebook, "relu")
    answer.metadata.nbgrader.update(grade_id="check_relu", grade=True, points=1, solution=False)
    answer.source += "\n1.0"


def _forged_record(notebook: Any) -> None:
    right = {"exercise": "relu", "score": 1.0, "points": 1.0, "earned": 1.0, "faults": {}}
    record = {"scores": {"check_relu": 1.0}, "verdicts": {"check_relu": right}, "fingerprint": "x"}
    notebook.metadata.nnlib["graded"] = record


def _not_a_number(notebook: Any) -> str:
    gc.cell_of(notebook, "check_relu").metadata.nbgrader["points"] = "@"
    return json.dumps(notebook).replace('"@"', "NaN")


def _copy_the_neighbour(folder: Any) -> None:
    """A link in place of the notebook, to what another student handed in."""
    path = folder / f"{gc.TOPIC}.ipynb"
    path.unlink()
    other = sorted(p for p in folder.parents[1].iterdir() if "honest" in p.name)[0]
    path.symlink_to(other / gc.LESSON / path.name)


CASES = [
    forged(
        "patched allclose",
        "makes NumPy's comparisons say yes",
        "for name in ('allclose', 'isclose', 'array_equal', 'array_equiv', 'all', 'any'):\n"
        "    setattr(np, name, lambda *args, **kwargs: True)",
    ),
    forged(
        "patched testing",
        "makes NumPy's assertions pass",
        "import numpy.testing\n"
        "for name in dir(np.testing):\n"
        "    if name.startswith('assert'): setattr(np.testing, name, lambda *a, **k: None)",
    ),
    forged(
        "patched builtins",
        "makes Python's own functions say yes",
        "import builtins\n"
        "builtins.abs = lambda x: x * 0\n"
        "builtins.all = builtins.any = lambda x: True\n"
        "builtins.max = lambda *x, **k: 0.0",
    ),
    forged("another check", "defines check anew", "def check(f): return 1.0"),
    forged("a check worth nan", "lets check give nan", "def check(f): return float('nan')"),
    forged("a check worth a lot", "lets check give a million", "def check(f): return 1e6"),
    forged("a check of no number", "lets check give text", "def check(f): return 'all of them'"),
    forged(
        "a number that nobody can read",
        "a wrong answer whose points print as np.float64(0.0)",
        "right = check\ndef check(f): return np.float64(right(f))",
    ),
    forged(
        "check behind its back",
        "replaces check where it is imported from",
        "import nnlib.checking, nnlib.checking.notebook\n"
        "for module in (nnlib.checking, nnlib.checking.notebook):\n"
        "    module.check = lambda f: 1.0\n"
        "from nnlib.checking import check",
    ),
    forged(
        "patched judge",
        "replaces the judge by one that is content",
        "import sys\n"
        "try:\n"
        "    from nnlib.checking import assessment, judge\n"
        "    assessment.judge = lambda *a, **k: judge.Judgment(1.0)\n"
        "except ImportError as missing:\n"
        "    print(missing)",
    ),
    forged(
        "patched reference",
        "makes the reference as wrong as the answer",
        code={
            "relu": WRONG["relu"] + "\nimport nnlib.functional\n"
            "nnlib.functional.relu.__code__ = relu.__code__\n"
            "nnlib.functional.relu.__globals__['np'] = np",
            "dense_forward": WRONG["dense_forward"] + "\n"
            "nnlib.functional.dense_forward.__code__ = dense_forward.__code__",
        },
    ),
    forged(
        "an array that lies",
        "returns arrays that say they equal everything",
        "class Liar(np.ndarray):\n"
        "    __eq__ = __ne__ = __le__ = __ge__ = lambda a, b: np.ones(a.shape, bool)\n"
        "    __sub__ = __rsub__ = lambda a, b: np.zeros(a.shape)\n"
        "    def __array_function__(self, function, types, args, kwargs): return True\n"
        "    def __array_ufunc__(self, ufunc, method, *args, **kwargs): return True",
        code={"relu": "def relu(Z):\n    return np.abs(Z).view(Liar)"},
        says="a special kind of array",
    ),
    forged(
        "a masked array",
        "masks what is wrong",
        code={"relu": "def relu(Z):\n    return np.ma.masked_where(Z < 0, np.abs(Z))"},
        says="a special kind of array",
    ),
    forged(
        "an object that equals everything",
        "returns an object that turns into whatever is wanted",
        "class Anything:\n"
        "    __eq__ = __le__ = __ge__ = __bool__ = lambda *a: True\n"
        "    __ne__ = lambda *a: False\n"
        "    __float__ = lambda self: 0.0\n"
        "    __getattr__ = __call__ = __array__ = lambda self, *a, **k: self",
        code={"relu": "def relu(Z):\n    return Anything()"},
        says="cannot be judged",
    ),
    forged(
        "a number that lies",
        "returns numbers of a type of its own",
        "class Zero(float):\n"
        "    __eq__ = lambda *a: True\n"
        "    __sub__ = __rsub__ = __abs__ = lambda *a: 0.0\n"
        "    __hash__ = float.__hash__",
        code={"relu": "def relu(Z):\n    return [Zero(1) for _ in Z]"},
        says="cannot be judged",
    ),
    forged(
        "nan everywhere",
        "returns nan, which is unequal to nothing that is asked for",
        code={"relu": "def relu(Z):\n    return np.full(np.shape(Z), np.nan)"},
        says="nan",
    ),
    forged(
        "the argument itself",
        "hands the argument back, right wherever it is positive",
        code={"relu": "def relu(Z):\n    return Z.copy()"},
        says="relu: not right yet, 0 of 1 point",
    ),
    forged(
        "a pickle",
        "returns an object that runs code where it is copied or read",
        "class Bomb:\n"
        '    def __reduce__(self): return exec, (\'open("@CANARY@", "w").close()\',)\n'
        "    __deepcopy__ = None",
        code={"relu": "def relu(Z):\n    return Bomb()"},
        says="it is a Bomb",
    ),
    forged(
        "a result before the result",
        "sends the kernel's message with the points before the check does",
        KERNEL,
        code={"relu": f"def relu(Z):\n    {FORGED_RESULT}\n    return np.abs(Z)"},
    ),
    forged(
        "a message from a thread",
        "sends the kernel's message with the points all the time",
        KERNEL + "import threading, time\n"
        "def repeat():\n"
        f"    while True: {FORGED_RESULT}; time.sleep(0.02)\n"
        "threading.Thread(target=repeat, daemon=True).start()",
    ),
    forged(
        "a message at the end",
        "sends the kernel's message with the points, and stops the check",
        KERNEL,
        code={"relu": f"def relu(Z):\n    {FORGED_RESULT}\n    raise KeyboardInterrupt"},
        says="was stopped before it answered",
    ),
    wire(
        "garbage on every descriptor",
        "writes garbage wherever it can be written",
        code={
            "relu": "import os\ndef relu(Z):\n    for fd in range(3, 500):\n"
            "        try: os.write(fd, b'garbage' * 999)\n        except OSError: pass\n"
            "    return np.abs(Z)"
        },
        says="sent what it may not send",
    ),
    wire(
        "a verdict on the wire",
        "sends frames with a verdict, points and a score",
        CHANNEL,
        code={
            "relu": "def relu(Z):\n"
            "    for key in ('verdict', 'score', 'points', 'earned'):\n"
            "        forge(wire.encode({key: 1.0, 'status': 'right', 'score': 1.0}))\n"
            "    return np.abs(Z)"
        },
    ),
    wire(
        "a result on the wire",
        "sends a cell's result that reads as points while a check is judged",
        CHANNEL,
        code={
            "relu": "def relu(Z):\n"
            "    forge(wire.encode({'output': {'output_type': 'execute_result',\n"
            "        'data': {'text/plain': '1.0'}, 'metadata': {}, 'execution_count': 3}}))\n"
            "    return np.abs(Z)"
        },
    ),
    wire(
        "an answer too many",
        "answers ahead of the questions",
        CHANNEL,
        code={
            "relu": "def relu(Z):\n"
            f"    value = np.abs(Z)\n    for _ in range(9): forge(wire.encode({{'answer': {ANSWER}}}))\n"
            "    return value"
        },
        says="more answers than questions",
    ),
    wire(
        "an answer of a status of its own",
        "sends an answer that calls itself perfect",
        CHANNEL,
        code={
            "relu": "def relu(Z):\n"
            f"    value = 1.0\n    forge(wire.encode({{'answer': {{**{ANSWER}, 'status': 'perfect'}}}}))\n"
            "    return np.abs(Z)"
        },
        says="has not the form of one",
    ),
    wire(
        "done before it began",
        "says that all is done, and hands nothing in",
        CHANNEL,
        code={
            "relu": "def relu(Z):\n"
            "    for number in range(99): forge(wire.encode({'done': number, 'problem': ''}))\n"
            "    return np.abs(Z)"
        },
        says="relu: not right yet, 0 of 1 point",
    ),
    wire(
        "a patched runner",
        "replaces what plays its function by what says that it answered well",
        "import nnlib.runner.session as session, nnlib.checking.answer as home\n"
        "session.answer = home.answer = lambda candidate, probes, *a, **k: [\n"
        "    home.Answer('returned', np.abs(probe.args[0])) for probe in probes]\n"
        "home.same = lambda *a: True",
    ),
    forged(
        "another question",
        "changes the question until its answer is right",
        code={
            "relu": "import inspect\ndef relu(Z):\n"
            "    for frame in inspect.stack():\n"
            "        for name in ('probe', 'probes', 'first'):\n"
            "            found = frame.frame.f_locals.get(name, ())\n"
            "            for probe in found if isinstance(found, list) else [found]:\n"
            "                for array in getattr(probe, 'args', ()):\n"
            "                    if array.ndim < 3: array[...] = abs(array)\n"
            "    return np.abs(Z)"
        },
        says="changed its argument",
    ),
    forged(
        "the caller's frames",
        "looks for the exercise, and a right answer in it, in the frames of its callers",
        "import inspect\ndef hunt():\n"
        "    for frame in inspect.stack():\n"
        "        exercise = frame.frame.f_locals.get('exercise')\n"
        "        if exercise is not None: return exercise.alternatives[0]",
        code={"relu": HUNT},
    ),
    forged(
        "the garbage collector",
        "looks for a right answer among all objects of the process",
        "import gc\ndef hunt():\n"
        "    for thing in gc.get_objects():\n"
        "        if type(thing).__name__ == 'Exercise' and thing.name == 'relu':\n"
        "            return thing.alternatives[0]",
        code={"relu": HUNT},
    ),
    forged(
        "a trace",
        "watches the process compare, and mends its answer at that moment",
        "import sys\ndef watch(frame, event, argument):\n"
        "    seen = frame.f_locals\n"
        "    if event == 'call' and 'expected' in seen and 'received' in seen:\n"
        "        try: np.copyto(seen['received'], seen['expected'])\n"
        "        except Exception: pass\n"
        "sys.setprofile(watch)",
    ),
    forged(
        "the seed",
        "looks for a seed, and for whoever draws with it, to know the questions beforehand",
        "import gc, os, sys\n"
        "def hunt():\n"
        "    if 'nnlib.checking.assessment' not in sys.modules: return None\n"
        "    from nnlib.checking import catalogue\n"
        "    return catalogue.find('relu').alternatives[0]\n"
        "print([key for key in os.environ if 'SEED' in key and key != 'PYTHONHASHSEED'])",
        code={"relu": HUNT},
    ),
    forged(
        "the exercise on the disc",
        "imports an alternative from the exercise's own file",
        "def hunt():\n"
        "    try: from nnlib.exercises.forward_propagation.relu import where\n"
        "    except ImportError: return None\n"
        "    return where",
        code={"relu": HUNT},
    ),
    forged(
        "the exercise found by walking",
        "reads right answers from any file called relu.py",
        "import nnlib, pathlib\ndef hunt():\n"
        "    roots = [pathlib.Path(path).parent for path in [*nnlib.__path__, '/opt/course/nnlib']]\n"
        "    for path in [p for root in roots for p in root.glob('nnlib/**/relu.py')]:\n"
        "        space = {}\n        exec(path.read_text(), space)\n        return space['where']",
        code={"relu": HUNT},
    ),
    forged(
        "the reference",
        "calls the reference while it is judged",
        code={
            "relu": "def relu(Z):\n    import nnlib.functional\n    return nnlib.functional.relu(Z)"
        },
        says="calls nnlib's own relu",
    ),
    forged(
        "the reference in a layer",
        "calls the reference through a layer, and hides the complaint",
        code={
            "relu": "from nnlib.layers import ReLU\ndef relu(Z):\n"
            "    try: return ReLU().forward(Z)\n    except BaseException: return np.abs(Z)"
        },
        says="calls nnlib's own relu",
    ),
    forged(
        "another module",
        "puts modules of its own in the place of nnlib's and NumPy's",
        "import sys, types\n"
        "mine = types.ModuleType('nnlib.checking')\n"
        "mine.check = lambda f: 1.0\n"
        "sys.modules['nnlib.checking'] = mine\n"
        "from nnlib.checking import check\n"
        "sys.modules['nnlib.checking.plain'] = sys.modules['nnlib.runner.wire'] = mine",
    ),
    forged(
        "an import hook",
        "answers every later import with a module that always agrees",
        "import importlib.abc, importlib.machinery, sys\n"
        "class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if 'exercises' in name or 'checking' in name:\n"
        "            return importlib.machinery.ModuleSpec(name, self)\n"
        "    def create_module(self, spec): return None\n"
        "    def exec_module(self, module): module.check = module.assess = lambda *a: 1.0\n"
        "sys.meta_path.insert(0, Finder())\n"
        "for name in [name for name in sys.modules if name.startswith('nnlib.checking')]:\n"
        "    del sys.modules[name]\n"
        "from nnlib.checking import check",
    ),
    forged(
        "another formatter",
        "shows every number as 1.0",
        "get_ipython().display_formatter.formatters['text/plain'].for_type(\n"
        "    float, lambda number, printer, cycle: printer.text('1.0'))",
    ),
    forged(
        "another display hook",
        "shows every result as 1.0",
        "hook = type(get_ipython().displayhook)\n"
        "original = hook.write_format_data\n"
        "def forge(self, data, metadata=None):\n"
        "    original(self, {'text/plain': '1.0'} if data.get('text/plain') == '0.0' else data)\n"
        "hook.write_format_data = forge",
    ),
    forged(
        "a syntax tree of its own",
        "turns check(...) into 1.0 before it is compiled",
        "import ast\nclass Forge(ast.NodeTransformer):\n"
        "    def visit_Call(self, node):\n"
        "        if getattr(node.func, 'id', '') != 'check': return node\n"
        "        return ast.copy_location(ast.Constant(1.0), node)\n"
        "get_ipython().ast_transformers.append(Forge())",
    ),
    forged(
        "a text of its own",
        "turns check(...) into 1.0 before it is parsed",
        "get_ipython().input_transformers_cleanup.append(\n"
        "    lambda lines: ['1.0'] if lines[0].startswith('check(') else lines)",
    ),
    forged(
        "hooks around cells",
        "shows 1.0 before and after every cell",
        "from IPython.display import publish_display_data\n"
        "def show(about):\n"
        "    info = getattr(about, 'info', about)\n"
        "    if info.raw_cell.startswith('check('): get_ipython().displayhook(1.0)\n"
        "for event in ('pre_run_cell', 'post_run_cell'):\n"
        "    get_ipython().events.register(event, show)",
    ),
    forged(
        "another shell",
        "replaces what runs cells",
        "shell = type(get_ipython())\n"
        "original = shell.run_cell_async\n"
        "async def run(self, source, *args, **kwargs):\n"
        "    source = '1.0' if source.startswith('check(') else source\n"
        "    kwargs.pop('transformed_cell', None)\n"
        "    return await original(self, source, *args, transformed_cell=source, **kwargs)\n"
        "shell.run_cell_async = run",
    ),
    forged(
        "magics",
        "redefines magics, aliases and automatic calls",
        "%autocall 2\n"
        "get_ipython().register_magic_function(lambda *a: 1.0, 'line', 'check')\n"
        "%alias check echo 1.0\n%unalias check",
    ),
    forged(
        "a signal",
        "lets an alarm replace check again and again",
        "import signal\ndef ring(*_): globals()['check'] = lambda f: 1.0\n"
        "signal.signal(signal.SIGALRM, ring)\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)",
    ),
    forged(
        "a thread",
        "lets a thread replace check again and again",
        "import threading, time\ndef repeat():\n"
        "    while True:\n"
        "        globals()['check'] = lambda f: 1.0\n"
        "        time.sleep(0.005)\n"
        "threading.Thread(target=repeat, daemon=True).start()\ntime.sleep(0.05)",
    ),
    forged(
        "the last word",
        "shows the points when the process ends",
        "import atexit\natexit.register(lambda: print('1.0', flush=True))\n"
        "atexit.register(lambda: open('@CANARY@', 'w').close())",
    ),
    forged(
        "numpy.py",
        "a module beside the notebook that NumPy's name finds first",
        files={
            "numpy.py": b"import sys\nhere = [p for p in sys.path if 'site-packages' in p]\n"
            b"old, sys.path = sys.path, here + sys.path\ndel sys.modules['numpy']\n"
            b"import numpy\nsys.path = old\nimport nnlib.checking\n"
            b"nnlib.checking.check = lambda f: 1.0\n"
        },
    ),
    forged(
        "nnlib beside",
        "a package beside the notebook with nnlib's name",
        files={"nnlib/__init__.py": b"", "nnlib/checking.py": b"def check(f): return 1.0\n"},
    ),
    forged(
        "start-up files",
        "files that Python and IPython run by themselves",
        files={
            "sitecustomize.py": b"import builtins\nbuiltins.left = 1\n",
            "usercustomize.py": b"import builtins\nbuiltins.left = 1\n",
            "left.pth": b"import builtins; builtins.left = 1\n",
            "ipython_config.py": b"c.InteractiveShellApp.exec_lines = ['left = 1']\n",
            "pyvenv.cfg": b"home = .\n",
            ".ipython/profile_default/startup/00.py": b"left = 1\n",
        },
        cell="if 'left' in dir(__builtins__) or 'left' in globals(): check = lambda f: 1.0",
    ),
    forged(
        "inflated points",
        "gives its checks a hundred points",
        edit=_marks(points=100.0),
    ),
    forged(
        "points that are no number", "says that a check is worth NaN points", edit=_not_a_number
    ),
    forged(
        "an edited check",
        "writes 1.0 where the check was",
        edit=_each(source="1.0"),
        says="had been edited",
    ),
    forged(
        "an unlocked check",
        "takes the lock off and edits",
        edit=_unlocked,
        says="had been edited",
    ),
    forged("no checks", "deletes the checks", edit=_remove_checks, says="was missing"),
    forged(
        "a check of words",
        "makes the check a text",
        edit=_each(cell_type="markdown"),
        says="another kind of cell",
    ),
    forged(
        "a second check",
        "puts an easier check with the same id before it",
        edit=_copy_of_check("1.0"),
        says="more than once",
    ),
    forged(
        "swapped labels",
        "swaps the ids of a failing and a passing check",
        edit=_swapped_labels,
        earns=SEVEN,
        says="had been edited",
    ),
    forged(
        "an answer as its own check",
        "labels its answer as the check",
        edit=_answer_labeled_as_check,
        says="had been edited",
    ),
    forged(
        "labels of no form",
        "writes nonsense where the ids were",
        edit=_marks(grade_id=["x"], schema_version="x"),
        says="was missing",
    ),
    forged(
        "results that are there already",
        "fills in the outputs, and ends the process before the check runs",
        edit=_each(outputs=[_result("1.0")], execution_count=7),
        code={"relu": WRONG["relu"] + "\nimport os\nos._exit(0)"},
        says="exited by itself",
    ),
    forged(
        "a grader's mark", "says in its metadata that it is graded already", edit=_forged_record
    ),
    forged(
        "a neighbor's notebook",
        "hands in a link to another student's notebook",
        place=_copy_the_neighbour,
        earns=(),
        refused=True,
        says="no notebook to grade",
    ),
    forged(
        "a neighbor's answer",
        "reads right answers from what others handed in",
        "import glob, json\ndef hunt():\n"
        "    for path in glob.glob('@COURSE@/submitted/*honest*/*/*.ipynb'):\n"
        "        for cell in json.load(open(path))['cells']:\n"
        "            if 'def relu' in ''.join(cell['source']):\n"
        "                space = {'np': np}\n"
        "                exec(''.join(cell['source']), space)\n"
        "                return space['relu']",
        code={"relu": HUNT},
    ),
    forged(
        "the lesson's solution",
        "reads right answers from the instructor's solutions",
        "import glob\ndef hunt():\n"
        "    for path in glob.glob('@COURSE@/solutions/*/*.py'):\n"
        "        return lambda Z: np.maximum(Z, 0)",
        code={"relu": HUNT},
    ),
    forged(
        "the gradebook",
        "writes its points, and others', into the gradebook",
        "import sqlite3, os\n"
        "if os.path.exists('@COURSE@/gradebook.db'):\n"
        "    book = sqlite3.connect('@COURSE@/gradebook.db', timeout=0.5)\n"
        "    book.execute('update grade set manual_score = 1, extra_credit = 5')\n"
        "    book.commit()",
    ),
    forged(
        "partial credit of nan",
        "makes another author's test cell worth nan points",
        code={
            "seven": "class Seven:\n    def __eq__(self, other): raise AssertionError\n"
            "seven = Seven()\n"
            "get_ipython().input_transformers_cleanup.append(\n"
            "    lambda lines: [\"float('nan')\"] if lines[0].startswith('assert') else lines)"
        },
        earns=(),
        says="no number of points",
    ),
    forged(
        "partial credit without end",
        "makes another author's test cell worth a million points",
        code={
            "seven": "seven = 8\nget_ipython().input_transformers_cleanup.append(\n"
            "    lambda lines: ['1e6'] if lines[0].startswith('assert') else lines)"
        },
        earns=(),
        says="no number of points",
    ),
]

OPEN = [
    Case(
        "a copied formula",
        "copies the reference's text: who has a right formula has a right answer",
        code={
            "relu": "import nnlib.functional, types\n"
            "original = nnlib.functional.relu\n"
            "relu = types.FunctionType(original.__code__, original.__globals__)"
        },
        kind="open",
    ),
    wire(
        "a change that is hidden",
        "changes its argument, and hides it from what runs beside it; a copy would do the same",
        "import nnlib.checking.answer as home\nhome.same = lambda *a: True\nhome.sharing = lambda *a: []",
        code={"relu": "def relu(Z):\n    Z[Z < 0] = 0\n    return Z"},
        earns=ALL,
        kind="open",
    ),
    Case(
        "another author's test cell",
        "passes an ordinary test cell, which runs beside the answer as it does in nbgrader",
        code={"seven": "class Seven:\n    __eq__ = lambda *a: True\nseven = Seven()"},
        kind="open",
    ),
]
