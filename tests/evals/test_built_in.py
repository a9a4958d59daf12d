"""Reader and engine over the whole built-in suite, in this process: every answer right, every refusal a refusal.

`nlbt eval` says the same of whole jobs, and more; this says it in seconds.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from bgagent.artifacts.request import Request
from bgagent.artifacts.spec import RunSpec, StrategySpec
from bgagent.bars import Bars
from bgagent.data.load import load_series
from bgagent.data.series import Series
from bgagent.data.synthetic import SyntheticProvider
from bgagent.engine.backtest import run_plan
from bgagent.engine.plan import RulePlan
from bgagent.engine.portfolio import run_portfolio
from bgagent.engine.result import BacktestResult
from bgagent.errors import BgAgentError, DataUnavailable, UserError
from bgagent.evals.prices import digest_of_prices
from bgagent.evals.statistics import rate
from bgagent.evals.suite import Case, GoldRun
from bgagent.evals.suite_files import built_in
from bgagent.understanding.understand import understand

SUITE = built_in()
REFUSALS = [case for case in SUITE.cases if not case.expectation.is_report]
NOW = datetime(2025, 6, 30, 23, 59, tzinfo=UTC)
LEAST_COMPLETED = 0.98
WARMUP_BARS = 2000


def results_of(case: Case) -> list[BacktestResult]:
    """What each run comes to. Raises as a job would end."""
    request = Request(case.id, case.sentence, NOW, data="demo")
    spec = understand(request).spec
    loaded = {symbol: bars_of(symbol, spec) for symbol in spec.symbols}
    return [result_of(spec, run, loaded) for run in spec.runs]


def bars_of(symbol: str, spec: StrategySpec) -> Series:
    provider = SyntheticProvider()
    return load_series(symbol, spec.period, spec.timeframe, warmup_bars=WARMUP_BARS, provider=provider, now=NOW)


def result_of(spec: StrategySpec, run: RunSpec, loaded: Mapping[str, Series]) -> BacktestResult:
    own: dict[str, Bars] = {symbol: loaded[symbol].bars for symbol in run.symbols}
    firsts = {symbol: loaded[symbol].warmup_bars for symbol in run.symbols}
    if isinstance(run.plan, RulePlan):
        return run_plan(run.plan, own[run.plan.symbol], first=firsts[run.plan.symbol], account=spec.account)
    first_on = min(own[symbol].sessions[first] for symbol, first in firsts.items()).item()
    return run_portfolio(run.plan, tuple(own.values()), first_on=first_on, account=spec.account)


def is_right(found: list[BacktestResult], golds: tuple[GoldRun, ...]) -> bool:
    mine = sorted(((one.final_equity, len(one.trades)) for one in found), key=lambda pair: pair[0])
    right = sorted(golds, key=lambda gold: gold.final_equity)
    return len(mine) == len(right) and all(
        equity == pytest.approx(gold.final_equity, rel=gold.equity_tolerance)
        and (gold.trades is None or count == len(gold.trades))
        for (equity, count), gold in zip(mine, right, strict=True)
    )


@pytest.fixture(scope="module")
def prices_are_the_same() -> None:
    for case in SUITE.cases:
        if any(digest_of_prices(symbol) != digest for symbol, digest in case.prices.items()):
            pytest.skip("this numpy draws other made-up prices: python -m tests.evals.record_golds")


@pytest.mark.usefixtures("prices_are_the_same")
def test_no_number_is_wrong_and_nearly_every_sentence_comes_to_one():
    wanted = [case for case in SUITE.cases if case.expectation.is_report]
    refused, wrong = [], []
    for case in wanted:
        try:
            found = results_of(case)
        except UserError:
            refused.append(case.id)
            continue
        if not any(is_right(found, answer.runs) for answer in case.answers):
            wrong.append((case.id, [one.final_equity for one in found]))
    assert wrong == []
    completed = rate(len(wanted) - len(refused), len(wanted))
    assert completed.value is not None
    assert completed.value >= LEAST_COMPLETED, refused


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case.id)
def test_what_must_be_refused_is(case: Case):
    if not case.sentence.strip():
        assert case.expectation.outcomes == ("bad_use",)  # such a one never becomes a request
        return
    with pytest.raises(BgAgentError) as caught:
        results_of(case)
    assert isinstance(caught.value, UserError | DataUnavailable)
    assert caught.value.exit_code in case.expectation.exit_codes
