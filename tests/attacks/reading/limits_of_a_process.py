"""Reads the limits of another process."""

import resource

from victim import VICTIM, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(resource.prlimit(VICTIM, resource.RLIMIT_NOFILE)[0])
