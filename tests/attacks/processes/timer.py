"""Makes a timer that starts threads or sends signals."""

import ctypes

from victim import libc, number, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        made = ctypes.c_int()
        won(libc.syscall(number("timer_create"), 1, None, ctypes.byref(made)))
