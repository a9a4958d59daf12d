"""Fills memory with lists."""

from victim import won

from bgagent.engine.strategy import Strategy

LIMITS = {"memory_mb": 400, "wall_s": 10.0}


class S(Strategy):
    def init(self):
        kept = [[n] for n in range(4_500_000)]
        won(len(kept))
