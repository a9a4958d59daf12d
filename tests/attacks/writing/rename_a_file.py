"""Renames a file of the user's."""

import os

from victim import FOLDER, SECRET_FILE

from bgagent.engine.strategy import Strategy

SIGN = "disk"


class S(Strategy):
    def init(self):
        os.rename(SECRET_FILE, FOLDER + "/other")
