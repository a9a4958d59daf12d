"""bt: monthly top-n momentum from its own algos; trades at the close."""

import sys

import bt
import pandas as pd
from clock import CAPITAL, COMMISSION, MONTHS_BACK, TOP, columns, measure

OWN = columns(sys.argv[2])
DAYS = pd.DatetimeIndex(OWN["days"].astype("datetime64[D]").astype("datetime64[s]"))
CLOSES = pd.DataFrame(OWN["close"].T, index=DAYS, columns=[f"S{number:03d}" for number in range(len(OWN["close"]))])
SCORES = CLOSES.pct_change(MONTHS_BACK, fill_method=None).shift(1)


class Best(bt.Algo):
    def __call__(self, target: "bt.Strategy") -> bool:
        scores = SCORES.loc[target.now].dropna()
        target.temp["selected"] = list(scores.nlargest(TOP).index)
        return len(scores) > 0


def run() -> float:
    rotation = bt.Strategy("rotation", [bt.algos.RunMonthly(), Best(), bt.algos.WeighEqually(), bt.algos.Rebalance()])
    test = bt.Backtest(
        rotation, CLOSES, initial_capital=CAPITAL, integer_positions=False, progress_bar=False,
        commissions=lambda quantity, price: abs(quantity) * price * COMMISSION,
    )  # fmt: skip
    bt.run(test)
    return float(test.strategy.values.iloc[-1])


if __name__ == "__main__":
    measure(run)
