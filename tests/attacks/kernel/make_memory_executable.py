"""Makes memory that it has written executable."""

import ctypes
import mmap

from victim import libc, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        m = mmap.mmap(-1, 4096)
        at = ctypes.addressof(ctypes.c_char.from_buffer(m))
        won(libc.mprotect(ctypes.c_void_p(at), 4096, 7))
