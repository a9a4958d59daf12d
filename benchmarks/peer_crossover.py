"""The bare script that a person would write instead: the same crossover with backtesting.py, one CSV in, figures out.

Averages over the whole file, trades in 2024 alone, all of the cash, five basis points a side, and the last position
valued at the last close: as the sentence is read. What differs: the five points are a commission here and slippage
there, for this library widens the price of the entry alone; and it buys whole shares and leaves a ten-thousandth of
the cash unused.
Runs in the benchmarks' own environment, as a process of its own.
"""

import sys

import pandas as pd
from backtesting import Backtest, Strategy
from backtesting.lib import crossover

CASH, COST_A_SIDE, FIRST_DAY = 25_000, 0.0005, pd.Timestamp("2024-01-01")


def sma(values: pd.Series, length: int) -> pd.Series:
    return pd.Series(values).rolling(length).mean()


class Crossover(Strategy):
    def init(self) -> None:
        self.fast = self.I(sma, self.data.Close, 50)
        self.slow = self.I(sma, self.data.Close, 200)

    def next(self) -> None:
        if self.data.index[-1] < FIRST_DAY:
            return
        if crossover(self.fast, self.slow):
            self.buy()
        elif crossover(self.slow, self.fast):
            self.position.close()


if __name__ == "__main__":
    bars = pd.read_csv(sys.argv[1], index_col=0, parse_dates=True)
    bars.columns = [name.title() for name in bars.columns]
    bars = bars[["Open", "High", "Low", "Close", "Volume"]]
    result = Backtest(bars, Crossover, cash=CASH, commission=COST_A_SIDE, finalize_trades=False).run()
    print(result["Return [%]"], result["# Trades"])
