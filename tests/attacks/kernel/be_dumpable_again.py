"""Makes its memory readable to others of the same user again."""

from victim import libc, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(libc.prctl(4, 1, 0, 0, 0))
