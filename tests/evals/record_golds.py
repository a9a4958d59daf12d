"""Writes the golds of the built-in suite: prices out as CSV, the separate program over them, what it finds as JSON.

`python -m tests.evals.record_golds` after a sentence or the made-up prices have changed. The golds are bound to the
prices by their digest, so that they cannot be held against others unnoticed.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import bgagent.evals
from bgagent.data.export import write_series
from bgagent.data.synthetic import SyntheticProvider
from bgagent.evals.prices import GOLD_SPAN, digest_of_prices
from bgagent.periods import Timeframe
from tests.evals.oracle.cases import CASES, Answer
from tests.evals.oracle.prices import Prices, read_prices
from tests.evals.oracle.trading import Outcome

GOLDS = Path(bgagent.evals.__file__).parent / "built_in_golds.jsonl"
_PRICE_DIGITS = 8


def main() -> None:
    """Record the golds anew."""
    with TemporaryDirectory() as folder:
        lines = list(golds(Path(folder)))
    GOLDS.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")


def golds(folder: Path, wanted: Iterable[str] = CASES) -> Iterable[dict[str, object]]:
    """The gold of each case, one after the other. folder: where the prices are put meanwhile."""
    known: dict[str, Prices] = {}

    def read(symbol: str) -> Prices:
        if symbol not in known:
            write_prices(folder, symbol)
            known[symbol] = read_prices(folder, symbol)
        return known[symbol]

    for name in wanted:
        case = CASES[name]
        answer = case.answer(read)
        symbols = (case.symbol if hasattr(case, "symbol") else case.symbols).split()
        yield {
            "id": name,
            "prices": {symbol: digest_of_prices(symbol) for symbol in symbols},
            "gold": {"runs": [_run(run, answer) for run in answer.answers[0]]},
            "alternatives": [{"runs": [_run(run, answer) for run in runs]} for runs in answer.answers[1:]],
        }


def write_prices(folder: Path, symbol: str) -> None:
    """The made-up bars of a symbol as `<symbol>.csv`."""
    now = datetime.combine(GOLD_SPAN.end, datetime.max.time(), UTC)
    series = SyntheticProvider().fetch(symbol, GOLD_SPAN, Timeframe.DAY, now)
    write_series(_since(series, GOLD_SPAN.start), folder / f"{symbol}.csv")


def _since(series, start: date):
    import numpy as np

    return series.take(series.sessions >= np.datetime64(start))


def _run(run: Outcome, answer: Answer) -> dict[str, object]:
    trades = [
        {key: round(value, _PRICE_DIGITS) if isinstance(value, float) else value for key, value in asdict(row).items()}
        for row in run.trades
    ]
    return {
        "final_equity": round(run.final_equity, 4),
        "match": "trades" if answer.trades_count else "equity",
        **({"trades": trades} if answer.trades_count else {}),
    }


if __name__ == "__main__":
    main()
