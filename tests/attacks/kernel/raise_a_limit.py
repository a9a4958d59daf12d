"""Raises a limit on itself."""

import resource

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))
        won(0)
