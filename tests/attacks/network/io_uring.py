"""Opens io_uring, whose calls no filter sees."""

import ctypes

from victim import libc, number, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(libc.syscall(number("io_uring_setup"), 8, ctypes.create_string_buffer(120)))
