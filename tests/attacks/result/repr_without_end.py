"""Prints what prints itself."""

from victim import won

from bgagent.engine.strategy import Strategy

SIGN = "result"
REFUSED_AS = ("crash",)


class S(Strategy):
    def init(self):
        class Deep:
            def __repr__(self):
                return repr(self)

        won()
        print(Deep())
