"""A rebalancing run by bt: the case as JSON, CSV files; fills and equity as JSON on the standard output.

bt knows one price a day, at which it trades and marks. So each day is told as two rows, its open and its close, and
weights are asked for at opens.
"""

import json
import sys

import bt
import pandas as pd
from peer_signals import read


def main(case, paths):
    rows = []
    for bars in (read(path) for path in paths):
        opens = bars["open"].set_axis(bars.index + pd.Timedelta(hours=9))
        closes = bars["close"].set_axis(bars.index + pd.Timedelta(hours=16))
        rows.append(pd.concat([opens, closes]).sort_index())
    prices = pd.concat(rows, axis=1, keys=[f"s{number}" for number in range(len(rows))])
    opens = prices.index[::2]
    months = opens.to_period("M")
    due = [day for place, day in enumerate(opens) if place == 1 or (place > 1 and months[place] != months[place - 1])]
    weights = pd.DataFrame([case["weights"]] * len(due), index=due, columns=prices.columns)
    strategy = bt.Strategy("told", [bt.algos.WeighTarget(weights), bt.algos.Rebalance()])
    test = bt.Backtest(
        strategy,
        prices,
        initial_capital=case["cash"],
        integer_positions=False,
        commissions=lambda quantity, price: abs(quantity) * price * case["fee"],
        progress_bar=False,
    )
    bt.run(test)
    held = test.strategy.positions
    traded = held.diff().fillna(held)
    bar_of = {day: place // 2 for place, day in enumerate(prices.index)}
    fills = [
        (bar_of[day], number, float(row.iloc[number]), float(prices.loc[day].iloc[number]))
        for day, row in traded.iterrows()
        for number in range(len(paths))
        if day in bar_of and abs(row.iloc[number]) > 1e-12
    ]
    values = test.strategy.values.reindex(prices.index)
    return {"version": bt.__version__, "fills": sorted(fills), "equity": values.tolist()[1::2]}


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]), sys.argv[2:])))
