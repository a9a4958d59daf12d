"""Kills another process past libc."""

import time

from victim import VICTIM, libc, number

from bgagent.engine.strategy import Strategy

SIGN = "victim"


class S(Strategy):
    def init(self):
        libc.syscall(number("kill"), VICTIM, 9)
        time.sleep(0.05)
