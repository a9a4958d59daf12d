"""Becomes root in a namespace of its own by clone."""

import os

from victim import libc, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        made = libc.syscall(56 if os.uname().machine == "x86_64" else 220, 0x10000000 | 17, 0, 0, 0, 0)
        if made == 0:
            os._exit(0)
        won(made)
