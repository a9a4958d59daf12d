"""Follows its arrays to what they are views of."""

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def on_bar(self):
        prices = self.close[-1:]
        while prices.base is not None:
            prices = prices.base
        won(bool((prices.reshape(-1, len(self._desk.feed.close))[3, self.index + 1 :] > 0).any()))
