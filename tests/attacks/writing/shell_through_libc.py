"""Runs a shell line through libc."""

from victim import FOLDER, libc

from bgagent.engine.strategy import Strategy

SIGN = "disk"


class S(Strategy):
    def init(self):
        libc.system(f"echo x > {FOLDER}/shell".encode())
