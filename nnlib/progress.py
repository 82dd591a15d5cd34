"""A progress bar where somebody watches: a terminal, or a notebook with a person in front of it.

A notebook that runs without anybody (built, tested, graded) shows nothing, so nothing that changes
from run to run is stored in it.
"""

import sys
import time
from types import TracebackType
from typing import Any


class Progress:
    """A bar that shows how far `fit` has come; a context manager.

    Parameters
    ----------
    total : int
        Epochs.
    show : bool, optional
        By default only where somebody watches.
    """

    def __init__(self, total: int, show: bool | None = None) -> None:
        self.total = total
        self._bar: _Terminal | _Notebook | None = None
        if show is not False:
            if _in_notebook(watched=show is None):
                self._bar = _Notebook(total)
            elif show or sys.stderr.isatty():
                self._bar = _Terminal(total)

    def update(self, done: int, text: str) -> None:
        """Show that `done` epochs are over, and `text` beside the bar."""
        if self._bar is not None:
            self._bar.update(done, text)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()


class _Terminal:
    def __init__(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("epochs, {task.description}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._task = self._bar.add_task("", total=total)
        self._bar.start()

    def update(self, done: int, text: str) -> None:
        self._bar.update(self._task, completed=done, description=text)

    def close(self) -> None:
        self._bar.stop()


class _Notebook:
    """Plain HTML that replaces itself: needs no widgets."""

    def __init__(self, total: int) -> None:
        from IPython.display import HTML, display

        self._html = HTML
        self._total = total
        self._shown = 0.0
        self._last = (0, "")
        self._handle: Any = display(HTML(self._page()), display_id=True)

    def update(self, done: int, text: str) -> None:
        self._last = (done, text)
        if time.monotonic() - self._shown > 0.1:
            self.close()

    def close(self) -> None:
        """Show the latest state: called for the last one, and at most ten times a second."""
        self._shown = time.monotonic()
        self._handle.update(self._html(self._page()))

    def _page(self) -> str:
        done, text = self._last
        return (
            f'<progress value="{done}" max="{self._total}" aria-label="training"></progress> '
            f"{done}/{self._total} epochs {text}"
        )


def _in_notebook(watched: bool) -> bool:
    """Whether this runs in a Jupyter kernel and, if asked for, somebody sits in front of it.

    A frontend with a person allows the kernel to ask for input; nbclient, which runs notebooks for
    nbconvert, nbval and nbgrader, does not.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    kernel = getattr(shell, "kernel", None)
    return kernel is not None and (not watched or bool(getattr(kernel, "_allow_stdin", False)))
