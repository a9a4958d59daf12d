"""Reports of runs of several symbols and of payments, from the engine, on markets made by hand."""

from dataclasses import replace
from functools import cache

from bgagent.artifacts.attempts import Attempt
from bgagent.artifacts.clauses import Assumption, Clause, ClauseStatus
from bgagent.artifacts.report import Curve, Report
from bgagent.artifacts.spec import Understood
from bgagent.engine.plan import PaymentPlan, Plan, Weighting, WeightPlan
from bgagent.finishing import finished
from bgagent.implementation.critic import examine
from bgagent.implementation.evidence import with_evidence
from bgagent.loading import data_row
from bgagent.reporting.compose import compose
from bgagent.reporting.runs import curve_of
from tests.implementation.portfolio_trials import MARKETS, tried
from tests.implementation.trials import series_of
from tests.reporting.samples import REQUEST, TELEMETRY

FIXED = WeightPlan(("ONE", "TWO"), Weighting.FIXED, "first_of_month", weights=(0.6, 0.4))
LONG_SHORT = WeightPlan(("ONE", "TWO", "THREE"), Weighting.RANKED, score="change(close, 20)", top=1, bottom=1)
MONTHLY = PaymentPlan(("ONE",), 500.0)
INTO_TWO = PaymentPlan(("ONE", "TWO"), 500.0, weights=(0.7, 0.3))
NEVER = PaymentPlan(("ONE",), 500.0, when="close < 0.01")


def report_of(plan: Plan, capital: float) -> tuple[Report, list[Curve]]:
    """The whole report of a plan over the window of the markets, with a clause on its schedule."""
    trial = tried(plan, capital=capital)
    critique = examine((trial,))
    assert critique.is_acceptable, critique.findings
    series = {symbol: series_of(bars) for symbol, bars in MARKETS.items()}
    run = finished(trial, series, trial.spec)
    clause = Clause("every month", (0, 11), ClauseStatus.STATED, "plan.schedule", "first session of the month")
    assumption = Assumption("costs.slippage_bps", "5", "default, on market and stop fills")
    report = compose(
        REQUEST,
        with_evidence(Understood(trial.spec, (clause,), (assumption,)), (trial,)),
        runs=[run],
        data=[replace(data_row(series[symbol]), sha256="9f2c1c7d" * 8) for symbol in plan.needed_symbols],
        checks=critique.checks,
        attempts=(Attempt(1, (trial.source,), critique),),
        telemetry=TELEMETRY,
    )
    return report, [curve_of(run)]


@cache
def allocation() -> tuple[Report, list[Curve]]:
    """Two symbols at fixed weights."""
    return report_of(FIXED, 10_000.0)


@cache
def long_short() -> tuple[Report, list[Curve]]:
    """The best of three bought, the worst sold short."""
    return report_of(LONG_SHORT, 10_000.0)


@cache
def payments() -> tuple[Report, list[Curve]]:
    """Money paid into one symbol each month, from nothing."""
    return report_of(MONTHLY, 0.0)


@cache
def no_payment() -> tuple[Report, list[Curve]]:
    """Payments whose condition was never true, so that there never was any money."""
    return report_of(NEVER, 0.0)
