"""backtesting.py: a strategy bar by bar."""

import sys

import pandas as pd
from backtesting import Backtest, Strategy
from backtesting.lib import FractionalBacktest, crossover
from clock import CAPITAL, COMMISSION, FAST, SLOW, STOP, columns, measure

OWN = columns(sys.argv[2])
BARS = pd.DataFrame(
    {name.title(): OWN[name] for name in ("open", "high", "low", "close", "volume")},
    index=pd.DatetimeIndex(OWN["days"].astype("datetime64[D]").astype("datetime64[s]")),
)


def sma(values: pd.Series, length: int) -> pd.Series:
    return pd.Series(values).rolling(length).mean()


class Crossover(Strategy):
    stop = 0.0

    def init(self) -> None:
        self.fast = self.I(sma, self.data.Close, FAST)
        self.slow = self.I(sma, self.data.Close, SLOW)

    def next(self) -> None:
        if self.position:
            if crossover(self.slow, self.fast):
                self.position.close()
        elif crossover(self.fast, self.slow):
            self.buy(sl=self.data.Close[-1] * (1 - self.stop) if self.stop else None)


def run(**more: object) -> float:
    test = FractionalBacktest(BARS, Crossover, cash=CAPITAL, commission=COMMISSION, fractional_unit=1e-9)
    return float(test.run(**more)["Equity Final [$]"])


def run_whole(**more: object) -> float:
    return float(Backtest(BARS, Crossover, cash=CAPITAL, commission=COMMISSION).run(**more)["Equity Final [$]"])


WORKS = {"crossover": run, "on_bar": lambda: run_whole(stop=STOP)}

if __name__ == "__main__":
    measure(WORKS[sys.argv[1]])
