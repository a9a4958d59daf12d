"""Answers for the loop until the last bar, and then begins anew."""

from victim import won

from bgagent.engine.strategy import Strategy
from bgagent.sandbox.protocol import LAST_BAR, Kind

SIGN = "result"
REFUSED_AS = ("protocol",)


class S(Strategy):
    def on_bar(self):
        if self.index == 30:
            channel = self._desk.feed._channel
            bar, kind = 30, None
            while kind is not Kind.END:
                channel.send(Kind.ORDERS, LAST_BAR.pack(bar))
                kind = channel.receive(Kind.BARS, Kind.END)[0]
                bar += 1
            won(bar)
            channel.send(Kind.ORDERS, LAST_BAR.pack(30))
