"""Patches numpy so that every sum is a fortune."""

import numpy as np
from victim import won

from bgagent.engine.strategy import Strategy

SIGN = "result"


class S(Strategy):
    def init(self):
        np.sum = np.mean = np.ndarray = lambda *_, **__: 1e12
        np.float64 = lambda _: 1e12
        won(np.sum([1]))
