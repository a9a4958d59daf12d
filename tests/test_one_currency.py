"""Which strategies may trade in other money than their account's, and which are asked about it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bgagent.artifacts.request import Request
from bgagent.artifacts.spec import RunSpec, StrategySpec
from bgagent.engine.plan import Costs, PaymentPlan, Plan, Rule, RulePlan, Weighting, WeightPlan
from bgagent.errors import NeedsClarification
from bgagent.loading import load_all
from bgagent.periods import Period, Timeframe
from bgagent.settings import resolve, surroundings

HEAD = "date,open,high,low,close,volume\n"
DAYS = [f"2024-01-{day:02}" for day in (2, 3, 4, 5, 8, 9, 10)]
WINDOW = Period(date(2024, 1, 2), date(2024, 1, 10))
MIXED = WeightPlan(("SAP.DE", "AAPL"), Weighting.FIXED, weights=(0.5, 0.5))


def spec_of(plan: Plan, currency: str = "USD") -> StrategySpec:
    return StrategySpec("a test", (RunSpec("test", plan),), WINDOW, Timeframe.DAY, 10_000.0, currency, Costs())


def loaded(plan: Plan, folder: Path, *, rates: bool = True, data: str = "auto"):
    for symbol, price in (("SAP.DE", 100), ("AAPL", 200)):
        (folder / f"{symbol}.csv").write_text(
            HEAD + "".join(f"{day},{price},{price},{price},{price},10\n" for day in DAYS)
        )
    if rates:
        (folder / "EURUSD=X.csv").write_text(HEAD + "".join(f"{day},1.1,1.1,1.1,1.1,0\n" for day in DAYS))
    request = Request("job", "words", datetime(2026, 1, 5, tzinfo=UTC), data=data, data_dir=str(folder))
    settings = resolve(surroundings(folder, {}))
    told: list[tuple[str, str | None]] = []

    def on_loaded(row, *, is_doubtful):
        told.append((row.symbol, row.currency))

    return load_all(spec_of(plan), request, settings, on_loaded=on_loaded), told


@pytest.mark.parametrize(
    "plan", [MIXED, PaymentPlan(("SAP.DE",), 100.0), RulePlan("SAP.DE", entry=Rule(on="first_session"))]
)
def test_what_is_decided_without_prices_is_converted(plan, tmp_path):
    series, told = loaded(plan, tmp_path)
    assert series["SAP.DE"].bars.close.tolist() == pytest.approx([110.0] * len(DAYS))
    assert series["SAP.DE"].provenance.currency == "USD"
    assert told[0] == ("SAP.DE", "EUR")
    assert told[-1] == ("SAP.DE", "USD")
    if "AAPL" in series:
        assert series["AAPL"].bars.close.tolist() == [200.0] * len(DAYS)


@pytest.mark.parametrize(
    "plan",
    [
        RulePlan("SAP.DE", entry=Rule("rsi(2) < 30")),
        WeightPlan(("SAP.DE", "AAPL"), Weighting.INVERSE_VOLATILITY),
        WeightPlan(("SAP.DE", "AAPL"), Weighting.RANKED, score="change(close, 2)", top=1),
    ],
)
def test_what_is_decided_by_prices_in_other_money_is_asked_about(plan, tmp_path):
    with pytest.raises(NeedsClarification, match=r"SAP\.DE in EUR"):
        loaded(plan, tmp_path)


def test_without_rates_it_is_asked_about(tmp_path):
    with pytest.raises(NeedsClarification, match=r"SAP\.DE in EUR"):
        loaded(MIXED, tmp_path, rates=False)


def test_made_up_prices_are_not_converted_by_made_up_rates(tmp_path):
    with pytest.raises(NeedsClarification, match=r"SAP\.DE in EUR"):
        loaded(MIXED, tmp_path, data="demo")


def test_what_is_only_watched_may_be_in_any_money(tmp_path):
    plan = RulePlan("AAPL", entry=Rule("sap_de.close > 1"), watches=("SAP.DE",))
    series, told = loaded(plan, tmp_path)
    assert series["SAP.DE"].provenance.currency == "EUR"
    assert len(told) == 2
