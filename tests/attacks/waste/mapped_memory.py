"""Fills memory with pages of its own."""

import mmap

from victim import won

from bgagent.engine.strategy import Strategy

LIMITS = {"memory_mb": 400, "wall_s": 10.0}


class S(Strategy):
    def init(self):
        kept = [mmap.mmap(-1, 1 << 26) for _ in range(8)]
        for pages in kept:
            pages.write(b"x" * (1 << 26))
        won(len(kept))
