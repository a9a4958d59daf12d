"""Reads where everything lies in its own memory, the first step of an exploit."""

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(len(open("/proc/self/maps").read()))
