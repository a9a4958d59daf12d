"""Takes memory from libc, past Python and numpy."""

import ctypes

from victim import libc, won

from bgagent.engine.strategy import Strategy

LIMITS = {"memory_mb": 400, "wall_s": 10.0}


class S(Strategy):
    def init(self):
        libc.malloc.restype = ctypes.c_void_p
        kept = libc.malloc(ctypes.c_size_t(480 << 20))
        ctypes.memset(kept, 1, 480 << 20)
        won(kept)
