"""Starts a thread."""

import threading

from victim import WON

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        t = threading.Thread(target=print, args=(WON,))
        t.start()
        t.join()
