"""Puts a metaclass between its name and itself."""

from victim import won

from bgagent.engine.strategy import Strategy

SIGN = "result"


class Other:
    def init(self):
        self._desk.feed.take = None

    on_start = on_bar = init


class Maker(type(Strategy)):
    def __call__(cls):
        won()
        return Other()


class S(Strategy, metaclass=Maker):
    def init(self):
        won()
