"""Runs a call hidden in a pickle."""

import os
import pickle

from victim import FOLDER

from bgagent.engine.strategy import Strategy

SIGN = "disk"


class S(Strategy):
    def init(self):
        class Hidden:
            def __reduce__(self):
                return os.mkdir, (FOLDER + "/pickled",)

        pickle.loads(pickle.dumps(Hidden()))
