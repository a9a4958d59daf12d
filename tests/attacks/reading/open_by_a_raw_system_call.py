"""Opens a file past libc, by the number of openat."""

from victim import SECRET_FILE, libc, number, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(libc.syscall(number("openat"), -100, SECRET_FILE.encode(), 0, 0))
