"""Links a file a second time, to keep it when it is removed."""

import os

from victim import FOLDER, SECRET_FILE

from bgagent.engine.strategy import Strategy

SIGN = "disk"


class S(Strategy):
    def init(self):
        os.link(SECRET_FILE, FOLDER + "/twin")
