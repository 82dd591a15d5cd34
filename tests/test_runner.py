"""What runs beside a submission: cells as if in a kernel, functions played, nothing unbounded."""

from __future__ import annotations

import linecache
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import nbclient
import nbformat
import numpy as np
import pytest

from nnlib.checking.answer import Probe, answer
from nnlib.grading.sandbox import Limits, Ran, Sandbox, Session

# Each stands for something that a kernel does; the comment of a group says what.
CELLS = [
    # streams
    "print('a'); print('b', end='')",
    "import sys\nprint('one'); print('two', file=sys.stderr); print('three')",
    "print('\\r1 of 2\\r2 of 2')",
    "import warnings\nwarnings.warn('beware')",
    # results
    "1 + 1",
    "1 + 1;",
    "None",
    "",
    "# only a comment",
    "_ + 3, Out[5], In[5]",
    "class Rich(int):\n    def _repr_html_(self):\n        return '<u>rich</u>'\n\nRich()",
    "class Odd:\n    def __repr__(self):\n        raise RuntimeError('no repr')\n\nOdd()",
    "from IPython.display import *\nJSON({'a': [1, None, 0.5]}, expanded=True)",
    "Image(data=b'\\x89PNG\\r\\n\\x1a\\n', format='png')",
    # displays
    "display(1, 'two'); print('then'); display(Markdown('*three*'), metadata={'tag': 1})",
    "handle = display('first', display_id='fixed')",
    "handle.update('second'); display({'text/plain': 'raw'}, raw=True)",
    "print('gone'); clear_output(); print('stays')",
    "print('gone later'); clear_output(wait=True); print('stays')",
    "print('stays'); clear_output(wait=True)",
    "for i in range(3):\n    clear_output(wait=True)\n    display(i)",
    # errors
    "1 / 0",
    "def f(n):\n    return 1 / n\n\ndef g():\n    return f(0)\n\ng()",
    "if True print('syntax')",
    "  indented = wrongly\n oh",
    "raise ValueError('first line\\nsecond line')",
    "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise KeyError('later') from error",
    "undefined_name",
    "assert 1 == 2, 'not equal'",
    "raise SystemExit",
    "sys.exit('leaving')",
    "raise KeyboardInterrupt",
    # magics and the shell
    "%%capture captured\nprint('hidden')",
    "captured.stdout",
    "%%html\n<i>a magic</i>",
    "%matplotlib inline",
    "%whos int",
    "%nosuchmagic",
    "!echo from a shell",
    "files = !echo one; echo two\nfiles",
    "%%bash\necho from bash",
    "len?",
    "get_ipython().__class__.__name__, __name__",
    # await
    "import asyncio\nawait asyncio.sleep(0)\n'awaited'",
    "async def later():\n    return 7\n\nawait later()",
    "await later() / 0",
    "asyncio.get_running_loop().is_running()",
    # figures
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "figure, axes = plt.subplots(figsize=(2, 1))\nprint('before the figure')",
    "plt.plot([1, 3])\nplt.show()\nprint('after the figure')",
    "figure",
]


def settled(outputs: list[Any]) -> list[str]:
    """Outputs without what no two runs share, and each stream in one piece.

    A kernel sends its two streams from two buffers; here what was written first comes first.
    """
    kept: list[dict[str, Any]] = []
    for output in map(dict, outputs):
        same = [one for one in kept if one.get("name", "") == output.get("name")]
        if same and all("name" in one for one in kept):
            same[0]["text"] += output["text"]
        else:
            kept.append(output)
    texts = (repr(sorted(output.items())) for output in kept)
    return [re.sub(r"(/tmp/\w+/)?(cell_)?\d+\.py", "CELL", text) for text in texts]


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    """A sandbox without walls: what is tested here does not depend on them."""
    with Sandbox("limits", Limits(cell_seconds=20, cell_output=100_000, grace=9)) as box:
        yield box


@pytest.fixture
def session(box: Sandbox) -> Iterator[Session]:
    """A fresh submission."""
    with box.session() as session:
        yield session


def text_of(ran: Ran) -> str:
    """What a cell printed to both streams."""
    assert not ran.ended
    return "".join(output.get("text", "") for output in ran.outputs)


@pytest.fixture(scope="module")
def in_kernel() -> list[Any]:
    """The cells' outputs from a real kernel."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Jupyter's own
        nbclient.NotebookClient(notebook, kernel_name="python3", allow_errors=True).execute()
    return [cell.outputs for cell in notebook.cells]


@pytest.fixture(scope="module")
def in_runner(box: Sandbox) -> list[Any]:
    """The same cells' outputs from the runner."""
    with box.session() as session:
        return [session.run_cell(cell).outputs for cell in CELLS]


@pytest.mark.parametrize("number", range(len(CELLS)), ids=lambda n: repr(CELLS[n][:30]))
def test_a_cell_shows_what_a_kernel_shows(
    number: int, in_kernel: list[Any], in_runner: list[Any]
) -> None:
    assert settled(in_runner[number]) == settled(in_kernel[number])


def test_every_output_is_valid_in_a_notebook(in_runner: list[Any]) -> None:
    cells = [
        nbformat.v4.new_code_cell(outputs=list(map(nbformat.from_dict, outputs)))
        for outputs in in_runner
    ]
    nbformat.validate(nbformat.v4.new_notebook(cells=cells))


def test_the_comparison_with_a_kernel_can_say_no() -> None:
    first = {"output_type": "stream", "name": "stdout", "text": "1"}
    assert settled([first]) != settled([first | {"text": "2"}])
    assert settled([first, {"output_type": "error"}]) != settled([{"output_type": "error"}, first])


def test_input_is_refused_as_without_a_person(session: Session) -> None:
    (output,) = session.run_cell("input('who?')").outputs
    assert output["ename"] == "StdinNotImplementedError"


def test_cells_that_are_not_run_here_can_be_counted(session: Session) -> None:
    session.run_cell("'first'")
    error, result = session.run_cell("1 / 0", count=5), session.run_cell("_1")
    assert "In[5]" in re.sub(r"\x1b\[[\d;]*m", "", "".join(error.outputs[0]["traceback"]))
    assert result.outputs[0]["execution_count"] == 6
    assert result.outputs[0]["data"] == {"text/plain": "'first'"}


def test_what_goes_past_python_comes_in_its_place(session: Session) -> None:
    ran = session.run_cell(
        "import os, sys\nprint('1'); os.write(1, b'2\\n'); print('3')\n"
        "os.system('echo 4'); os.write(2, b'5\\n'); print('6')\n"
        "if os.fork() == 0:\n    print('7', flush=True); os._exit(0)\n"
        "os.wait(); print('8')"
    )
    assert text_of(ran) == "1\n2\n3\n4\n5\n6\n7\n8\n"
    assert [output["name"] for output in ran.outputs] == ["stdout", "stderr", "stdout"]


def test_a_long_traceback_is_shortened(session: Session) -> None:
    (output,) = session.run_cell("def f(n):\n    return f(n + 1)\n\nf(0)").outputs
    assert output["ename"] == "RecursionError"
    assert 10_000 < sum(map(len, output["traceback"])) < 25_000


def test_an_endless_loop_is_interrupted_and_the_rest_goes_on(box: Sandbox) -> None:
    with box.session(limits=replace(box.limits, cell_seconds=0.5)) as session:
        ran = session.run_cell("print('begun')\nwhile True: pass")
        assert ran.outputs[0]["text"] == "begun\n"
        assert ran.outputs[1]["ename"] == "KeyboardInterrupt"
        assert "0.5 seconds" in ran.overdue
        assert text_of(session.run_cell("print('alive')")) == "alive\n"


def test_an_exercise_may_have_seconds_of_its_own(box: Sandbox) -> None:
    with box.session(limits=replace(box.limits, cell_seconds=0.3)) as session:
        session.run_cell("import time\ndef slow(t):\n    time.sleep(t)\n    return t")
        assert "0.3 seconds" in session.play("slow", [Probe((9.0,))]).overdue
        played = session.play("slow", [Probe((0.6,))], twice=False, seconds=20)
        assert [answer.value for answer in played.answers] == [0.6]
        assert not played.overdue


@pytest.mark.parametrize(
    "cell",
    [
        "import time\ntime.sleep(100)",
        "import asyncio\nawait asyncio.sleep(100)",
        "!sleep 100",
        "for line in iter(int, 1): print('flood')",
    ],
)
def test_whatever_waits_is_interrupted(box: Sandbox, cell: str) -> None:
    with box.session(limits=replace(box.limits, cell_seconds=0.5)) as session:
        ran = session.run_cell(cell)
        assert ran.overdue
        assert text_of(session.run_cell("print('alive')")) == "alive\n"


def test_a_cell_that_ignores_the_interrupt_is_ended(box: Sandbox) -> None:
    with box.session(limits=replace(box.limits, cell_seconds=0.3, grace=0.3)) as session:
        ran = session.run_cell(
            "while True:\n    try:\n        for _ in iter(int, 1): pass\n"
            "    except BaseException: print('caught')"
        )
        assert "did not stop" in ran.ended
        assert ran.outputs == [{"output_type": "stream", "name": "stdout", "text": "caught\n"}]
        assert session.run_cell("1").ended == ran.ended
        assert session.play("f", [Probe(())]).ended == ran.ended


def test_computing_time_is_limited_too(box: Sandbox) -> None:
    with box.session(limits=replace(box.limits, cell_cpu=1)) as session:
        ran = session.run_cell("while True: pass")
        assert "computing time" in ran.overdue
        assert not ran.ended


def test_the_whole_submission_has_a_time_of_its_own(box: Sandbox) -> None:
    with box.session(limits=replace(box.limits, cell_seconds=0.4, seconds=0.6)) as session:
        overdue = [session.run_cell("import time; time.sleep(9)").overdue for _ in range(2)]
    assert "0.4 seconds" in overdue[0]
    assert "the submission took longer than 0.6" in overdue[1]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("import os; os._exit(3)", "status 3"),
        ("import ctypes; ctypes.string_at(0)", "Segmentation fault"),
        ("import os; os.abort()", "Aborted"),
        ("import os; os.kill(os.getpid(), 9)", "Killed"),
        ("import os; os.closerange(3, 500)", "status 1"),
    ],
)
def test_a_process_that_dies_says_how_and_keeps_its_outputs(
    box: Sandbox, cell: str, said: str
) -> None:
    with box.session() as session:
        session.run_cell("x = 1")
        ran = session.run_cell(f"display('before')\n{cell}")
        assert said in ran.ended
        assert ran.outputs[0]["data"] == {"text/plain": "'before'"}
    with box.session() as second:
        assert text_of(second.run_cell("print('the second try')")) == "the second try\n"


def test_outputs_are_cut_with_a_note_and_errors_still_shown(session: Session) -> None:
    ran = session.run_cell("print('x' * 10**7)\nprint('y')\n1 / 0")
    (stream, error) = ran.outputs
    assert error["ename"] == "ZeroDivisionError"
    assert len(stream["text"]) < 100_200
    assert stream["text"].endswith("[The output was cut here; this cell may show 100,000 bytes.]\n")
    assert text_of(session.run_cell("print('next')")) == "next\n"


def test_displays_past_the_budget_are_cut_too(session: Session) -> None:
    ran = session.run_cell("for i in range(3_000): display('x' * 100)")
    assert 150 < len(ran.outputs) < 1_000
    assert "cut here" in ran.outputs[-1]["text"]


def test_all_cells_together_have_a_budget(box: Sandbox) -> None:
    with box.session(limits=replace(box.limits, output=250_000)) as session:
        sizes = [len(text_of(session.run_cell("print('x' * 90_000)"))) for _ in range(5)]
    assert sizes[:2] == [90_001, 90_001]
    assert 60_000 < sizes[2] < 75_000
    assert max(sizes[3:]) < 1_000


def test_a_loop_that_clears_its_display_is_not_cut(session: Session) -> None:
    ran = session.run_cell(
        "from IPython.display import clear_output\n"
        "for i in range(20):\n    clear_output(wait=True)\n    print(i, 'x' * 30_000)"
    )
    assert text_of(ran).startswith("19 x")


def test_a_display_is_updated_from_a_later_cell(session: Session) -> None:
    first = session.run_cell("handle = display('old', display_id=True)")
    later = session.run_cell("handle.update('new')")
    assert later.outputs == []
    assert first.outputs[0]["data"] == {"text/plain": "'new'"}


def test_files_beside_the_notebook_are_read_but_shadow_nothing(box: Sandbox) -> None:
    files = {
        "numpy.py": b"raise SystemError('shadowed')",
        "json.py": b"raise SystemError('shadowed')",
        "helper.py": b"def double(x): return 2 * x",
        "data/values.txt": b"7",
    }
    with box.session(files) as session:
        ran = session.run_cell(
            "import json, numpy, helper, wave\n"
            "print(helper.double(4), open('data/values.txt').read(), numpy.pi)"
        )
    assert text_of(ran) == "8 7 3.141592653589793\n"


@pytest.mark.parametrize("path", ["/etc/x", "../x", "a/../../x", "", "a\0b"])
def test_a_file_outside_the_folder_is_refused(box: Sandbox, path: str) -> None:
    with pytest.raises(ValueError, match="relative path"):
        box.session({path: b""})


def test_a_played_function_answers_as_in_this_process(session: Session) -> None:
    source = (
        "import numpy as np\n"
        "def f(Z, scale=1.0):\n    print('Z is', Z.shape)\n    Z[0] = 0\n"
        "    return Z[1:], np.log(Z) * scale\n"
    )
    session.run_cell(source)
    names: dict[str, Any] = {}
    linecache.cache["cell"] = (len(source), None, source.splitlines(True), "cell")
    exec(compile(source, "cell", "exec"), names)
    probes = [
        Probe((np.array([[-1.0, 2.0], [0.0, 4.0], [5.0, 6.0]]),), {"scale": 0.3}),
        Probe((np.arange(3),)),
        Probe((np.float64(3.0),)),
        Probe(()),
    ]
    played = session.play("f", probes)
    here = answer(names["f"], probes)
    assert not played.ended
    assert repr(played.answers) == repr(here)
    assert {given.status for given in here} == {"returned", "raised"}


def test_the_reference_raises_while_played_and_only_then(session: Session) -> None:
    session.run_cell("from nnlib.functional import relu")
    probes = [Probe((np.array([-1.0, 2.0]),))]
    (given,) = session.play("relu", probes, reference="nnlib.functional.activations:relu").answers
    assert given.status == "reference"
    assert session.play("relu", probes).answers[0].status == "returned"


def test_names_are_substituted_while_played_and_only_then(session: Session) -> None:
    session.run_cell("def helper(x): return 'own'\ndef f(x): return helper(x)")
    substitutes = {"helper": "math:sqrt"}
    values = [
        session.play("f", [Probe((4.0,))], substitutes=use).answers[0].value
        for use in (substitutes, {})
    ]
    assert values == [2.0, "own"]


def test_a_missing_function_is_a_name_error(session: Session) -> None:
    played = session.play("relu", [Probe((1,)), Probe((2,))])
    assert [given.error for given in played.answers] == ["NameError", "NameError"]


def test_an_endless_function_gives_the_answers_before(box: Sandbox) -> None:
    with box.session(limits=replace(box.limits, cell_seconds=0.5)) as session:
        session.run_cell("def f(x):\n    while x: pass\n    return x")
        played = session.play("f", [Probe((0,)), Probe((1,)), Probe((0,))])
        assert [given.status for given in played.answers] == ["returned", "stopped"]
        assert played.overdue
        assert not played.ended


def test_a_function_that_kills_the_process_gives_the_answers_before(session: Session) -> None:
    session.run_cell("import os\ndef f(x):\n    if x: os._exit(0)\n    return x")
    played = session.play("f", [Probe((0,)), Probe((1,)), Probe((0,))])
    assert [given.status for given in played.answers] == ["returned"]
    assert "status 0" in played.ended


def test_large_answers_are_refused_together(box: Sandbox) -> None:
    with box.session(limits=replace(box.limits, answer_bytes=100_000)) as session:
        session.run_cell("import numpy as np\ndef f(n): return np.zeros(n)")
        played = session.play("f", [Probe((5_000,)) for _ in range(4)])
    assert [given.status for given in played.answers] == ["returned"] * 2 + ["unusable"] * 2
    assert "too large" in played.answers[-1].message


@pytest.mark.parametrize(
    "value",
    [
        "iter(int, 1)",
        "np.broadcast_to(0.0, (10**5, 10**5))",
        "np.zeros(3).view(type('Sub', (np.ndarray,), {}))",
        "np.array([object()])",
        "[[[[[[[[[[[[]]]]]]]]]]]]",
        "list(range(10**6))",
        "10**10_000",
        "{1: 2}",
        "'x' * 10**8",
    ],
)
def test_what_cannot_be_judged_comes_back_as_unusable(session: Session, value: str) -> None:
    session.run_cell(f"import numpy as np\ndef f(): return {value}")
    played = session.play("f", [Probe(())])
    assert [given.status for given in played.answers] == ["unusable"]


def test_what_a_played_function_prints_is_kept_short(session: Session) -> None:
    session.run_cell("import os\ndef f():\n    print('x' * 10**7); os.write(1, b'y' * 10**6)")
    (given,) = session.play("f", [Probe(())]).answers
    assert 1_000 < len(given.printed) < 10_000
    assert text_of(session.run_cell("print('next')")) == "next\n"


def test_a_player_turns_data_into_the_call(session: Session) -> None:
    session.run_cell("def f(x): return x")
    assert session.play("f", [Probe((3,))], player="call").answers[0].value == 3
    assert "no such player" in session.play("f", [Probe((3,))], player="no such player").ended
