"""Makes a BPF map, the door to a large part of the kernel."""

import struct

from victim import libc, number, won

from bgagent.engine.strategy import Strategy

NEEDS_ROOT = True


class S(Strategy):
    def init(self):
        won(libc.syscall(number("bpf"), 0, struct.pack("5I", 2, 4, 4, 1, 0), 20))
