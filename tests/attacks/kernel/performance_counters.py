"""Measures others through the performance counters."""

import struct

from victim import libc, number, won

from bgagent.engine.strategy import Strategy

NEEDS_ROOT = True


class S(Strategy):
    def init(self):
        won(libc.syscall(number("perf_event_open"), struct.pack("IIQ", 1, 112, 0) + bytes(96), 0, -1, -1, 0))
