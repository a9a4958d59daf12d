"""Fills memory with an array."""

import numpy as np
from victim import won

from bgagent.engine.strategy import Strategy

LIMITS = {"memory_mb": 400, "wall_s": 10.0}


class S(Strategy):
    def init(self):
        kept = np.ones(60_000_000)
        won(kept.size)
