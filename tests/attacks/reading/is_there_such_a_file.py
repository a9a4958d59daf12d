"""Asks whether a file is there, which is already an answer."""

from victim import SECRET_FILE, libc, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(libc.access(SECRET_FILE.encode(), 0))
