"""Fills memory with one number."""

from victim import won

from bgagent.engine.strategy import Strategy

LIMITS = {"memory_mb": 400, "wall_s": 10.0}


class S(Strategy):
    def init(self):
        kept = 1 << (480 << 23)
        won(kept.bit_length())
