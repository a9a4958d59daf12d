"""The wall: a kernel filter that lets a sealed strategy compute, and answer through descriptors it already has.

A list of what is allowed. No call that takes a path, no socket, no new process or thread, no executable memory,
signals to itself only. Anything else answers EPERM; numbers newer than the tables ENOSYS; a call of a foreign
architecture kills the process.

Sources: include/uapi/linux/seccomp.h, bpf_common.h, audit.h, prctl.h, asm-generic/fcntl.h and ioctls.h of Linux 6.1.
"""

import ctypes
import errno
import os
import platform
import struct

from bgagent.sandbox import kernel, syscalls

# machine -> (AUDIT_ARCH_*, column of the tables in syscalls.py)
_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
_X32_BIT = 0x40000000  # __X32_SYSCALL_BIT: 32-bit pointers on x86_64, with numbers of its own

# one instruction of classic BPF: what it does, where to go on if true and if false, its constant
_LOAD, _EQUAL, _GREATER, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x25, 0x35, 0x45, 0x06
_KILL, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000

# struct seccomp_data: int nr; u32 arch; u64 instruction_pointer; u64 args[6]
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16

_PROT_EXEC = 4
_FCNTL_COMMANDS = (0, 1, 2, 3, 1030)  # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC
_IOCTL_REQUESTS = (0x5401, 0x541B, 0x5450, 0x5451)  # TCGETS, FIONREAD, FIONCLEX, FIOCLEX
_PRCTL_OPTIONS = (2, 3, 16, 23, 39)  # PR_GET_PDEATHSIG, _DUMPABLE, _NAME, PR_CAPBSET_READ, PR_GET_NO_NEW_PRIVS

Instruction = tuple[int, int, int, int]

_DENY: Instruction = (_RETURN, 0, 0, _ERRNO | errno.EPERM)
_PERMIT: Instruction = (_RETURN, 0, 0, _ALLOW)


def _load_argument(index: int, *, high: bool = False) -> Instruction:
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * index + (4 if high else 0))


def _permit_if(value: int) -> list[Instruction]:
    return [(_EQUAL, 0, 1, value), _PERMIT]


def _argument_in(index: int, values: tuple[int, ...]) -> list[Instruction]:
    """Permits the call when the lower half of an argument is one of `values`: the kernel reads no more of an int."""
    tests = [instruction for value in values for instruction in _permit_if(value)]
    return [_load_argument(index), *tests, _DENY]


def _argument_without(index: int, bits: int) -> list[Instruction]:
    return [_load_argument(index), (_ANY_BIT, 0, 1, bits), _DENY, _PERMIT]


def _reads_own_limits(pid: int) -> list[Instruction]:
    """prlimit64(pid, resource, new, old) on itself with `new` a null pointer."""
    return [
        _load_argument(0),
        (_EQUAL, 2, 0, 0),
        (_EQUAL, 1, 0, pid),
        _DENY,
        _load_argument(2),
        (_EQUAL, 1, 0, 0),
        _DENY,
        _load_argument(2, high=True),
        (_EQUAL, 1, 0, 0),
        _DENY,
        _PERMIT,
    ]


def _checks(pid: int) -> dict[str, list[Instruction]]:
    return {
        "mmap": _argument_without(2, _PROT_EXEC),
        "mprotect": _argument_without(2, _PROT_EXEC),
        "fcntl": _argument_in(1, _FCNTL_COMMANDS),
        "ioctl": _argument_in(1, _IOCTL_REQUESTS),
        "prctl": _argument_in(0, _PRCTL_OPTIONS),
        "prlimit64": _reads_own_limits(pid),
        "kill": _argument_in(0, (pid,)),
        "tgkill": _argument_in(0, (pid,)),
        # of itself only: an answer about another process tells that it is there
        "sched_getaffinity": _argument_in(0, (0, pid)),
        "sched_getparam": _argument_in(0, (0, pid)),
        "sched_getscheduler": _argument_in(0, (0, pid)),
    }


def build_filter(machine: str, pid: int) -> list[Instruction]:
    """The program for a process `pid` on `machine`. Raises OSError where there is no table for the machine."""
    if machine not in _ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"no table of system calls for {machine}")
    architecture, column = _ARCHITECTURES[machine]
    program: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32_BIT),
        (_RETURN, 0, 0, _KILL),
        (_GREATER, 0, 1, syscalls.NEWEST),
        (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
    ]
    for numbers in syscalls.ALLOWED.values():
        number = numbers[column]
        if number is not None:
            program += _permit_if(number)
    for name, check in _checks(pid).items():
        program += [(_EQUAL, 0, len(check), syscalls.CHECKED[name][column]), *check]
    return [*program, _DENY]


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def install_filter() -> None:
    """Puts this process behind the filter, for good; needs no_new_privs. Raises OSError with the reason."""
    program = build_filter(platform.machine(), os.getpid())
    packed = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    block = _Program(len(program), packed)
    kernel.prctl(kernel.PR_SET_SECCOMP, kernel.SECCOMP_MODE_FILTER, ctypes.addressof(block))
