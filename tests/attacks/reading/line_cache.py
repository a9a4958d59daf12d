"""Reads a file as if it were source."""

import linecache

from victim import SECRET_FILE

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        print(linecache.getlines(SECRET_FILE))
