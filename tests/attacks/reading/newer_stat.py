"""Asks for a file's size by statx."""

import ctypes

from victim import SECRET_FILE, libc, number, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(libc.syscall(number("statx"), -100, SECRET_FILE.encode(), 0, 0x7FF, ctypes.create_string_buffer(256)))
