"""Reads past the end of its columns."""

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def on_bar(self):
        prices = self._desk.feed.close
        won(bool(prices[self.index + 1] == prices[self.index + 1]))
