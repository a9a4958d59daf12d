"""The filter's decisions, read by a small interpreter of its program, for machines this is not running on too."""

import errno
import re
import struct
from pathlib import Path

import pytest

from bgagent.sandbox import syscalls
from bgagent.sandbox.seccomp import build_filter

PID = 4242
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOW, EPERM, ENOSYS, KILL = 0x7FFF0000, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS, 0x80000000
FOREIGN = {"x86_64": 0x40000003, "aarch64": 0x40000028}  # AUDIT_ARCH_I386, AUDIT_ARCH_ARM


def decide(program, number, arguments=(), *, architecture):
    """What the kernel would answer, by the definition of classic BPF."""
    padded = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    data = struct.pack("<IIQ6Q", number, architecture, 0, *(value & 0xFFFFFFFFFFFFFFFF for value in padded))
    register, at = 0, 0
    while True:
        code, if_true, if_false, constant = program[at]
        at += 1
        if code == 0x06:
            return constant
        if code == 0x20:
            register = struct.unpack_from("<I", data, constant)[0]
            continue
        tests = {0x15: register == constant, 0x25: register > constant, 0x35: register >= constant}
        at += if_true if tests.get(code, bool(register & constant)) else if_false


@pytest.fixture(params=ARCHITECTURES)
def judge(request):
    program, column = build_filter(request.param, PID), list(ARCHITECTURES).index(request.param)

    def verdict(name, *arguments):
        table = {**syscalls.ALLOWED, **syscalls.CHECKED}
        return decide(program, table[name][column], arguments, architecture=ARCHITECTURES[request.param])

    return verdict


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_only_what_the_table_lists_is_allowed(machine):
    column = list(ARCHITECTURES).index(machine)
    listed = {numbers[column] for numbers in syscalls.ALLOWED.values()} - {None}
    checked = {numbers[column] for numbers in syscalls.CHECKED.values()}
    program = build_filter(machine, PID)
    for number in set(range(syscalls.NEWEST + 1)) - checked:
        expected = ALLOW if number in listed else EPERM
        assert decide(program, number, architecture=ARCHITECTURES[machine]) == expected, number


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_foreign_calls_kill_and_newer_ones_do_not_exist(machine):
    program, own = build_filter(machine, PID), ARCHITECTURES[machine]
    assert decide(program, 1, architecture=FOREIGN[machine]) == KILL
    assert decide(program, 0x40000001, architecture=own) == KILL
    assert decide(program, 0xFFFFFFFF, architecture=own) == KILL
    assert decide(program, syscalls.NEWEST + 1, architecture=own) == ENOSYS


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("mmap", (0, 4096, 3, 0x22), ALLOW),
        ("mmap", (0, 4096, 7, 0x22), EPERM),
        ("mmap", (0, 4096, 4, 0x22), EPERM),
        ("mprotect", (4096, 4096, 1), ALLOW),
        ("mprotect", (4096, 4096, 5), EPERM),
        ("kill", (PID, 9), ALLOW),
        ("kill", (PID + 1, 9), EPERM),
        ("kill", (0, 9), EPERM),
        ("kill", (-1, 9), EPERM),
        ("kill", (-PID, 9), EPERM),
        ("tgkill", (PID, PID, 6), ALLOW),
        ("tgkill", (1, PID, 6), EPERM),
        ("fcntl", (1, 1), ALLOW),  # F_GETFD
        ("fcntl", (1, 4, 0x2000), EPERM),  # F_SETFL, O_ASYNC
        ("fcntl", (1, 8, 1), EPERM),  # F_SETOWN
        ("fcntl", (1, 10, 9), EPERM),  # F_SETSIG
        ("fcntl", (1, 1031, 1 << 20), EPERM),  # F_SETPIPE_SZ
        ("ioctl", (1, 0x5401), ALLOW),  # TCGETS
        ("ioctl", (1, 0x5412), EPERM),  # TIOCSTI
        ("prctl", (3,), ALLOW),  # PR_GET_DUMPABLE
        ("prctl", (4, 1), EPERM),  # PR_SET_DUMPABLE
        ("prctl", (22, 2), EPERM),  # PR_SET_SECCOMP
        ("prlimit64", (0, 7, 0, 1), ALLOW),
        ("prlimit64", (PID, 7, 0, 1), ALLOW),
        ("prlimit64", (1, 7, 0, 1), EPERM),
        ("prlimit64", (0, 7, 1, 0), EPERM),
        ("prlimit64", (0, 7, 1 << 32, 0), EPERM),
    ],
)
def test_arguments_decide(judge, name, arguments, expected):
    assert judge(name, *arguments) == expected


def test_a_machine_without_a_table_is_refused():
    with pytest.raises(OSError, match="no table of system calls for riscv64"):
        build_filter("riscv64", PID)


@pytest.mark.parametrize(
    ("header", "column"),
    [("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", 0), ("/usr/include/asm-generic/unistd.h", 1)],
)
def test_the_numbers_are_those_of_the_kernel_headers(header, column):
    if not Path(header).exists():
        pytest.skip(f"{header} is not installed (package linux-libc-dev)")
    defined = re.findall(r"#define __NR(?:3264)?_(\w+) (\d+)", Path(header).read_text())
    numbers: dict[str, int] = {}
    for name, number in defined:
        numbers.setdefault(name, int(number))
    for name, row in {**syscalls.ALLOWED, **syscalls.CHECKED}.items():
        assert numbers.get(name) == row[column], name
