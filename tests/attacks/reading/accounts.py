"""Lists the accounts of the machine."""

import pwd

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(len(pwd.getpwall()) - 1)
