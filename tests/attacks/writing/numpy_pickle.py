"""Runs a call hidden in an array of objects."""

import io
import os

import numpy as np
from victim import FOLDER

from bgagent.engine.strategy import Strategy

SIGN = "disk"


class S(Strategy):
    def init(self):
        class Hidden:
            def __reduce__(self):
                return os.mkdir, (FOLDER + "/pickled",)

        stream = io.BytesIO()
        np.save(stream, np.array([Hidden()], dtype=object), allow_pickle=True)
        stream.seek(0)
        np.load(stream, allow_pickle=True)
