"""System calls that no notebook needs, refused.

They are those whose memory escapes every limit (files in memory, System V shared memory) and those
through which kernels were most often broken from inside a container.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from .cage import call

# Their numbers on each of the two machines below, from Linux's tables.
REFUSED = {
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "io_uring_setup": (425, 425),
    "userfaultfd": (323, 282),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "ptrace": (101, 117),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
}
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
LOAD, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
NUMBER, MACHINE = 0, 4  # offsets of what a filter is shown of a call
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
SET_SECCOMP, FILTER = 22, 2


def refuse_calls() -> None:
    """Refuse them, to this process and all it starts; on other machines than these, nothing."""
    column, machine = MACHINES.get(os.uname().machine, (0, 0))
    if not machine or ctypes.sizeof(ctypes.c_void_p) != 8:
        return
    numbers = [row[column] for row in REFUSED.values()]
    steps = [
        (LOAD, 0, 0, MACHINE),
        (JUMP_IF_EQUAL, 1, 0, machine),
        (RETURN, 0, 0, REFUSE),  # a second set of numbers, such as that of 32-bit programs
        (LOAD, 0, 0, NUMBER),
        (JUMP_IF_AT_LEAST, len(numbers) + 1, 0, 0x40000000),  # and that of x32
    ]
    for left, number in zip(range(len(numbers), 0, -1), numbers, strict=True):
        steps.append((JUMP_IF_EQUAL, left, 0, number))
    steps += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, REFUSE)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    header = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(program))
    call("prctl", SET_SECCOMP, FILTER, ctypes.create_string_buffer(header), 0, 0)
