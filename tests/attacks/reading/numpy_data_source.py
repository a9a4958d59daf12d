"""Fetches a file through numpy's DataSource, which takes addresses too."""

import bz2  # noqa: F401
import gzip  # noqa: F401
import lzma  # noqa: F401

import numpy as np
from victim import SECRET_FILE

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        print(np.lib.npyio.DataSource(None).open(SECRET_FILE).read())
