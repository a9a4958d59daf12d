"""The few calls of libc that Python has no name for, with errors raised as OSError.

Constants: include/uapi/linux/prctl.h, capability.h and securebits.h of Linux 6.1; the same on every architecture.
"""

import ctypes
import os
from functools import cache

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_SECUREBITS = 28
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
SECCOMP_MODE_FILTER = 2

# root gains nothing by being root, and neither flag can be taken back; keep-caps stays off, locked
SECUREBITS_LOCKED = 0b11101111

_CAPABILITY_VERSION_3 = 0x20080522


@cache
def libc() -> ctypes.CDLL:
    """The C library this process already runs with."""
    return ctypes.CDLL(None, use_errno=True)


def checked(result: int, call: str) -> int:
    """`result`, or the OSError that the call left behind when it is negative."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")
    return result


def prctl(option: int, *values: int) -> int:
    """prctl(2); missing arguments are 0, pointers are passed as addresses."""
    arguments = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    return checked(libc().prctl(ctypes.c_int(option), *arguments), f"prctl({option})")


def system_call(number: int, *values: int) -> int:
    """syscall(2) for calls that libc has no wrapper for; pointers are passed as addresses."""
    return checked(libc().syscall(ctypes.c_long(number), *(ctypes.c_long(value) for value in values)), f"call {number}")


def drop_capabilities() -> None:
    """Empties the effective, permitted, inheritable and ambient sets of this thread."""
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    checked(libc().capset(header, nothing), "capset")


def drop_bounding_set() -> None:
    """Gives up every capability the kernel knows, for good; needs CAP_SETPCAP."""
    for capability in range(64):
        if libc().prctl(ctypes.c_int(PR_CAPBSET_DROP), ctypes.c_ulong(capability), 0, 0, 0) < 0:
            if capability == 0:
                checked(-1, "prctl(PR_CAPBSET_DROP)")
            return  # EINVAL: one past the last capability
