"""Writes over a file in numpy's C code."""

import numpy as np
from victim import SECRET_FILE

from bgagent.engine.strategy import Strategy

SIGN = "disk"


class S(Strategy):
    def init(self):
        np.zeros(3).tofile(SECRET_FILE)
