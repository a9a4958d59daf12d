"""Prints a file of the user's without `open`."""

import os

from victim import SECRET_FILE

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        print(os.read(os.open(SECRET_FILE, os.O_RDONLY), 99))
