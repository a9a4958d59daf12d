"""Lists what is mounted by a call newer than most filters."""

import ctypes
import struct

from victim import libc, number, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        request = struct.pack("IIQQ", 24, 0, 0xFFFFFFFFFFFFFFFF, 0)
        found = (ctypes.c_uint64 * 16)()
        won(libc.syscall(number("listmount"), request, found, 16, 0))
