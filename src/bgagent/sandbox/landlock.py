"""Landlock with no rules: every right over files, ports and other processes that this kernel can refuse is refused.

Source: include/uapi/linux/landlock.h; rights by ABI version from Documentation/userspace-api/landlock.rst.
"""

import ctypes
import struct

from bgagent.sandbox import kernel

# the same numbers on every architecture
_CREATE_RULESET = 444
_RESTRICT_SELF = 446
_VERSION_FLAG = 1

# ABI version -> number of file rights, of network rights and of scopes it knows
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_NETWORK_RIGHTS_SINCE = 4  # bind and connect over TCP
_SCOPES_SINCE = 6  # abstract unix sockets, signals


def landlock_version() -> int:
    """ABI version of the running kernel. Raises OSError where it has no Landlock or it is switched off."""
    return kernel.system_call(_CREATE_RULESET, 0, 0, _VERSION_FLAG)


def restrict_to_nothing() -> None:
    """Refuses this thread and its children all that Landlock can refuse; needs no_new_privs. Raises OSError."""
    version = landlock_version()
    files = (1 << _FILE_RIGHTS.get(version, 16)) - 1
    ports = 0b11 if version >= _NETWORK_RIGHTS_SINCE else 0
    scopes = 0b11 if version >= _SCOPES_SINCE else 0
    fields = [files] + [ports] * (version >= _NETWORK_RIGHTS_SINCE) + [scopes] * (version >= _SCOPES_SINCE)
    attributes = struct.pack(f"={len(fields)}Q", *fields)
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    ruleset = kernel.system_call(_CREATE_RULESET, ctypes.addressof(buffer), len(attributes), 0)
    kernel.system_call(_RESTRICT_SELF, ruleset, 0)
