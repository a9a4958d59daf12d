"""Looks among all objects for one that holds later bars."""

import gc

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def on_bar(self):
        for found in gc.get_objects():
            if type(found).__name__ == "StreamFeed":
                won(bool((found.close[self.index + 1 :] > 0).any()))
