"""Sets the machine's name."""

import ctypes

from victim import libc, won

from bgagent.engine.strategy import Strategy

NEEDS_ROOT = True


class S(Strategy):
    def init(self):
        b = ctypes.create_string_buffer(65)
        libc.gethostname(b, 65)
        won(libc.sethostname(b.value, len(b.value)))
