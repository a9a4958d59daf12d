"""Raises the closes it was given."""

from victim import won

from bgagent.engine.strategy import Strategy

SIGN = "result"


class S(Strategy):
    def on_bar(self):
        self._desk.feed._prices[:, : self.index + 1] *= 10
        won(self.close[-1] - 500)
