"""What of a traceback is the learner's own: their lines, not nnlib's, NumPy's or Python's."""

from __future__ import annotations

import linecache
import os


def own_traceback(error: BaseException) -> str:
    """The traceback as the learner needs it: their own lines, and what went wrong."""
    frames = _frames(error)
    if len(frames) > 8:
        frames = [*frames[:4], ("...", 0, f"{len(frames) - 8} more calls"), *frames[-4:]]
    lines = [
        f"  line {number}, in {name}:  {line}" if number else f"  {name} {line}"
        for name, number, line in frames
    ]
    try:
        text = str(error)
    except Exception:
        text = ""
    return "\n".join([*lines, f"{type(error).__name__}: {text[:500]}".rstrip(": ")])


def unwritten(error: BaseException) -> str:
    """The name of the learner's function that is not written yet."""
    frames = _frames(error)
    return frames[-1][0] if frames else ""


def _frames(error: BaseException) -> list[tuple[str, int, str]]:
    """The learner's own frames: function, line number, and the line itself."""
    found: list[tuple[str, int, str]] = []
    trace = error.__traceback__
    while trace is not None and len(found) < 2_000:
        code = trace.tb_frame.f_code
        if _is_learners(code.co_filename):
            line = linecache.getline(code.co_filename, trace.tb_lineno).strip()
            found.append((code.co_name, trace.tb_lineno, line))
        trace = trace.tb_next
    return found


def _is_learners(filename: str) -> bool:
    """Whether a frame belongs to the learner: not to nnlib, NumPy or Python itself."""
    library = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    installed = ("site-packages", os.path.dirname(os.path.abspath(os.__file__)))
    return not filename.startswith((library, "<frozen")) and not any(
        part in filename for part in installed
    )
