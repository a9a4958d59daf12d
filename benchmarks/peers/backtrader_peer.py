"""backtrader: a strategy bar by bar, its columns as arrays of lines."""

import sys

import backtrader
import pandas as pd
from clock import CAPITAL, COMMISSION, FAST, SLOW, STOP, columns, measure

OWN = columns(sys.argv[2])
BARS = pd.DataFrame(
    {name: OWN[name] for name in ("open", "high", "low", "close", "volume")},
    index=pd.DatetimeIndex(OWN["days"].astype("datetime64[D]").astype("datetime64[s]")),
)


class Crossover(backtrader.Strategy):
    def __init__(self) -> None:
        self.cross = backtrader.ind.CrossOver(backtrader.ind.SMA(period=FAST), backtrader.ind.SMA(period=SLOW))
        self.guard = None

    def next(self) -> None:
        if self.position:
            if self.cross < 0:
                self.close()
                self.cancel(self.guard)
        elif self.cross > 0:
            self.buy()

    def notify_order(self, order: "backtrader.Order") -> None:
        if order.status == order.Completed and order.isbuy():
            price = order.executed.price * (1 - STOP)
            self.guard = self.sell(exectype=backtrader.Order.Stop, price=price, size=order.executed.size)


def run() -> float:
    engine = backtrader.Cerebro(stdstats=False)
    engine.broker.setcash(CAPITAL)
    engine.broker.setcommission(COMMISSION)
    engine.addsizer(backtrader.sizers.PercentSizer, percents=95)
    engine.adddata(backtrader.feeds.PandasData(dataname=BARS))
    engine.addstrategy(Crossover)
    engine.run()
    return float(engine.broker.getvalue())


if __name__ == "__main__":
    measure(run)
