"""What a sealed child tries on itself before it looks at any strategy code: each attempt has to fail.

Every function returns True when the attempt succeeded, and leaves nothing behind then either.
"""

import _thread
import ctypes
import os
import sys
from collections.abc import Callable

from bgagent.sandbox import kernel

_AF_UNIX, _AF_INET, _SOCK_STREAM = 1, 2, 1
_PROT_ALL, _MAP_PRIVATE_ANONYMOUS, _PAGE = 7, 0x22, 4096


def _opens(path: str) -> bool:
    os.close(os.open(path, os.O_RDONLY))
    return True


def _reads_files() -> bool:
    return _opens("/etc/passwd")


def _reads_the_environment_of_its_parent() -> bool:
    return _opens(f"/proc/{os.getppid()}/environ")


def _writes_files() -> bool:
    for folder in ("/tmp", "/dev/shm"):  # noqa: S108 - the attempt is what is asked here
        path = f"{folder}/bgagent-canary-{os.getpid()}"
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except OSError:
            continue
        os.unlink(path)
        return True
    return False


def _opens_socket(family: int) -> bool:
    descriptor = kernel.checked(kernel.libc().socket(family, _SOCK_STREAM, 0), "socket")
    os.close(descriptor)
    return True


def _opens_network_sockets() -> bool:
    return _opens_socket(_AF_INET)


def _opens_unix_sockets() -> bool:
    return _opens_socket(_AF_UNIX)


def _signals_its_parent() -> bool:
    os.kill(os.getppid(), 0)
    return True


def _starts_processes() -> bool:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return True


def _starts_threads() -> bool:
    _thread.start_new_thread(lambda: None, ())
    return True


def _maps_executable_memory() -> bool:
    libc = kernel.libc()
    libc.mmap.restype = ctypes.c_void_p
    size, nowhere = ctypes.c_size_t(_PAGE), ctypes.c_void_p(None)
    address = libc.mmap(nowhere, size, _PROT_ALL, _MAP_PRIVATE_ANONYMOUS, -1, ctypes.c_long(0))
    if address is None or address == ctypes.c_void_p(-1).value:
        return False
    libc.munmap(ctypes.c_void_p(address), size)
    return True


ATTEMPTS: dict[str, Callable[[], bool]] = {
    "read files": _reads_files,
    "read its parent's environment": _reads_the_environment_of_its_parent,
    "write files": _writes_files,
    "open network sockets": _opens_network_sockets,
    "open unix sockets": _opens_unix_sockets,
    "signal its parent": _signals_its_parent,
    "start processes": _starts_processes,
    "start threads": _starts_threads,
    "map executable memory": _maps_executable_memory,
}


# a Seatbelt profile has no word for these: they reach nothing outside the process
_NOT_REFUSED_BY_MACOS = ("start threads", "map executable memory")


def find_openings() -> tuple[str, ...]:
    """What this process can still do of all that a strategy must not be able to do."""
    openings = []
    for name, attempt in ATTEMPTS.items():
        if sys.platform == "darwin" and name in _NOT_REFUSED_BY_MACOS:
            continue
        try:
            succeeded = attempt()
        except (OSError, RuntimeError):  # refused; a thread that cannot start is a RuntimeError
            succeeded = False
        if succeeded:
            openings.append(name)
    return tuple(openings)
