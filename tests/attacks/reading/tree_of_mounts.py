"""Opens a path by the calls that mount file systems."""

from victim import SECRET_FILE, libc, number, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(libc.syscall(number("open_tree"), -100, SECRET_FILE.encode(), 0))
