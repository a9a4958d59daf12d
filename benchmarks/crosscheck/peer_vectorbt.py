"""A case run by vectorbt: the case as JSON, CSV files; fills and equity as JSON on the standard output."""

import json
import sys

import numpy as np
import pandas as pd
import vectorbt
from peer_signals import read, signals


def single(case, bars):
    enter, leave = (pd.Series(truths, index=bars.index) for truths in signals(case, bars["close"]))
    if case["family"] == "bracket":
        leave = leave & False
    told = {
        "close": bars["close"],
        "entries": (enter & ~leave).shift(1, fill_value=False),
        "exits": leave.shift(1, fill_value=False),
        "price": bars["open"],
        "fees": case["fee"],
        "init_cash": case["cash"],
        "freq": "1D",
    }
    if case["family"] == "bracket":
        told |= {"open": bars["open"], "high": bars["high"], "low": bars["low"]}
        told |= {"sl_stop": case["stop"], "tp_stop": case["target"], "stop_entry_price": "fillprice"}
    return vectorbt.Portfolio.from_signals(**told)


def rebalanced(case, series):
    closes, opens = (
        pd.concat([bars[name] for bars in series], axis=1, keys=range(len(series))) for name in ("close", "open")
    )
    months = closes.index.to_period("M")
    due = np.concatenate(([False, True], months[2:] != months[1:-1]))
    size = pd.DataFrame(np.nan, index=closes.index, columns=closes.columns)
    size.loc[due] = case["weights"]
    return vectorbt.Portfolio.from_orders(
        closes,
        size=size,
        size_type="targetpercent",
        price=opens,
        fees=case["fee"],
        init_cash=case["cash"],
        cash_sharing=True,
        group_by=True,
        call_seq="auto",
        freq="1D",
    )


def main(case, paths):
    series = [read(path) for path in paths]
    portfolio = rebalanced(case, series) if case["family"] == "rebalance" else single(case, series[0])
    records = portfolio.orders.records
    fills = [
        (int(row.idx), int(row.col), float(row.size if row.side == 0 else -row.size), float(row.price))
        for row in records.itertuples()
    ]
    return {"version": vectorbt.__version__, "fills": sorted(fills), "equity": portfolio.value().tolist()}


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]), sys.argv[2:])))
