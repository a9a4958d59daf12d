"""How much memory another process of ours holds, on Linux and on macOS."""

import ctypes
import resource
import struct
import sys

from bgagent.sandbox import kernel

_MEGABYTE = 1 << 20
# macOS, sys/resource.h: struct rusage_info_v0 is a uuid of 16 bytes and ten u64; ri_resident_size is the seventh
_RUSAGE_INFO_V0 = 0
_USAGE = struct.Struct("16x10Q")
_RESIDENT = 6


def resident_mb(pid: int) -> float:
    """What lies in memory of a process; 0.0 where the system does not say, or when it has just gone."""
    if sys.platform == "darwin":
        return _macos_resident(pid) / _MEGABYTE
    try:
        with open(f"/proc/{pid}/statm", "rb") as statm:
            return int(statm.read().split()[1]) * resource.getpagesize() / _MEGABYTE
    except (OSError, IndexError):
        return 0.0


def _macos_resident(pid: int) -> int:
    usage = ctypes.create_string_buffer(_USAGE.size)
    if kernel.libc().proc_pid_rusage(pid, _RUSAGE_INFO_V0, usage) != 0:
        return 0
    return int(_USAGE.unpack(usage.raw)[_RESIDENT])
