"""Places orders without end."""

from victim import won

from bgagent.engine.strategy import Strategy

SIGN = "result"
REFUSED_AS = ("protocol",)


class S(Strategy):
    def on_bar(self):
        for _ in range(400):
            self.buy(0.001)
        won()
