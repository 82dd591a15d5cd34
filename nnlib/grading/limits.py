"""How much one submission may use."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields


@dataclass(frozen=True)
class Limits:
    """Limits of one submission; all are in force at every strength of isolation.

    Attributes
    ----------
    cell_seconds, seconds : float
        Wall time of one cell or one exercise's probes, and of a try at the whole notebook.
    cell_cpu, cpu : int
        Seconds of CPU for the same, all its processes together.
    memory : int
        Bytes: the address space of each process beyond what it starts with, and what all of them
        really use.
    processes : int
        Processes and threads.
    file_bytes, folder_bytes : int
        One file; everything in the private temporary folder.
    cell_output, output : int
        Bytes of output of one cell and of all cells; the rest is cut, with a note.
    answer_bytes : int
        What an exercise's function may return, all probes together.
    grace : float
        Seconds between the interrupt of a cell that takes too long and the end of its process:
        showing a traceback through a large library takes some of them.

    Examples
    --------
    >>> Limits(cell_seconds=10).memory // 2**20
    2048
    >>> Limits(memory=0)
    Traceback (most recent call last):
        ...
    ValueError: the limit memory must be above 0, not 0
    """

    cell_seconds: float = 60
    seconds: float = 600
    cell_cpu: int = 60
    cpu: int = 600
    memory: int = 2 * 2**30
    processes: int = 64
    file_bytes: int = 128 * 2**20
    folder_bytes: int = 512 * 2**20
    cell_output: int = 2_000_000
    output: int = 20_000_000
    answer_bytes: int = 64 * 2**20
    grace: float = 5

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, (int, float)):
                raise TypeError(f"the limit {field.name} must be a number, not {value!r}")
            if not value > 0:
                raise ValueError(f"the limit {field.name} must be above 0, not {value!r}")

    def inside(self) -> dict[str, int]:
        """Those that are enforced beside the submission, for its keeper."""
        names = ("cell_cpu", "cpu", "memory", "processes", "file_bytes", "folder_bytes")
        return {name: int(value) for name, value in asdict(self).items() if name in names}
