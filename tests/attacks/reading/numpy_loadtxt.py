"""Reads a file as a table of text."""

import numpy as np
from victim import SECRET_FILE

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        print(np.loadtxt(SECRET_FILE, dtype=str))
