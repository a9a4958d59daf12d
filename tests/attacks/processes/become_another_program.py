"""Replaces itself by a shell."""

import os

from victim import FOLDER

from bgagent.engine.strategy import Strategy

SIGN = "disk"


class S(Strategy):
    def init(self):
        os.execv("/bin/sh", ["sh", "-c", f"echo x > {FOLDER}/shell"])
