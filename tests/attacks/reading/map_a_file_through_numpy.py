"""Maps a file of the user's through numpy.memmap."""

import numpy as np
from victim import SECRET_FILE

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        print(bytes(np.memmap(SECRET_FILE, mode="r")))
