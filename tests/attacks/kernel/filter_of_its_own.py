"""Adds a filter of system calls, to confuse what is called later."""

import ctypes

from victim import libc, number, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(libc.syscall(number("seccomp"), 2, 0, ctypes.byref(ctypes.c_uint(0x7FFF0000))))
