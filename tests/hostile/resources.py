"""More of everything than there is: time, memory, processes, output, text."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import nbformat

from .collection import Case

greedy = partial(Case, plain=False)
OTHERS = ("check_dense_forward", "test_seven")  # what a function that ends its process costs not

STUBBORN = """\
import signal
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM): signal.signal(number, signal.SIG_IGN)
while True:
    try:
        while True: pass
    except BaseException: pass"""


def _deep(levels: int) -> Any:
    """JSON as deep as that, in a place that nobody reads."""

    def edit(notebook: Any) -> str:
        notebook.metadata["deep"] = "@"
        return json.dumps(notebook).replace('"@"', "[" * levels + "]" * levels)

    return edit


def _cells(count: int, source: str, kind: str = "code") -> Any:
    make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell

    def edit(notebook: Any) -> None:
        notebook.cells += [make(source) for _ in range(count)]

    return edit


def _exits(notebook: Any) -> None:
    notebook.cells[2:2] = [nbformat.v4.new_code_cell("import os\nos._exit(3)") for _ in range(8)]


def _old_outputs(notebook: Any) -> None:
    notebook.cells[2].outputs = [
        nbformat.v4.new_output("stream", text="x" * 10**6) for _ in range(5)
    ]


CASES = [
    greedy(
        "a fork bomb",
        "forks without end",
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
        says="cell 3 was ended",
    ),
    greedy(
        "a thread bomb",
        "starts a thousand threads",
        "import threading\nstop = threading.Event()\n"
        "for _ in range(1000): threading.Thread(target=stop.wait, daemon=True).start()",
    ),
    greedy(
        "zombies",
        "leaves its children dead and uncounted",
        "import os\nfor _ in range(100):\n    if os.fork() == 0: os._exit(0)",
    ),
    greedy(
        "a memory bomb",
        "takes memory without end",
        "hog = []\nwhile True: hog.append(bytearray(2**24))",
        says="emory",  # as an error, or as what ended it
    ),
    greedy(
        "memory of many",
        "takes memory in many processes",
        "import os, time\n"
        "for _ in range(6):\n    if os.fork() == 0:\n        hog = bytearray(2**27); time.sleep(60)\ntime.sleep(60)",
        says="MB of memory",
    ),
    greedy(
        "a huge array",
        "asks for a hundred gigabytes",
        "np.ones(10**10 + 10**9)",
        says="Unable to allocate",
    ),
    greedy(
        "a full disc",
        "fills the disc",
        "for i in range(99):\n    with open(f'{i}', 'wb') as file: file.write(bytes(2**22))",
        says="No space left",
    ),
    greedy(
        "a large file",
        "writes one file without end",
        "with open('hog', 'wb') as file:\n    while True: file.write(bytes(2**20))",
        says="File too large",
    ),
    greedy(
        "a million files",
        "makes files until there are no more",
        "for i in range(10**6): open(f'/dev/shm/{i}', 'w').close()",
        says="No space left",
    ),
    greedy(
        "an endless cell",
        "never ends, and cannot be interrupted",
        STUBBORN,
        says="did not stop when it was interrupted",
    ),
    Case(
        "an endless function",
        "never answers",
        code={"relu": "def relu(Z):\n    while True: pass"},
        earns=OTHERS,
        says="does a loop never end?",
    ),
    greedy(
        "a stubborn function",
        "never answers, and cannot be interrupted",
        code={
            "relu": "def relu(Z):\n" + "".join(f"    {line}\n" for line in STUBBORN.splitlines())
        },
        earns=OTHERS,
        says="longer than",
    ),
    greedy(
        "many patient children",
        "burns time in its children",
        "import os\n"
        "for _ in range(12):\n    if os.fork() == 0:\n        while True: pass\nwhile True: pass",
        says="second",
    ),
    greedy("asleep", "stops itself", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"),
    Case(
        "an exit",
        "ends its process in a cell",
        "import os\nos._exit(0)",
        says="exited by itself, with status 0",
    ),
    Case(
        "an exit while answering",
        "ends its process in a function",
        code={"relu": "import os\ndef relu(Z):\n    os._exit(1)"},
        earns=OTHERS,
        says="exited by itself, with status 1",
    ),
    Case(
        "a crash",
        "reads address zero",
        "import ctypes\nctypes.string_at(0)",
        says="Segmentation fault",
    ),
    greedy(
        "a crash again and again",
        "ends its process in more cells than there are tries",
        "import os\nos._exit(3)",
        edit=_exits,
        earns=(),
        says="was not judged",
    ),
    Case(
        "an endless recursion",
        "calls itself without end",
        code={"relu": "def relu(Z):\n    return relu(Z)"},
        earns=OTHERS,
        says="maximum recursion depth",
    ),
    greedy(
        "a recursion through the stack",
        "overflows the stack itself",
        code={
            "relu": "import sys\ndef relu(Z):\n    sys.setrecursionlimit(10**9)\n"
            "    class C:\n        def __repr__(self): return repr(self)\n"
            "    return relu(Z)"
        },
        earns=OTHERS,
        says="relu: not right yet",
    ),
    greedy(
        "forty megabytes",
        "prints forty megabytes whenever it is called",
        code={"relu": "def relu(Z):\n    print('x' * 40_000_000)\n    return np.maximum(Z, 0)"},
        says="right, 1 of 1 point",
    ),
    greedy(
        "output without end",
        "prints without end",
        "while True: print('x' * 1000)",
        says="output was cut here | took longer than",
    ),
    greedy(
        "output past Python",
        "writes to the descriptors without end",
        "import os\nwhile True: os.write(1, b'y' * 10**6)",
        says="output was cut here | took longer than",
    ),
    greedy(
        "displays without end",
        "shows and updates displays",
        "from IPython.display import clear_output\n"
        "for i in range(20_000):\n    handle = display(i, display_id=True); handle.update(i)\n"
        "    if i % 5000 == 0: clear_output(wait=True)",
    ),
    greedy(
        "a long message",
        "raises an error of ten megabytes",
        "raise ValueError('x' * 10**7)",
        says="ValueError",
    ),
    greedy(
        "a long answer",
        "answers with a text of a megabyte",
        code={"relu": "def relu(Z):\n    return 'x' * 10**6"},
        earns=OTHERS,
        says="relu: not right yet",
    ),
    greedy(
        "a large answer",
        "answers with eight megabytes",
        code={"relu": "def relu(Z):\n    return np.ones(10**6)"},
        earns=OTHERS,
        says="relu: not right yet",
    ),
    greedy(
        "a list of lists",
        "answers with a long list",
        code={"relu": "def relu(Z):\n    return [[0.5] * 99] * 99"},
        earns=OTHERS,
        says="relu: not right yet",
    ),
    greedy(
        "a deep answer",
        "answers with lists in lists",
        code={
            "relu": "def relu(Z):\n    nest = []\n    for _ in range(10**5): nest = [nest]\n    return nest"
        },
        earns=OTHERS,
        says="levels deep",
    ),
    greedy(
        "an endless answer",
        "answers with a generator without end",
        code={"relu": "import itertools\ndef relu(Z):\n    return itertools.count()"},
        earns=OTHERS,
        says="cannot be judged",
    ),
    greedy(
        "a large number",
        "answers with a number of a million digits",
        code={"relu": "def relu(Z):\n    return 1 << 10**6"},
        earns=OTHERS,
        says="bits",
    ),
    greedy(
        "deep JSON",
        "nests its JSON a hundred thousand deep",
        edit=_deep(100_000),
        earns=(),
        refused=True,
        says="damaged",
    ),
    greedy(
        "rather deep JSON",
        "nests its JSON as deep as it can still be read, where it says nothing",
        edit=_deep(600),
    ),
    greedy(
        "a huge notebook",
        "hands in a notebook beyond the limit",
        edit=_cells(22, "#" * 2**20),
        earns=(),
        refused=True,
        says="too large",
    ),
    greedy(
        "many cells",
        "hands in ten thousand cells",
        edit=_cells(10_000, "1"),
        earns=(),
        refused=True,
        says="cells",
    ),
    greedy(
        "a long text",
        "hands in megabytes of code",
        edit=_cells(4, ("x = 1  # " + " " * 500 + "\n") * 1000),
        earns=(),
        refused=True,
        says="characters",
    ),
    greedy(
        "text that is slow to render",
        "hands in Markdown that takes quadratic time",
        edit=_cells(10, "\\begin{a}" * 4000, "markdown"),
    ),
    greedy("old outputs", "hands in megabytes of outputs", edit=_old_outputs),
]
