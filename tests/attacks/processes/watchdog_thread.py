"""Starts the watchdog thread of faulthandler."""

import faulthandler

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        faulthandler.dump_traceback_later(100)
        faulthandler.cancel_dump_traceback_later()
        won()
