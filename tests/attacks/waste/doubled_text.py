"""Fills memory with a text that doubles."""

from victim import won

from bgagent.engine.strategy import Strategy

LIMITS = {"memory_mb": 400, "wall_s": 10.0}


class S(Strategy):
    def init(self):
        kept = "x"
        for _ in range(29):
            kept += kept
        won(len(kept))
