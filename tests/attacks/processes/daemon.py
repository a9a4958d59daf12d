"""Leaves a daemon in a session of its own, to live on after the run."""

import os

from victim import FOLDER

from bgagent.engine.strategy import Strategy

SIGN = "disk"


class S(Strategy):
    def init(self):
        if os.fork() == 0:
            os.setsid()
            open(FOLDER + "/daemon", "w").close()
            os._exit(0)
        os.wait()
