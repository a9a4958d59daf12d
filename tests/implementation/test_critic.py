"""The gate lets right strategies through and stops each kind of wrong one by the check named for it."""

from dataclasses import replace

import numpy as np
import pytest

from bgagent.artifacts.attempts import CheckStatus
from bgagent.data.findings import Finding, Severity
from bgagent.engine.plan import Costs, Rule, RulePlan, SizeKind, Sizing
from bgagent.implementation.critic import examine
from bgagent.implementation.trial import Trial
from tests.implementation.trials import CROSSOVER, spec_of, tried

HEAD = """
import numpy as np

from bgagent.engine.plan import SizeKind, Sizing
from bgagent.engine.strategy import Strategy, crossed_above, crossed_below


class Rules(Strategy):
    def init(self):
        self.fast = self.indicator("sma(close, 5)")
        self.slow = self.indicator("sma(close, 15)")

"""

FAITHFUL = """
    def on_bar(self):
        if self.position.is_open and crossed_below(self.fast, self.slow):
            self.exit()
        elif self.position.is_flat and crossed_above(self.fast, self.slow) and not crossed_below(self.fast, self.slow):
            self.buy(stop_loss=0.05, take_profit=0.2)
"""


def found(trial: Trial) -> dict[str, str]:
    return {check.id: check.status.value for check in examine((trial,)).checks}


def findings(trial: Trial) -> set[str]:
    return {check.id for check in examine((trial,)).findings}


def test_the_plans_own_rendering_passes_every_check():
    trial = tried()
    assert trial.result is not None
    assert len(trial.result.trades) > 3
    critique = examine((trial,))
    assert critique.is_acceptable, critique.findings
    assert {"static", "lookahead", "deterministic", "books", "stop_loss", "agrees_with_rules"} <= set(found(trial))


def test_a_faithful_strategy_written_otherwise_passes():
    assert examine((tried(HEAD + FAITHFUL),)).is_acceptable


WRONG = {
    # id of the check that must stop it: the method that is wrong
    "lookahead": """
    def on_bar(self):
        row = self.close._row
        ahead = min(self.index + 1, len(row) - 1)
        if self.position.is_open and row[ahead] < self.close[-1] and row[ahead] > 0:
            self.exit()
        elif self.position.is_flat and row[ahead] > self.close[-1]:
            self.buy(stop_loss=0.05, take_profit=0.2)
""",
    "deterministic": """
    def on_bar(self):
        lucky = hash("a word") % 7 == self.index % 7
        if self.position.is_open and not lucky:
            self.exit()
        elif self.position.is_flat and lucky:
            self.buy(stop_loss=0.05, take_profit=0.2)
""",
    "capital": """
    def on_bar(self):
        if self.position.is_open and crossed_below(self.fast, self.slow):
            self.exit()
        elif self.position.is_flat and crossed_above(self.fast, self.slow):
            self.buy(Sizing(SizeKind.CASH, 100_000.0), stop_loss=0.05, take_profit=0.2)
""",
    "direction": """
    def on_bar(self):
        if self.position.is_open and crossed_above(self.fast, self.slow):
            self.exit()
        elif self.position.is_flat and crossed_below(self.fast, self.slow):
            self.sell_short(stop_loss=0.05, take_profit=0.2)
""",
    "stop_loss": """
    def on_bar(self):
        if self.position.is_open and crossed_below(self.fast, self.slow):
            self.exit()
        elif self.position.is_flat and crossed_above(self.fast, self.slow):
            self.buy(stop_loss=0.08, take_profit=0.2)
""",
    "take_profit": """
    def on_bar(self):
        if self.position.is_open and crossed_below(self.fast, self.slow):
            self.exit()
        elif self.position.is_flat and crossed_above(self.fast, self.slow):
            self.buy(stop_loss=0.05)
""",
    "trailing_stop": """
    def on_bar(self):
        if self.position.is_open and crossed_below(self.fast, self.slow):
            self.exit()
        elif self.position.is_flat and crossed_above(self.fast, self.slow):
            self.buy(stop_loss=0.05, take_profit=0.2, trailing_stop=0.01)
""",
    "positions": """
    def on_bar(self):
        if crossed_below(self.fast, self.slow):
            self.exit()
        elif self.close[-1] > self.slow[-1]:
            self.buy(stop_loss=0.05, take_profit=0.2)
""",
    "agrees_with_rules": """
    def on_bar(self):
        if self.position.is_open and crossed_below(self.fast, self.slow):
            self.exit()
        elif self.position.is_flat and self.fast[-1] > self.slow[-1]:
            self.buy(stop_loss=0.05, take_profit=0.2)
""",
    "static": """
    def on_bar(self):
        open("/etc/passwd").read()
""",
    "runs": """
    def on_bar(self):
        raise ArithmeticError("no such thing")
""",
}


@pytest.mark.parametrize("check_id", WRONG)
def test_a_wrong_strategy_is_stopped_by_the_check_named_for_it(check_id):
    plan = replace(CROSSOVER, sizing=Sizing(value=0.3)) if check_id == "positions" else CROSSOVER
    code = WRONG[check_id].replace("self.buy(", "self.buy(0.3, ") if check_id == "positions" else WRONG[check_id]
    assert check_id in findings(tried(HEAD + code, plan=plan))


def test_peeking_is_not_taken_for_randomness_nor_the_other_way_round():
    assert found(tried(HEAD + WRONG["lookahead"]))["deterministic"] == CheckStatus.PASS
    assert found(tried(HEAD + WRONG["deterministic"]))["lookahead"] == CheckStatus.SKIP


def forged(trial: Trial, **fields: object) -> Trial:
    """The trial with every order's record changed, as hostile code might send it."""
    orders = trial.blind.copy()
    for name, value in fields.items():
        orders[name] = value
    return replace(trial, blind=orders, free=orders)


def test_orders_for_another_symbol_are_stopped():
    assert "symbol" in findings(forged(tried(), symbol=1))


def test_decisions_outside_the_window_are_stopped():
    trial = tried()
    orders = trial.blind.copy()
    orders["decided_on"][0] = trial.first - 20
    assert "window" in findings(replace(trial, blind=orders, free=orders))


def test_bars_outside_the_window_asked_for_are_stopped():
    trial = tried()
    spec = spec_of()
    shorter = replace(spec, period=replace(spec.period, end=trial.bars.sessions[-30].item()))
    assert "window" in findings(replace(trial, spec=shorter))


def test_a_run_that_starts_with_other_money_is_stopped():
    assert "capital" in findings(replace(tried(), spec=spec_of(initial_capital=25_000.0)))


def test_unbalanced_books_are_stopped():
    trial = tried()
    assert trial.result is not None
    equity = trial.result.equity.copy()
    equity[-1] *= 1.001
    assert "books" in findings(replace(trial, result=replace(trial.result, equity=equity)))


def test_a_stop_that_was_passed_without_an_exit_is_stopped():
    trial = tried()
    assert trial.result is not None
    held = next(trade for trade in trial.result.trades if trade.bars_held > 3)
    bars = trial.bars
    low = bars.low.copy()
    low[held.entry_bar + 1] = held.stop_loss * 0.99
    changed = replace(bars, low=low)
    assert "stop_loss" in findings(replace(trial, bars=changed))


def test_a_run_without_trades_is_accounted_for_and_not_stopped():
    never = RulePlan("WAVY", entry=Rule("rsi(14) < 1 and close > 5"), exit=Rule("rsi(14) > 70"))
    trial = tried(plan=never)
    critique = examine((trial,))
    assert critique.is_acceptable, critique.findings
    (traded,) = [check for check in critique.checks if check.id == "traded"]
    assert traded.status is CheckStatus.WARN
    assert "0 of 120 bars" in traded.detail
    assert "close > 5: 120 of 120 bars" in traded.detail
    assert "nearest on 2023-" in traded.detail


def test_doubtful_data_is_a_warning_and_not_a_finding():
    gap = Finding("gap", Severity.CAUTION, "WAVY: a gap of ten days")
    trial = replace(tried(), findings=(gap,))
    critique = examine((trial,))
    assert critique.is_acceptable
    assert found(trial)["data"] == CheckStatus.WARN
    assert found(replace(trial, findings=(replace(gap, severity=Severity.NOTE),)))["data"] == CheckStatus.PASS


def test_with_several_runs_the_worst_outcome_speaks():
    good, bad = tried(), tried(HEAD + WRONG["stop_loss"])
    critique = examine((good, replace(bad, run=replace(bad.run, label="other"))))
    assert not critique.is_acceptable
    (check,) = [check for check in critique.checks if check.id == "stop_loss"]
    assert check.detail.startswith("other: ")


def test_costs_do_not_change_what_passes():
    assert examine((tried(spec=spec_of(costs=Costs(slippage_bps=50, commission_bps=10))),)).is_acceptable


def test_the_wavy_market_has_what_the_tests_need():
    trial = tried()
    assert trial.result is not None
    assert np.any(trial.result.quantity > 0)
    assert {"rule", "stop_loss"} <= {trade.exit_reason.value for trade in trial.result.trades}


def test_a_volatility_target_is_no_wrong_size():
    plan = replace(CROSSOVER, sizing=Sizing(SizeKind.VOLATILITY, 0.2))
    critique = examine((tried(plan=plan),))
    assert critique.is_acceptable, critique.findings


def test_too_little_history_is_told_with_the_first_bar_that_counts():
    slow = RulePlan("WAVY", entry=Rule("close > sma(close, 100)"), exit=Rule("close < sma(close, 100)"))
    trial = tried(plan=slow)
    (warmup,) = [check for check in examine((trial,)).checks if check.id == "warmup"]
    assert warmup.status is CheckStatus.WARN
    assert f"first act on {trial.bars.sessions[99]}, 39 bars into the window" in warmup.detail


def test_orders_that_come_to_nothing_are_told_as_such():
    plan = replace(CROSSOVER, sizing=Sizing(SizeKind.QUANTITY, 1.0, whole_shares=True))
    spec = spec_of(plan, initial_capital=5.0)
    (traded,) = [check for check in examine((tried(spec=spec),)).checks if check.id == "traded"]
    assert traded.status is CheckStatus.WARN
    assert "came to less than what can be bought" in traded.detail
