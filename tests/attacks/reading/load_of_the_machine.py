"""Asks how busy the machine is, from a file."""

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(len(open("/proc/loadavg").read()))
