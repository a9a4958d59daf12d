"""Makes a file private by a call newer than most filters."""

from victim import SECRET_FILE, libc, number

from bgagent.engine.strategy import Strategy

SIGN = "disk"


class S(Strategy):
    def init(self):
        libc.syscall(number("fchmodat2"), -100, SECRET_FILE.encode(), 0o600, 0)
