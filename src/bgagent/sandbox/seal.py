"""How a child gives up every right it does not need, after its imports and before it loads any strategy code."""

import os
import resource
import signal
import sys
from collections.abc import Callable, Collection

from bgagent.sandbox import kernel
from bgagent.sandbox.canaries import find_openings
from bgagent.sandbox.isolation import LAYERS, Isolation
from bgagent.sandbox.landlock import restrict_to_nothing
from bgagent.sandbox.limits import Limits
from bgagent.sandbox.seatbelt import apply_profile
from bgagent.sandbox.seccomp import install_filter

NOBODY = 65534
_MEGABYTE = 1 << 20
_OPEN_FILES = 64


def _set_rlimits(limits: Limits) -> None:
    """Soft and hard alike, so that nothing can be raised again."""
    bounds = {
        "RLIMIT_AS": limits.memory_mb * _MEGABYTE,
        "RLIMIT_CPU": limits.processor_s,
        "RLIMIT_FSIZE": limits.file_size_mb * _MEGABYTE,
        "RLIMIT_NOFILE": _OPEN_FILES,
        "RLIMIT_NPROC": 0,
        "RLIMIT_CORE": 0,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
    }
    for name, bound in bounds.items():
        number = getattr(resource, name, None)  # MSGQUEUE is Linux alone
        if number is not None and not (name == "RLIMIT_AS" and sys.platform == "darwin"):  # refused there
            _, hard = resource.getrlimit(number)
            lower = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
            resource.setrlimit(number, (lower, lower))


def _forbid_new_privileges(_: Limits) -> None:
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)


def _restrict_files(_: Limits) -> None:
    restrict_to_nothing()


def _become_nobody(_: Limits) -> None:
    """No capabilities for anyone; and root, who owns most files without them too, becomes `nobody`."""
    try:
        if os.geteuid() == 0:
            kernel.drop_bounding_set()
            kernel.prctl(kernel.PR_SET_SECUREBITS, kernel.SECUREBITS_LOCKED)
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
    finally:  # also where a container has no such user
        kernel.drop_capabilities()


def die_with_parent() -> None:
    """Has the kernel kill this process when the one that started it ends."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)


def _hide_memory(_: Limits) -> None:
    """No dump, no reading by others of the same user; and no life after the host's."""
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    die_with_parent()


def _filter_system_calls(_: Limits) -> None:
    install_filter()


def _apply_profile(_: Limits) -> None:
    apply_profile()


_STEPS: dict[str, Callable[[Limits], None]] = {
    "rlimits": _set_rlimits,
    "no_new_privs": _forbid_new_privileges,
    "landlock": _restrict_files,
    "unprivileged": _become_nobody,
    "undumpable": _hide_memory,
    "seccomp": _filter_system_calls,
    "seatbelt": _apply_profile,
}


# these hold the thread that asks for them and its children: one that exists already would stay free
_OF_ONE_THREAD = ("landlock", "seccomp")


def _threads() -> int:
    """How many threads run here; 0 where the system does not say."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return 0


def _why_not(name: str, layers: Collection[str], threads: int) -> str:
    if name not in layers:
        return "not asked for"
    if name in _OF_ONE_THREAD and threads != 1:
        return f"{threads or 'an unknown number of'} threads run already, and it would hold only one of them"
    return ""


def seal(limits: Limits, layers: Collection[str]) -> Isolation:
    """Applies `layers`, tries what should now fail, and says what holds. There is no way back.

    A layer that the kernel refuses is reported as missing with its reason, and the rest is applied all the same.
    """
    threads = _threads()
    active, missing = [], []
    for name in LAYERS:
        why_not = _why_not(name, layers, threads)
        if not why_not:
            try:
                _STEPS[name](limits)
            except (OSError, ValueError) as error:
                why_not = " ".join(str(error).split())
        if why_not:
            missing.append((name, why_not))
        else:
            active.append(name)
    return Isolation(tuple(active), tuple(missing), find_openings())
