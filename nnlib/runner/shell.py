"""Runs a notebook's cells without a kernel; what they show comes out as if one had run them."""

from __future__ import annotations

import asyncio
import base64
import builtins
import getpass
import json
import os
import sys
from typing import Any

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell, InteractiveShellABC
from IPython.core.page import as_hook
from traitlets import Type
from traitlets.config import Config

from .outlet import ERROR_CHARACTERS, Outlet, Stream

FRAMES = 30  # at either end of a traceback


class _Results(DisplayHook):  # type: ignore[misc]
    """The value of a cell's last line."""

    def write_output_prompt(self) -> None:
        """The number travels with the result."""

    def write_format_data(
        self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None
    ) -> None:
        output = {
            "output_type": "execute_result",
            "data": json_like(format_dict),
            "metadata": json_like(md_dict or {}),
            "execution_count": self.prompt_count,
        }
        if output["data"]:
            self.shell.show(output)


class _Displays(DisplayPublisher):  # type: ignore[misc]
    """What ``display`` shows, updates and clears."""

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        source: object = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_: Any,
    ) -> None:
        self._validate_data(data, metadata)
        output = {
            "output_type": "display_data",
            "data": json_like(data),
            "metadata": json_like(metadata or {}),
        }
        display_id = (transient or {}).get("display_id") or ""
        self.shell.show(output, str(display_id), bool(update))

    def clear_output(self, wait: bool = False) -> None:
        if self.shell.outlet:
            self.shell.outlet.clear(wait)


class _Compiler(CachingCompiler):  # type: ignore[misc]
    """Names each cell as a file that does not exist, which tracebacks show as a kernel's."""

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        return f"/tmp/cells/cell_{number}.py"


# Libraries ask for this name when they want to know whether they run in a notebook.
class ZMQInteractiveShell(InteractiveShell):  # type: ignore[misc]
    """IPython as a kernel uses it, except that `outlet` stands for the sockets."""

    displayhook_class = Type(_Results)
    display_pub_class = Type(_Displays)
    compiler_class = Type(_Compiler)
    outlet: Outlet | None = None
    _shows_error = False  # whether the cell that runs has shown an error

    def attach(self, outlet: Outlet) -> None:
        """Send everything that is shown from here on through ``outlet``."""
        self.outlet = outlet
        sys.stdout, sys.stderr = Stream(outlet, "stdout"), Stream(outlet, "stderr")

    def show(self, output: dict[str, Any], display_id: str = "", update: bool = False) -> None:
        """Send an output, as nbformat writes it; before `attach` there is nobody to see it."""
        if self.outlet:
            self.outlet.show(output, display_id, update)

    def run(self, source: str) -> None:
        """Run one cell; its errors are outputs like others."""
        if not hasattr(self, "_loop"):
            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
        task = self._loop.create_task(self._run(source))
        try:
            self._loop.run_until_complete(task)
        except KeyboardInterrupt:
            if task.done():
                raise
            task.cancel()  # the cell was waiting; it sees this as a CancelledError
            self._loop.run_until_complete(task)

    async def _run(self, source: str) -> None:
        # As ipykernel does it: also a cell without await finds a running loop.
        transformed, problem = source, None
        try:
            transformed = self.transform_cell(source)
        except Exception:
            problem = sys.exc_info()
        preprocessed = {"transformed_cell": transformed, "preprocessing_exc_tuple": problem}
        self._shows_error = False
        result = None
        if not self.should_run_async(source, **preprocessed):
            result = self.run_cell(source, store_history=True)
        else:
            try:
                result = await self.run_cell_async(source, store_history=True, **preprocessed)
            finally:
                self.events.trigger("post_execute")
                self.events.trigger("post_run_cell", result)
        # As nbgrader does it: an error counts also where the submission keeps it from being shown.
        error = result.error_before_exec or result.error_in_exec
        if error is not None and not self._shows_error:
            self._showtraceback(type(error), error, [f"{type(error).__name__}: it was not shown."])

    def _get_exc_info(self, exc_tuple: Any = None) -> Any:
        kind, value, trace = super()._get_exc_info(exc_tuple)
        traces = [trace]
        while traces[-1] is not None and traces[-1].tb_next is not None:
            traces.append(traces[-1].tb_next)
        if len(traces) > 2 * FRAMES:  # an endless recursion takes seconds to show
            traces[FRAMES].tb_next = traces[-FRAMES]
        return kind, value, trace

    def _showtraceback(
        self, etype: type[BaseException], evalue: BaseException, stb: list[str]
    ) -> None:
        self._shows_error = True
        try:
            message = str(evalue)
        except Exception:
            message = ""
        self.show(
            {
                "output_type": "error",
                "ename": str(etype.__name__)[:200],
                "evalue": message[:ERROR_CHARACTERS],
                "traceback": _shortened(stb),
            }
        )

    def show_usage_error(self, exc: BaseException) -> None:
        self._shows_error = True  # on stderr
        super().show_usage_error(exc)

    def enable_gui(self, gui: object = None) -> None:
        """There is no window to keep alive."""

    def ask_exit(self) -> None:
        """``exit`` in a cell does not end the grading of the cells that follow."""

    def set_next_input(self, s: str, replace: bool = False) -> None:
        """There is no next input to fill in."""

    def init_virtualenv(self) -> None:
        """The environment is the one this process runs in."""

    def init_environment(self) -> None:
        colors = dict.fromkeys(("CLICOLOR", "FORCE_COLOR", "CLICOLOR_FORCE"), "1")
        os.environ.update(colors, TERM="xterm-color", PAGER="cat", GIT_PAGER="cat")

    def init_hooks(self) -> None:
        super().init_hooks()
        self.set_hook("show_in_pager", as_hook(lambda *args, **kwargs: None), 99)


InteractiveShellABC.register(ZMQInteractiveShell)


def make_shell() -> ZMQInteractiveShell:
    """A shell without history file, threads, standard input or anything of the user's."""
    config = Config()
    config.HistoryManager.enabled = False
    config.IPKernelApp.tqdm = "tqdm asks for this entry to recognize a notebook"
    shell: ZMQInteractiveShell = ZMQInteractiveShell.instance(config=config)
    builtins.input = _refuse_input("raw_input")
    getpass.getpass = _refuse_input("getpass")
    return shell


def json_like(value: Any) -> Any:
    """What is left of a MIME bundle when it is written as JSON, as a kernel writes it."""

    def convert(item: object) -> str:
        return base64.b64encode(item).decode() if isinstance(item, bytes) else repr(item)

    try:
        text = json.dumps(value, default=convert)
    except (TypeError, ValueError, RecursionError):
        return {}
    return json.loads(text, parse_constant=str)


def _shortened(lines: list[str]) -> list[str]:
    """A traceback's beginning and end, where it is very long."""
    if sum(map(len, lines)) <= ERROR_CHARACTERS:
        return [str(line) for line in lines]
    text = "\n".join(map(str, lines))
    half = ERROR_CHARACTERS // 2
    return [text[:half], f"[... {len(text) - 2 * half:,} characters more ...]", text[-half:]]


def _refuse_input(name: str) -> Any:
    def refuse(*args: Any, **kwargs: Any) -> str:
        __tracebackhide__ = True  # the learner's own line is what matters
        raise StdinNotImplementedError(
            f"{name} was called, but this frontend does not support input requests."
        )

    return refuse
