"""Leaves a message queue for another run."""

from victim import libc, number, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(libc.syscall(number("mq_open"), b"canary", 0o102, 0o600, None))
        libc.mq_unlink(b"/canary")
