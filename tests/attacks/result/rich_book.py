"""Writes itself a fortune into its books."""

from victim import won

from bgagent.engine.strategy import Strategy

SIGN = "result"


class S(Strategy):
    def on_bar(self):
        self._desk.book.__dict__.update(cash=1e12) if hasattr(self._desk.book, "__dict__") else None
        type(self).equity = 1e12
        type(self).cash = 1e12
        won(self.equity - 1e11)
