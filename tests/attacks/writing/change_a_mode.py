"""Makes a file writable for everyone."""

import os

from victim import SECRET_FILE

from bgagent.engine.strategy import Strategy

SIGN = "disk"


class S(Strategy):
    def init(self):
        os.chmod(SECRET_FILE, 0o777)
