"""Has numpy allocate by a cast of a view that seems small."""

import numpy as np
from victim import won

from bgagent.engine.strategy import Strategy

LIMITS = {"memory_mb": 400, "wall_s": 10.0}


class S(Strategy):
    def init(self):
        kept = np.broadcast_to(np.int8(1), 60_000_000).astype(np.float64)
        won(kept.size)
