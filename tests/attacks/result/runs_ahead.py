"""Answers for the loop, sees the bars that follow, and then decides on the one before."""

from victim import won

from bgagent.engine.strategy import Strategy
from bgagent.sandbox.protocol import LAST_BAR, Kind

SIGN = "result"
REFUSED_AS = ("protocol",)


class S(Strategy):
    def on_bar(self):
        if self.index == 30:
            channel = self._desk.feed._channel
            seen = 0
            for bar in range(30, 36):
                channel.send(Kind.ORDERS, LAST_BAR.pack(bar))
                seen += len(channel.receive(Kind.BARS)[1])
            won(seen)
            self.buy()
