"""Reads the memory of another process."""

import ctypes
import struct

from victim import VICTIM, libc, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        here = ctypes.create_string_buffer(8)
        local = struct.pack("QQ", ctypes.addressof(here), 8)
        start = int(open(f"/proc/{VICTIM}/maps").read().partition("-")[0], 16)
        remote = struct.pack("QQ", start, 8)
        won(libc.process_vm_readv(VICTIM, local, 1, remote, 1, 0))
