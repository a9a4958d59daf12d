"""Lists a folder of the user's."""

import os

from victim import FOLDER, WON

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        print(WON if "secret.txt" in os.listdir(FOLDER) else "")
