"""Reads a file in numpy's C code, past Python's open."""

import numpy as np
from victim import SECRET_FILE

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        print(bytes(np.fromfile(SECRET_FILE, dtype=np.uint8)))
