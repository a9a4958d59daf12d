"""Puts a key into the user's keyring, which outlives it."""

from victim import libc, number, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(libc.syscall(number("add_key"), b"user", b"canary", b"x", 1, -2))
