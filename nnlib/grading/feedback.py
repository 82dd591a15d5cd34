"""Feedback pages: nbgrader's own, rendered where there is time for it, and only once what repeats.

A class shares most of its cells; their Markdown and code are turned into HTML once per process.
"""

from __future__ import annotations

import functools
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters import Highlight2HTML, markdown2html_mistune
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbformat import NotebookNode
from nbgrader.converters import GenerateFeedback
from traitlets.config import Config

from . import harmless
from .records import from_text

LONGEST = 20_000  # characters of a cell that are highlighted; longer ones take too long


class _Own(NotebookNode):  # type: ignore[misc]
    """A notebook that was made for one page: nbconvert's copy of it would be as good."""

    def __deepcopy__(self, memo: object) -> _Own:
        return self


class _Exporter(HTMLExporter):  # type: ignore[misc]
    """nbconvert's exporter with a memory.

    nbconvert parses the finished page once more, to give pictures without alt text an empty one;
    every picture of ours has its own. It copies and validates the notebook before each of its
    steps; this one was made for the page.
    """

    def from_notebook_node(
        self, nb: Any, resources: Any = None, **kwargs: Any
    ) -> tuple[str, dict[str, Any]]:
        """Render one page."""
        self.register_filter("highlight_code", _highlighted)
        self.register_filter("markdown2html", _rendered)
        return TemplateExporter.from_notebook_node(self, nb, resources, **kwargs)  # type: ignore[no-any-return]

    def _preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        for step in self._preprocessors:
            nb, resources = step(nb, resources)
        return nb, resources


def render(notebook: str, resources: dict[str, Any], config: dict[str, Any]) -> str:
    """The feedback page of a notebook that holds its grades.

    Parameters
    ----------
    notebook : str
        JSON text, after nbgrader's GetGrades.
    resources : dict
        What nbgrader tells its templates.
    config : dict
        What `settings_of` gives.

    Returns
    -------
    str
        HTML.
    """
    exporter = _exporter(_Frozen(config))
    page, _ = exporter.from_notebook_node(_Own(from_text(notebook)), resources)
    return harmless.page(str(page))


def settings_of(config: Config) -> dict[str, Any]:
    """What of a course's configuration concerns a page; the rest stays where it is."""
    kinds = (GenerateFeedback, _Exporter, CSSHTMLHeaderPreprocessor)
    names = {parent.__name__ for kind in kinds for parent in kind.__mro__}
    return {name: section for name, section in config.items() if name in names}


class _Frozen(dict[str, Any]):
    """A configuration that can be the key of a cache."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(repr(self))


@functools.lru_cache(2)
def _exporter(config: _Frozen) -> Any:
    """nbgrader's exporter for feedback, with the course's settings."""
    settings = GenerateFeedback(coursedir=None, config=Config(config)).config
    exporter = _Exporter(config=settings)
    exporter.register_preprocessor(CSSHTMLHeaderPreprocessor, enabled=True)
    return exporter


@functools.lru_cache(4_096)
def _rendered(source: str) -> str:
    return str(markdown2html_mistune(source))


@functools.lru_cache(4_096)
def _highlight(source: str) -> str:
    return str(Highlight2HTML(pygments_lexer="ipython3")(source))


def _highlighted(source: str, **_: Any) -> str:
    return _highlight(source) if len(source) <= LONGEST else harmless.preformatted(source)
