"""The answers of a case as they stand in JSON, made into what reports are held against."""

from collections.abc import Mapping, Sequence
from typing import Any

from bgagent.evals.suite import EQUITY_TOLERANCE, Answer, Expectation, GoldRun, GoldTrade, Meaning


def answers_of(row: Mapping[str, Any]) -> tuple[Answer, ...]:
    """The gold, then the other readings that are right too; none when there is no gold. Raises KeyError, TypeError."""
    if not row.get("gold"):
        return ()
    meant = row.get("expect", {})
    others = row.get("alternatives", ())
    return (
        Answer(_meaning(meant), _runs(row["gold"]["runs"])),
        *(
            Answer(_meaning({**meant, **other.get("expect", {})}), _runs(other.get("runs") or row["gold"]["runs"]))
            for other in others
        ),
    )


def expectation_of(row: Mapping[str, Any]) -> Expectation:
    """How the job must end. `outcome` and `exit_code` hold a list each, any of which is right."""
    return Expectation(
        outcomes=_texts(row["outcome"]),
        exit_codes=tuple(int(code) for code in row["exit_code"]),
        must_name=_texts(row.get("must_name", ())),
        must_not_contain=_texts(row.get("must_not_contain", ())),
        must_not_report=_texts(row.get("must_not_report", ())),
    )


def _meaning(row: Mapping[str, Any]) -> Meaning:
    return Meaning(
        symbols=_texts(row.get("symbols", ())),
        also=_texts(row.get("symbols_also", ())),
        starts=tuple(str(day) for day in (row.get("start"), *row.get("start_any", ())) if day),
        ends=tuple(str(day) for day in (row.get("end"), *row.get("end_any", ())) if day),
        by_week=row.get("date_match") == "week",
        initial_capital=row.get("initial_capital"),
    )


def _runs(rows: Sequence[Mapping[str, Any]]) -> tuple[GoldRun, ...]:
    return tuple(
        GoldRun(
            final_equity=float(row["final_equity"]),
            trades=tuple(_trade(trade) for trade in row["trades"]) if row["match"] == "trades" else None,
            equity_tolerance=float(row.get("equity_rel", EQUITY_TOLERANCE)),
            price_scale=row.get("price_scale") or {},
        )
        for row in rows
    )


def _trade(row: Mapping[str, Any]) -> GoldTrade:
    return GoldTrade(
        symbol=row["symbol"],
        direction=row["direction"],
        entry_at=row["entry_at"],
        entry_price=float(row["entry_price"]),
        exit_at=row["exit_at"],
        exit_price=None if row["exit_price"] is None else float(row["exit_price"]),
    )


def _texts(values: Sequence[Any]) -> tuple[str, ...]:
    if isinstance(values, str):
        raise TypeError(f"a list is needed, not the text {values!r}")
    return tuple(str(value) for value in values)
