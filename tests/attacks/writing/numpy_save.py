"""Writes an array into a folder of the user's."""

import numpy as np
from victim import FOLDER

from bgagent.engine.strategy import Strategy

SIGN = "disk"


class S(Strategy):
    def init(self):
        np.save(FOLDER + "/plan.npy", np.zeros(3))
