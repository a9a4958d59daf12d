"""What an attack knows of its victims, and how it says that it got through: inside the child this is `victim`.

There also are, put in by the harness: FOLDER, SECRET_FILE, VICTIM (a process), TCP, UDP (ports), ABSTRACT (a socket's
name), LATER (see `is_later`).
"""

import ctypes
import platform

WON = "WON"
_KEY = 0x5EED5EED5EED5EED
_NUMBERS = {  # x86_64, aarch64
    "add_key": (248, 217),
    "bpf": (321, 280),
    "execveat": (322, 281),
    "fanotify_init": (300, 262),
    "fchmodat2": (452, 452),
    "fsopen": (430, 430),
    "getdents64": (217, 61),
    "inotify_init1": (294, 26),
    "io_setup": (206, 0),
    "io_uring_setup": (425, 425),
    "ioprio_set": (251, 30),
    "kcmp": (312, 272),
    "kill": (62, 129),
    "listmount": (458, 458),
    "memfd_secret": (447, 447),
    "mq_open": (240, 180),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "openat": (257, 56),
    "openat2": (437, 437),
    "perf_event_open": (298, 241),
    "pidfd_getfd": (438, 438),
    "seccomp": (317, 277),
    "setxattrat": (463, 463),
    "statx": (332, 291),
    "tgkill": (234, 131),
    "timer_create": (222, 107),
    "userfaultfd": (323, 282),
}

libc = ctypes.CDLL(None, use_errno=True)


def won(result: object = True) -> None:
    """Says whether a call succeeded: it did unless it gave False or a number below 0."""
    got = result if isinstance(result, bool) else not (isinstance(result, int | float) and result < 0)
    print(WON if got else f"refused {ctypes.get_errno()}")


def number(call: str) -> int:
    """Of a system call, on this machine."""
    return _NUMBERS[call][platform.machine() == "aarch64"]


def hidden(price: float) -> int:
    """A price so that it lies in no memory by being asked for."""
    return int(ctypes.c_uint64.from_buffer(ctypes.c_double(price)).value) ^ _KEY


def has_price(memory: object, later: int) -> bool:
    """Whether a hidden price is among the doubles of a piece of memory."""
    import numpy as np

    words = np.frombuffer(memory, np.uint64)
    return bool((words ^ np.uint64(_KEY) == np.uint64(later)).any())
