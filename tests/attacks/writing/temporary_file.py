"""Leaves a temporary file."""

import os
import tempfile

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        handle, path = tempfile.mkstemp()
        os.close(handle)
        os.unlink(path)
        won()
