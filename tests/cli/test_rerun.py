"""`python strategy.py`: what a report's file does again, for one symbol, for several, and for payments."""

from datetime import UTC, date, datetime

import pytest

from bgagent.artifacts.codec import to_json
from bgagent.artifacts.request import Request
from bgagent.artifacts.spec import RunSpec, StrategySpec
from bgagent.cli.rerun import rerun
from bgagent.engine.plan import Costs, PaymentPlan, Plan, Rule, RulePlan, RulePortfolio, Weighting, WeightPlan
from bgagent.implementation.template import render
from bgagent.periods import Period, Timeframe
from tests.e2e.prices import write_prices
from tests.implementation.test_template import class_in

BELOW = Rule("close < sma(close, 20)")


@pytest.fixture(autouse=True)
def somewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for symbol in ("ONE", "TWO", "SIG"):
        write_prices(tmp_path / "prices", symbol)


def rerun_of(plan: Plan, folder, capital: float = 10_000.0) -> None:
    """Lays out a report's folder and runs its strategy again."""
    period = Period(date(2023, 1, 2), date(2023, 12, 29))
    spec = StrategySpec("A test.", (RunSpec("x", plan),), period, Timeframe.DAY, capital, "USD", Costs())
    request = Request("x", "words", datetime(2024, 6, 1, tzinfo=UTC), data=str(folder / "prices"))
    report = folder / "reports" / "x"
    report.mkdir(parents=True)
    (report / "spec.json").write_bytes(to_json(spec))
    (report / "request.json").write_bytes(to_json(request))
    rerun(class_in(render(spec, spec.runs[0])), str(report / "strategy.py"))


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (RulePlan("ONE", entry=BELOW, exit=Rule("close > sma(close, 20)")), "ONE: 10,000.00 became"),
        (RulePlan("ONE", entry=Rule("sig.close < sma(sig.close, 20)"), watches=("SIG",)), "ONE: 10,000.00 became"),
        (WeightPlan(("ONE", "TWO"), Weighting.EQUAL, when="close > 0", signal_symbol="SIG"), "ONE, TWO: 10,000.00"),
        (RulePortfolio((RulePlan("ONE", entry=BELOW), RulePlan("TWO", entry=BELOW))), "ONE, TWO: 10,000.00 became"),
    ],
)
def test_every_kind_of_plan_runs_again(plan, said, tmp_path, capsys):
    rerun_of(plan, tmp_path)
    printed = capsys.readouterr().out
    assert said in printed
    assert "end_open" in printed or "rule" in printed
    assert "The bars are NOT those of the report" in printed  # there is no report here


def test_payments_count_as_what_became_of_them(tmp_path, capsys):
    rerun_of(PaymentPlan(("ONE",), 100.0), tmp_path, capital=0.0)
    assert "ONE: 1,200.00 became" in capsys.readouterr().out


def test_a_file_without_its_folder_says_so(tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        rerun(object, str(tmp_path / "strategy.py"))  # type: ignore[arg-type]
    assert ended.value.code == 2
    assert "run it in the folder of its report" in capsys.readouterr().err
