"""What came of a case, and everything that is wrong with that."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from .collection import Case

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
SPOOFING = re.compile(CONTROL.pattern[:-1] + r"\r\n\t\u202a-\u202e\u2066-\u2069]")
FORMULA = re.compile(r"(?:^|[;|\t])\s*[=+\-@＝＋－＠]")
ACTIVE = {
    *("script", "iframe", "frame", "frameset", "object", "embed", "applet", "portal", "template"),
    *("form", "button", "input", "textarea", "select", "meta", "base", "link", "style", "title"),
    *("svg", "math", "audio", "video", "source", "noscript", "body", "html", "head"),
}
SCHEMES = re.compile(r"(?:java|vb)script:|data:(?!image/(?:png|jpeg|gif);)|file:", re.IGNORECASE)
OUTWARD = re.compile(r"position\s*:|url\s*\(|expression|z-index|@import|behavior", re.IGNORECASE)


@dataclass
class Result:
    """What a grader left of one case.

    Attributes
    ----------
    status : str
        ``graded``, or why not.
    scores : dict of str to (float or None)
        The gradebook's points, by graded cell; None where a person must look.
    neighbors : list
        The same of honest students beside it.
    said : str
        Everything that the instructor or the student is told.
    page, honest_page : str
        The feedback pages of the case and of an honest student.
    table, lines : list of str
        Its cells of the CSV file; its lines in the terminal.
    traces : list of str
        What it left or changed outside, a few words each.
    """

    status: str
    scores: Mapping[str, float | None] = field(default_factory=dict)
    neighbors: Sequence[Mapping[str, float | None]] = ()
    said: str = ""
    page: str = ""
    honest_page: str = ""
    table: Sequence[str] = ()
    lines: Sequence[str] = ()
    traces: Sequence[str] = ()


def gains(case: Case, result: Result) -> list[str]:
    """What a case got that it must not get, in words."""
    found = [
        f"{key} earned {result.scores.get(key)} instead of {points}"
        for key, points in case.deserved.items()
        if (result.scores.get(key) or 0) > points
    ]
    for scores in result.neighbors:
        if scores != {key: HONEST[key] for key in HONEST}:
            found.append(f"an honest neighbor got {scores}")
    found += [f"it left {trace}" for trace in result.traces]
    found += [
        f"its page holds {thing}" for thing in active(result.page) - active(result.honest_page)
    ]
    found += [f"its page holds {char!r}" for char in CONTROL.findall(result.page)[:3]]
    found += [f"the table holds {cell!r}" for cell in result.table if FORMULA.search(cell)]
    for text in (*result.table, *result.lines):
        found += [f"a line holds {char!r}" for char in SPOOFING.findall(text)[:3]]
    return found


HONEST = {"check_relu": 1.0, "check_dense_forward": 1.0, "test_seven": 2.0}


def losses(case: Case, result: Result) -> list[str]:
    """What a case did not get that it should have got: its points, and a word about it."""
    if case.refused:
        return [] if result.status.startswith("not graded") else [f"it was {result.status}"]
    found = [
        f"{key} earned {result.scores.get(key)} instead of {points}"
        for key, points in case.deserved.items()
        if (result.scores.get(key) is None) or result.scores[key] < points
    ]
    return found if result.status == "graded" else [f"it was {result.status}", *found]


def silence(case: Case, result: Result) -> list[str]:
    """Whether the report says what happened."""
    if any(words in result.said for words in case.says.split(" | ")):
        return []
    return [f"nothing says {case.says!r}; what is said: {result.said[:3000]}"]


class _Active(HTMLParser):
    """Gathers what acts in a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: Counter[str] = Counter()
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ACTIVE:
            self.found[f"<{tag} {sorted(attrs, key=str)}>"] += 1
        self._inside = tag if tag in ("script", "style") else ""
        for name, value in attrs:
            text = re.sub(r"[\s\x00-\x1f]", "", value or "")
            loads = name in (
                "src",
                "srcset",
                "background",
                "poster",
                "data",
                "action",
                "formaction",
            )
            if (
                name.startswith("on")
                or name == "srcdoc"
                or SCHEMES.match(text)
                or (loads and re.match(r"(?:https?:)?//", text))
                or (name == "style" and OUTWARD.search(value or ""))
            ):
                self.found[f"<{tag} {name}={text[:80]}>"] += 1

    def handle_data(self, data: str) -> None:
        if self._inside and data.strip():
            self.found[f"{self._inside}: {data.strip()}"] += 1
            self._inside = ""


@functools.lru_cache(8)
def active(page: str) -> Counter[str]:
    """Everything in a page of HTML that acts: scripts, frames, handlers, what loads by itself."""
    reader = _Active()
    reader.feed(page)
    reader.close()
    return reader.found
