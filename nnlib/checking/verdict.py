"""A verdict: what is right, what is wrong, an example, a hint; as text and as HTML."""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass, field
from typing import Any

Block = tuple[str, str]

# Jupyter's own style sheet floats the terms of a list and gives them widths in percent.
_PLACED = "float:none;width:auto;margin:0;padding:0;min-width:0"


@dataclass(frozen=True, repr=False)
class Verdict:
    """What a learner is told about one exercise.

    Attributes
    ----------
    exercise : str
    score : float
        From 0 to 1.
    points : float
        What a score of 1 earns; 0 for practice.
    parts : tuple of str
        The names of the returned values.
    faults : dict of str to str
        By part, or under ``call`` where the whole call is meant.
    misconceptions : tuple of str
        The mistakes that were recognized.
    hints : tuple of str
        Where to look.
    example : tuple of (str, str)
        The smallest failing example: what is shown, and its text.
    printed : str
        What the function printed, shortened.
    notes : tuple of str
        What else the learner should know.
    """

    exercise: str
    score: float
    points: float
    parts: tuple[str, ...]
    faults: dict[str, str] = field(default_factory=dict)
    misconceptions: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    example: tuple[Block, ...] = ()
    printed: str = ""
    notes: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Whether nothing is wrong."""
        return self.score == 1 and not self.faults

    @property
    def earned(self) -> float:
        """The points, as a plain float: a cell's value that nbgrader reads."""
        return float(round(self.score * self.points, 4))

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON-ready data."""
        return {**asdict(self), "earned": self.earned}

    def blocks(self) -> list[Block]:
        """The verdict in reading order: pairs of a label and a text."""
        earned = f"{self.earned:g} of {self.points:g} point{'s' * (self.points != 1)}"
        earned = earned if self.points else "practice without points"
        state = "right" if self.right else "not right yet"
        blocks = [(self.exercise, f"{state}, {earned}.")]
        blocks += [("Note", note) for note in self.notes]
        good = [part for part in self.parts if part not in self.faults]
        if "call" not in self.faults and good and not self.right:
            blocks.append(("Right", ", ".join(good)))
        blocks += [("Wrong", text) for text in dict.fromkeys(self.faults.values())]
        blocks += self.example
        blocks += [("Hint", hint) for hint in self.hints]
        if self.printed:
            blocks.append(("It printed", self.printed.rstrip("\n")))
        return blocks

    def __str__(self) -> str:
        return "\n".join(_as_text(label, text) for label, text in self.blocks())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<dt style="{_PLACED};font-weight:600">{html.escape(label)}</dt>'
            f'<dd style="{_PLACED};{_set_in(label, text)}">'
            f"{html.escape(text)}</dd>"
            for label, text in self.blocks()
        )
        edge = "#0072B2" if self.right else "#D55E00"
        return (
            f'<dl role="status" style="display:grid;grid-template-columns:max-content 1fr;'
            f"box-sizing:border-box;gap:0.3em 1em;border-left:4px solid {edge};"
            f'padding:0.3em 1em;margin:0.5em 0">'
            f"{rows}</dl>"
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self._repr_html_()}


def _as_text(label: str, text: str) -> str:
    lines = text.split("\n")
    return f"{label}: {text}" if len(lines) == 1 else "\n    ".join([f"{label}:", *lines])


def _set_in(label: str, text: str) -> str:
    """Numbers keep their columns and scroll where they are wide; sentences wrap."""
    if "\n" in text or label in ("Example", "Expected", "Received"):
        return "white-space:pre;overflow-x:auto;font-family:monospace"
    return "white-space:pre-wrap;overflow-wrap:anywhere"
