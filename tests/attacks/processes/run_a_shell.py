"""Runs a shell line."""

import os

from victim import FOLDER

from bgagent.engine.strategy import Strategy

SIGN = "disk"


class S(Strategy):
    def init(self):
        os.system(f"echo x > {FOLDER}/shell")
