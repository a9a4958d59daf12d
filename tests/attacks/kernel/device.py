"""Makes a device file for the whole disk."""

import os

from victim import FOLDER

from bgagent.engine.strategy import Strategy

SIGN = "disk"
NEEDS_ROOT = True


class S(Strategy):
    def init(self):
        os.mknod(FOLDER + "/disk", 0o60600, os.makedev(8, 0))
