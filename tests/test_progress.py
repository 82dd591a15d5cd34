"""The progress bar: seen by whoever watches, and by nobody else."""

import sys
from types import SimpleNamespace

import pytest

from nnlib.progress import Progress


@pytest.fixture
def shown(monkeypatch):
    """A notebook kernel; collects the pages that are displayed."""
    import IPython.display

    pages = []
    handle = SimpleNamespace(update=lambda html: pages.append(html.data))

    def display(html, display_id):
        pages.append(html.data)
        return handle

    monkeypatch.setattr(IPython.display, "display", display)
    return pages


def kernel(monkeypatch, *, allows_input):
    shell = SimpleNamespace(kernel=SimpleNamespace(_allow_stdin=allows_input))
    monkeypatch.setattr(sys.modules["IPython"], "get_ipython", lambda: shell)


def run(show=None):
    with Progress(3, show) as bar:
        for done in range(1, 4):
            bar.update(done, f"loss {1 / done:.2f}")


def test_nothing_is_shown_where_nobody_watches(capfd):
    run()
    assert capfd.readouterr() == ("", "")


def test_nothing_is_shown_in_a_notebook_that_runs_by_itself(monkeypatch, shown, capfd):
    kernel(monkeypatch, allows_input=False)
    run()
    assert shown == []
    assert capfd.readouterr() == ("", "")


def test_a_person_in_front_of_a_notebook_sees_one_bar_that_replaces_itself(monkeypatch, shown):
    kernel(monkeypatch, allows_input=True)
    run()
    assert '<progress value="0" max="3"' in shown[0]
    assert shown[-1].endswith("3/3 epochs loss 0.33")


def test_who_asks_for_a_bar_in_a_notebook_that_runs_by_itself_gets_one(monkeypatch, shown):
    kernel(monkeypatch, allows_input=False)
    run(show=True)
    assert "3/3 epochs" in shown[-1]


def test_a_terminal_shows_a_bar_on_stderr(capfd):
    run(show=True)
    out, err = capfd.readouterr()
    assert out == ""
    assert "3/3 epochs, loss 0.33" in err


def test_who_wants_none_gets_none(monkeypatch, shown, capfd):
    kernel(monkeypatch, allows_input=True)
    run(show=False)
    assert shown == []
    assert capfd.readouterr() == ("", "")
