"""Writes an attribute beside a file's content."""

import os

from victim import SECRET_FILE, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        os.setxattr(SECRET_FILE, "user.x", b"1")
        won(0)
