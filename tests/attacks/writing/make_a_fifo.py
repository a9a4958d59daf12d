"""Makes a named pipe that whoever opens it waits for."""

import os

from victim import FOLDER

from bgagent.engine.strategy import Strategy

SIGN = "disk"


class S(Strategy):
    def init(self):
        os.mkfifo(FOLDER + "/fifo")
