"""Many variants at once give what each gives alone."""

import numpy as np
import pytest

from bgagent.engine.backtest import run_plan
from bgagent.engine.metrics import measure
from bgagent.engine.plan import Account, Costs, Distance, DistanceKind, Rule, RulePlan
from bgagent.engine.rules import RuleError
from bgagent.engine.sweep import run_variants, with_values
from tests.engine.test_rule_loop import bars_of

CROSS = RulePlan(
    "A",
    entry=Rule(when="crosses_above(sma(close, {fast}), sma(close, {slow}))"),
    exit=Rule(when="crosses_below(sma(close, {fast}), sma(close, {slow}))"),
)
BOTH_SIDES = RulePlan(
    "A",
    entry=Rule(when="rsi({n}) < {low}"),
    exit=Rule(when="rsi({n}) > 60"),
    short_entry=Rule(when="close > highest(previous(high), {n})"),
    short_exit=Rule(when="crosses_below(close, {k} * sma(close, {n}))"),
    stop_loss=Distance(DistanceKind.FRACTION, 0.08),
    hold_bars=9,
)
TWO_CONDITIONS = RulePlan("A", entry=Rule(when="rsi({n}) < {low} and close > 50"), exit=Rule(when="rsi({n}) > 60"))
ACCOUNT = Account(5000.0, Costs(0.0, 10.0), leverage=5.0)
PAIRS = [{"fast": fast, "slow": slow} for fast in (2, 3, 5) for slow in (5, 8, 13, 50)]
OTHERS = [{"n": n, "low": low, "k": k} for n in (2, 5, 14) for low in (20, 45.5) for k in (0.97, 1.02)]


@pytest.mark.parametrize(
    ("plan", "variants"),
    [(CROSS, PAIRS), (BOTH_SIDES, OTHERS), (TWO_CONDITIONS, OTHERS)],
    ids=["cross", "both", "slow"],
)
@pytest.mark.parametrize(("first", "threads"), [(0, 1), (40, 3)])
def test_each_variant_is_as_it_would_be_alone(plan, variants, first, threads):
    bars = bars_of(5, 400)
    swept = run_variants(plan, bars, variants, first=first, account=ACCOUNT, bars_per_year=252, threads=threads)
    for number, values in enumerate(variants):
        alone = run_plan(with_values(plan, values), bars, first=first, account=ACCOUNT)
        figures = measure(alone, bars_per_year=252)
        assert swept.final_equity[number] == alone.final_equity
        assert swept.trades[number] == figures["trades"]
        assert swept.max_drawdown[number] == figures["max_drawdown"]
        assert swept.total_return[number] == pytest.approx(figures["total_return"], rel=1e-12)
        if figures["sharpe"] is None:
            assert np.isnan(swept.sharpe[number])
        else:
            assert swept.sharpe[number] == pytest.approx(figures["sharpe"], rel=1e-9)
    assert len(set(swept.final_equity)) > len(variants) // 3


def test_a_parameter_without_a_value_is_refused():
    with pytest.raises(RuleError, match="slow"):
        run_variants(CROSS, bars_of(1), [{"fast": 2}], first=0, account=ACCOUNT, bars_per_year=252)


def test_no_variants_give_no_figures():
    swept = run_variants(CROSS, bars_of(1), [], first=0, account=ACCOUNT, bars_per_year=252)
    assert len(swept.final_equity) == 0
