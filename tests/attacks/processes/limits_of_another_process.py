"""Takes another process its descriptors."""

import resource

from victim import VICTIM

from bgagent.engine.strategy import Strategy

SIGN = "victim"


class S(Strategy):
    def init(self):
        resource.prlimit(VICTIM, resource.RLIMIT_NOFILE, (3, 3))
