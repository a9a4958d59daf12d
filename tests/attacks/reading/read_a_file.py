"""Prints a file of the user's."""

from victim import SECRET_FILE

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        print(open(SECRET_FILE).read())
