"""Appends to a file of the user's."""

from victim import SECRET_FILE

from bgagent.engine.strategy import Strategy

SIGN = "disk"


class S(Strategy):
    def init(self):
        open(SECRET_FILE, "a").write("more")
