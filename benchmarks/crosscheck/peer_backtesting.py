"""A case run by backtesting.py: the case as JSON, one CSV file; fills and equity as JSON on the standard output."""

import json
import sys

import backtesting
from backtesting import Backtest, Strategy
from peer_signals import read, signals


def main(case, path):
    bars = read(path)
    bars.columns = [name.title() for name in bars.columns]
    enter, leave = signals(case, bars["Close"])
    opens = bars["Open"].tolist()

    class Told(Strategy):
        def init(self):
            pass

        def next(self):
            bar = len(self.data) - 1
            if bar + 1 >= len(opens):
                return
            if self.position:
                if case["family"] != "bracket" and leave[bar]:
                    self.position.close()
            elif enter[bar] and not leave[bar]:
                # levels hang on the fill, which is the next open
                bracket = case["family"] == "bracket"
                self.buy(
                    sl=opens[bar + 1] * (1 - case["stop"]) if bracket else None,
                    tp=opens[bar + 1] * (1 + case["target"]) if bracket else None,
                )

    test = Backtest(bars, Told, cash=case["cash"], commission=case["fee"], finalize_trades=False)
    stats = test.run()
    trades = [*stats["_strategy"].closed_trades, *stats["_strategy"].trades]
    fills = [(trade.entry_bar, 0, trade.size, trade.entry_price) for trade in trades]
    fills += [(trade.exit_bar, 0, -trade.size, trade.exit_price) for trade in trades if trade.exit_bar is not None]
    return {
        "version": backtesting.__version__,
        "fills": sorted(fills),
        "equity": stats["_equity_curve"]["Equity"].tolist(),
    }


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]), sys.argv[2])))
