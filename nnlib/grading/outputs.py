"""A cell's outputs as nbformat writes them, rebuilt from frames that may be forged."""

from __future__ import annotations

import math
import re
from typing import Any

Output = dict[str, Any]

ERRORS = 3  # tracebacks that a cell keeps even where its output is cut
ERROR_CHARACTERS = 50_000
OVERHEAD = 200  # bytes that an output counts beside its text
SLACK = 1_000  # for the runner's own note that an output was cut
JSON_TYPE = re.compile(r"application/(\S+\+)?json\Z")


class Collector:
    """Gathers the outputs of one submission's cells, as a notebook client does, in bounded memory.

    Parameters
    ----------
    room : int
        Bytes of output that all cells together may keep.

    Examples
    --------
    >>> collector = Collector(room=10_000)
    >>> room = collector.begin(cell_room=5_000)
    >>> collector.add({"output": {"output_type": "stream", "name": "stdout", "text": "a"}})
    >>> collector.add({"output": {"output_type": "stream", "name": "stdout", "text": "b"}})
    >>> collector.add({"output": {"output_type": "a forgery"}})
    >>> collector.outputs
    [{'output_type': 'stream', 'name': 'stdout', 'text': 'ab'}]
    """

    def __init__(self, room: int) -> None:
        self.count = 0  # of cells: the execution count
        self.outputs: list[Output] = []
        self._room = room
        self._cell_room = 0
        self._used = 0  # by this cell
        self._errors = 0
        self._cut = self._clear_first = False
        self._displays: dict[str, list[Output]] = {}

    def begin(self, cell_room: int, count: int | None = None) -> int:
        """A new cell; gives the bytes that its outputs may take."""
        self._room -= self._used
        self._cell_room = max(min(cell_room, self._room), 1)
        self._used = self._errors = 0
        self._cut = self._clear_first = False
        self.outputs = []
        self.count = self.count + 1 if count is None else count
        return self._cell_room

    def add(self, frame: dict[str, Any]) -> None:
        """What one frame shows; one that shows nothing that a notebook can hold is ignored."""
        match frame:
            case {"clear": True, "wait": wait}:
                self._clear_first = True
                if wait is not True:
                    self._clear()
            case {"output": dict(raw), "display_id": str(name), "update": True}:
                output = _checked(raw, self.count)
                if output is not None and output["output_type"] == "display_data":
                    self._update(name[:200], output)
            case {"output": dict(raw), **rest}:
                output = _checked(raw, self.count)
                if output is not None:
                    self._append(output, str(rest.get("display_id", ""))[:200])

    def _append(self, output: Output, display_id: str) -> None:
        self._clear()
        kind = output["output_type"]
        if kind == "error":
            self._errors += 1
            if self._errors <= ERRORS:
                self.outputs.append(output)
            return
        last = self.outputs[-1] if self.outputs else {}
        if kind == "stream" == last.get("output_type") and last["name"] == output["name"]:
            if self._fits(len(output["text"])):
                last["text"] += output["text"]
        elif self._fits(_size(output)):
            self.outputs.append(output)
            if display_id:
                self._displays.setdefault(display_id, []).append(output)

    def _update(self, display_id: str, output: Output) -> None:
        for shown in self._displays.get(display_id, []):
            if self._fits(_size(output) - _size(shown)):
                shown.update(data=output["data"], metadata=output["metadata"])

    def _clear(self) -> None:
        """Take the outputs back, if that was asked for."""
        if self._clear_first:
            self._clear_first = False
            self.outputs.clear()
            self._used = self._errors = 0
            self._cut = False

    def _fits(self, size: int) -> bool:
        """Keep account of an output; says once, in its place, that there is no room for it."""
        if self._cut:
            return False
        if self._used + size <= self._cell_room + SLACK:
            self._used += size
            return True
        self._cut = True
        text = f"\n[The output was cut here; this cell may show {self._cell_room:,} bytes.]\n"
        self.outputs.append({"output_type": "stream", "name": "stdout", "text": text})
        return False


def _size(output: Output) -> int:
    """Bytes, about, that an output takes."""
    return OVERHEAD + _weight(list(output.values()))


def _weight(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(key) + 50 + _weight(item) for key, item in value.items())
    if isinstance(value, list):
        return sum(50 + _weight(item) for item in value)
    return 8


def _checked(raw: dict[str, Any], count: int) -> Output | None:
    """An output of the kinds and types that nbformat knows, or nothing."""
    match raw:
        case {"output_type": "stream", "name": "stdout" | "stderr" as name, "text": str(text)}:
            return {"output_type": "stream", "name": name, "text": text}
        case {
            "output_type": "execute_result" | "display_data" as kind,
            "data": dict(data),
            "metadata": dict(metadata),
        } if _is_bundle(data) and _is_json(metadata):
            numbered = {"execution_count": count} if kind == "execute_result" else {}
            return {"output_type": kind, "data": data, "metadata": metadata, **numbered}
        case {
            "output_type": "error",
            "ename": str(name),
            "evalue": str(value),
            "traceback": list(lines),
        } if all(isinstance(line, str) for line in lines):
            if sum(map(len, lines)) > ERROR_CHARACTERS:
                lines = ["\n".join(lines)[:ERROR_CHARACTERS]]
            return {
                "output_type": "error",
                "ename": name[:200],
                "evalue": value[:ERROR_CHARACTERS],
                "traceback": lines[:1_000],
            }
    return None


def _is_bundle(data: dict[str, Any]) -> bool:
    """Whether a MIME bundle holds texts, and JSON where its type says so."""
    return bool(data) and all(
        isinstance(value, str) or (JSON_TYPE.match(kind) is not None and _is_json(value))
        for kind, value in data.items()
    )


def _is_json(value: Any) -> bool:
    if isinstance(value, float):
        return type(value) is float and math.isfinite(value)
    if isinstance(value, dict):
        return all(map(_is_json, value.values()))
    if isinstance(value, list):
        return all(map(_is_json, value))
    return value is None or type(value) in (bool, int, str)
