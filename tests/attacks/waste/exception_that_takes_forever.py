"""Raises an error whose text takes for ever."""

import time

from bgagent.engine.strategy import Strategy

LIMITS = {"wall_s": 0.6}


class S(Strategy):
    def init(self):
        class Slow(Exception):
            def __str__(self):
                until = time.monotonic() + 1.2
                while time.monotonic() < until:
                    pass
                return "WON"

        raise Slow
