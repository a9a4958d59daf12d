"""The bare script that a person would write instead: the same crossover with backtesting.py, one CSV in, figures out.

Runs in the benchmarks' own environment, as a process of its own.
"""

import sys

import pandas as pd
from backtesting import Backtest, Strategy
from backtesting.lib import crossover


def sma(values: pd.Series, length: int) -> pd.Series:
    return pd.Series(values).rolling(length).mean()


class Crossover(Strategy):
    def init(self) -> None:
        self.fast = self.I(sma, self.data.Close, 50)
        self.slow = self.I(sma, self.data.Close, 200)

    def next(self) -> None:
        if crossover(self.fast, self.slow):
            self.buy()
        elif crossover(self.slow, self.fast):
            self.position.close()


if __name__ == "__main__":
    bars = pd.read_csv(sys.argv[1], index_col=0, parse_dates=True)
    bars.columns = [name.title() for name in bars.columns]
    result = Backtest(bars[["Open", "High", "Low", "Close", "Volume"]], Crossover, cash=25_000, spread=0.0005).run()
    print(result["Return [%]"], result["# Trades"])
