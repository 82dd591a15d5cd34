"""Nothing that a submission holds may act where it is shown: in HTML, a terminal or a table.

nbgrader's feedback and formgrader write a notebook's Markdown, HTML, pictures and their metadata
into a page as they are. So a submission's texts are looked at before they are stored. What is plain
stays as it is, to the letter; anything that could act is shown as the text that it is, or left out
where an output also has a plain form. Learners' own HTML is kept as long as it is made of the tags
below: tables, emphasis, links to be clicked on, pictures that carry their data with them or lie
beside the page; no scripts, nothing that is fetched from elsewhere, no style sheets, forms or
drawings in SVG.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Iterable, Mapping
from html.parser import HTMLParser
from typing import Any

from nbformat import NotebookNode

LONGEST = 10_000  # characters of a Markdown cell that are rendered; longer ones take too long
TAGS = re.compile(
    "a|abbr|b|blockquote|br|caption|code|col|colgroup|dd|del|details|div|dl|dt|em|figcaption|"
    "figure|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|pre|q|s|samp|small|span|strong|sub|summary|sup|"
    "table|tbody|td|tfoot|th|thead|tr|u|ul|var"
)
STYLES = re.compile(
    "background(-color)?|border(-collapse|-left)?|box-sizing|color|display|float|"
    "font-(family|size|style|weight)|gap|grid-template-columns|(max-|min-)?(height|width)|margin|"
    "overflow-(wrap|x)|padding|text-align|white-space"
)
_IMAGE = r"data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*"
ATTRIBUTES = {
    "alt": r".*",
    "border": r"\d*",
    "class": r"anchor-link|dataframe|highlight(?: hl-[\w-]+)?|[a-z][a-z0-9]{0,2}",
    "colspan": r"\d+",
    "href": r"(?:https?://|#|mailto:).*",
    "id": r"[^<>]*",
    "open": r".*",
    "role": r"[a-z]+",
    "rowspan": r"\d+",
    "src": rf"{_IMAGE}|\w[\w-]*(?:[./]\w[\w-]*)*",
    "title": r".*",
    "width": r"\d+",
    "height": r"\d+",
}
_ALLOWED = {name: re.compile(pattern, re.DOTALL) for name, pattern in ATTRIBUTES.items()}
_VALUE = re.compile(r"[\w\s.,#%/-]*")
# Every "<" closed before the next one: what follows is then read in linear time.
_CLOSED = re.compile(r"(?:[^<]++|<[^<>]*+>)*+")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_INVISIBLE = re.compile(r"[\x00-\x07\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]")
_COMMANDS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# Where a table's cell begins, also for programs that take other characters for its end.
_FORMULA = re.compile(r"(^|[;|])(\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")


def is_harmless(page: str) -> bool:
    """Whether a piece of HTML holds nothing but the tags and attributes that are allowed.

    >>> is_harmless("<b>bold</b>"), is_harmless("<b onclick='x()'>bold</b>")
    (True, False)
    """
    if not _CLOSED.fullmatch(page) or "<!" in page or "<?" in page:
        return False
    reader = _Reader(convert_charrefs=False)
    reader.feed(page)
    reader.close()
    return reader.harmless


def _attribute(name: str, value: str) -> bool:
    if name == "style":
        rules = [rule.partition(":") for rule in value.split(";") if rule.strip()]
        return all(STYLES.fullmatch(k.strip()) and _VALUE.fullmatch(v) for k, _, v in rules)
    return name in _ALLOWED and _ALLOWED[name].fullmatch(value) is not None


class _Reader(HTMLParser):
    """Meets every tag of a page."""

    harmless = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        fine = TAGS.fullmatch(tag) and all(_attribute(name, value or "") for name, value in attrs)
        self.harmless = self.harmless and bool(fine)

    def handle_endtag(self, tag: str) -> None:
        self.harmless = self.harmless and TAGS.fullmatch(tag) is not None

    def handle_data(self, data: str) -> None:
        self.harmless = self.harmless and "<" not in data


@functools.lru_cache(4_096)  # a class shares the lesson's own cells
def markdown(source: str) -> str:
    """A Markdown cell's text, or the same as preformatted text where its rendering could act."""
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    try:
        fine = len(source) <= LONGEST and is_harmless(markdown2html_mistune(source))
    except Exception:  # whatever cannot be rendered here could not be rendered for feedback
        fine = False
    return source if fine else preformatted(source)


def preformatted(source: str) -> str:
    """A text as HTML that shows it unchanged."""
    return f"<pre>{html.escape(source)}</pre>"


def outputs(received: Iterable[Mapping[str, Any]]) -> list[NotebookNode]:
    """A cell's outputs, rebuilt from what is known to be harmless."""
    return [output for output in map(_output, received) if output]


def _output(received: Mapping[str, Any]) -> NotebookNode | None:
    kind = received.get("output_type")
    if kind == "stream":
        name = "stderr" if received.get("name") == "stderr" else "stdout"
        return NotebookNode(output_type=kind, name=name, text=_text(received.get("text")))
    if kind == "error":
        lines = received.get("traceback")
        return NotebookNode(
            output_type=kind,
            ename=_text(received.get("ename")),
            evalue=_text(received.get("evalue")),
            traceback=[_text(line) for line in lines] if isinstance(lines, list) else [],
        )
    data = received.get("data")
    if kind not in ("display_data", "execute_result") or not isinstance(data, Mapping):
        return None
    kept = {mime: text for mime in _SHOWN if (text := _SHOWN[mime](data.get(mime))) is not None}
    made = NotebookNode(output_type=kind, data=NotebookNode(kept), metadata=NotebookNode())
    if kind == "execute_result":
        count = received.get("execution_count")
        made.execution_count = count if type(count) is int else None
    return made if kept else None


def _text(value: object) -> str:
    return _INVISIBLE.sub("\ufffd", value) if isinstance(value, str) else ""


def _plain_text(value: object) -> str | None:
    return _text(value) if isinstance(value, str) else None


def _html(value: object) -> str | None:
    return value if isinstance(value, str) and is_harmless(value) else None


def _markdown(value: object) -> str | None:
    return markdown(value) if isinstance(value, str) else None


def _latex(value: object) -> str | None:
    return html.escape(value, quote=False) if isinstance(value, str) else None


def _picture(value: object) -> str | None:
    return value if isinstance(value, str) and _BASE64.fullmatch(value) else None


_SHOWN = {
    "text/html": _html,
    "text/markdown": _markdown,
    "text/latex": _latex,
    "image/png": _picture,
    "image/jpeg": _picture,
    "text/plain": _plain_text,
}


def tags(metadata: Mapping[str, Any]) -> list[str]:
    """A cell's tags, as far as they are words."""
    found = metadata.get("tags")
    words = found if isinstance(found, list) else []
    return [tag for tag in words if isinstance(tag, str) and re.fullmatch(r"[\w-]{1,40}", tag)]


def line(text: object, longest: int = 300) -> str:
    """A text for one line of a terminal: nothing in it moves the cursor or changes colors.

    >>> line("a\\x1b[31mb\\nc")
    'a?[31mb c'
    """
    short = _CONTROL.sub("?", re.sub(r"[\n\r\t]+", " ", str(text)))
    return short if len(short) <= longest else short[: longest - 3] + "..."


def page(text: str) -> str:
    """A finished page: nothing in it commands the terminal that it may be shown in.

    >>> page("a\\x1b[31mb")
    'a\ufffd[31mb'
    """
    return _COMMANDS.sub("\ufffd", text)


def table_cell(text: object) -> str:
    """A text for a CSV file: no spreadsheet takes it for a formula.

    >>> table_cell("=cmd()")
    "'=cmd()"
    """
    return _FORMULA.sub(r"\1'\2", line(text))
