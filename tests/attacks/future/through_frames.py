"""Climbs the frames of the loop that calls it to the bars."""

import sys

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def on_bar(self):
        frame = sys._getframe()
        while "feed" not in frame.f_locals:
            frame = frame.f_back
        prices = frame.f_locals["feed"].close
        won(bool(prices[self.index + 1] == prices[self.index + 1]))
