"""Takes memory that not even the kernel reads."""

from victim import libc, number, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(libc.syscall(number("memfd_secret"), 0))
