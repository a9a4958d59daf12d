"""The wall on macOS: a Seatbelt profile that refuses everything to a process which has all it needs.

Written after Apple's sandbox.h, sandbox-exec(1) and the profiles in /System/Library/Sandbox/Profiles; not tried on a
Mac by this project's tests. It fails closed: without the profile, code nobody has read is refused.
"""

import ctypes

from bgagent.sandbox import kernel

# what `deny default` says already is said again where a later version of it might allow more
PROFILE = """(version 1)
(deny default)
(deny file-read*)
(deny file-write*)
(deny network*)
(deny process-exec*)
(deny process-fork)
(deny mach-lookup)
(deny ipc-posix*)
(deny ipc-sysv*)
(deny iokit-open)
(deny sysctl-write)
(deny signal)
(allow signal (target self))
"""
_PROFILE_TEXT = 0  # flags of sandbox_init: the text itself, not the name of a profile


def apply_profile() -> None:
    """Refuses this process all that Seatbelt can refuse, for good. Raises OSError with what sandbox_init says."""
    libc = kernel.libc()
    said = ctypes.c_char_p()
    try:
        result = libc.sandbox_init(PROFILE.encode(), ctypes.c_uint64(_PROFILE_TEXT), ctypes.byref(said))
    except AttributeError as error:
        raise OSError("this system has no sandbox_init") from error
    if result != 0:
        raise OSError((said.value or b"sandbox_init failed").decode(errors="replace"))
