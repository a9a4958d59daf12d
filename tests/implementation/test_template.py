"""The rendered Python means what the plan means: held against the rule kernel on random plans and bars."""

import ast
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgagent.artifacts.attempts import StrategySource
from bgagent.artifacts.spec import RunSpec
from bgagent.bars import Bars
from bgagent.engine.backtest import run_plan, run_strategy
from bgagent.engine.plan import Distance, DistanceKind, Rule, RulePlan, SizeKind, Sizing, StopStep
from bgagent.engine.strategy import Strategy
from bgagent.implementation.template import render, runnable
from bgagent.periods import Timeframe
from tests.implementation.trials import CROSSOVER, WARMUP, spec_of, wavy_bars

CONDITIONS = (
    "crosses_above(sma(close, 5), sma(close, 15))",
    "crosses_below(close, ema(close, 8))",
    "rsi(14) < 35",
    "rsi(2) > 80 and close > sma(close, 20)",
    "low <= bollinger_lower(20, 2) or change(close, 1) < -0.02",
    "not close > sma(close, 10)",
    "not crosses_above(rsi(5), 50)",
    "not (rsi(14) > 40 or volume > 1.2 * sma(volume, 20))",
    "(high - low) / close > 0.02 and macd(12, 26, 9) > macd_signal(12, 26, 9)",
    "close != previous(close) and 30 < rsi(7) < 70",
    "crosses_above(other.close, sma(other.close, 9))",
    "not other.high > previous(other.high) or change(close / other.close, 5) > 0",
)
CALENDARS = ("first_session", "every_session", "weekday == 0", "first_of_month", "on_weekday(4)", "last_of_month")


def class_in(text: str) -> type[Strategy]:
    """The strategy class of a source, loaded in this process: it is our own rendering."""
    names: dict[str, object] = {}
    exec(compile(text, "strategy.py", "exec"), names)
    (found,) = [
        value
        for value in names.values()
        if isinstance(value, type) and issubclass(value, Strategy) and value is not Strategy
    ]
    return found


conditions = st.sampled_from(CONDITIONS)
calendars = st.sampled_from(CALENDARS)
rules = st.one_of(
    st.builds(Rule, when=conditions),
    st.builds(Rule, on=calendars),
    st.builds(Rule, when=conditions, on=calendars),
)
distances = st.one_of(
    st.builds(Distance, kind=st.just(DistanceKind.FRACTION), value=st.sampled_from((0.01, 0.03, 0.08))),
    st.builds(Distance, kind=st.just(DistanceKind.MONEY), value=st.sampled_from((0.5, 2.0))),
    st.builds(Distance, kind=st.just(DistanceKind.ATR), value=st.sampled_from((1.0, 2.5)), follows=st.booleans()),
)
prices = st.sampled_from(
    (
        Distance(DistanceKind.PRICE, 1.0, at="lowest(low, 5)", short_at="highest(high, 5)"),
        Distance(DistanceKind.PRICE, 0.97, at="low"),
        Distance(DistanceKind.PRICE, 1.0, at="sma(close, 40)"),
        Distance(DistanceKind.PRICE, 0.5, at="other.close"),
    )
)
risks = st.builds(Distance, kind=st.just(DistanceKind.RISK), value=st.sampled_from((1.0, 2.5)))
sizings = st.sampled_from(
    (
        Sizing(),
        Sizing(value=0.25),
        Sizing(SizeKind.CASH, 2_000.0),
        Sizing(SizeKind.QUANTITY, 12.0),
        Sizing(value=1.0, whole_shares=True),
        Sizing(SizeKind.VOLATILITY, 0.15),
    )
)


@st.composite
def plans(draw: st.DrawFn) -> RulePlan:
    sides = draw(st.sampled_from(("long", "short", "both")))
    has_long, has_short = sides != "short", sides != "long"
    stop_loss = draw(st.none() | distances | prices)
    may_step = stop_loss is None or not stop_loss.follows
    return RulePlan(
        "WAVY",
        entry=draw(rules) if has_long else None,
        exit=draw(st.none() | rules) if has_long else None,
        short_entry=draw(rules) if has_short else None,
        short_exit=draw(st.none() | rules) if has_short else None,
        stop_loss=stop_loss,
        take_profit=draw(st.none() | distances | prices | (risks if stop_loss else st.none())),
        trailing_stop=draw(st.none() | distances),
        hold_bars=draw(st.none() | st.integers(1, 6)),
        wait_bars=draw(st.none() | st.integers(1, 5)),
        sizing=draw(sizings),
        max_positions=draw(st.sampled_from((1, 1, 3))),
        watches=("OTHER",),
        stop_steps=draw(st.sampled_from(((), (StopStep(0.02), StopStep(0.05, 0.02))))) if may_step else (),
    )


@settings(max_examples=300)
@given(plan=plans(), seed=st.integers(0, 20))
def test_the_rendering_trades_as_the_rule_kernel_does(plan, seed):
    bars = wavy_bars(seed=seed)
    spec = spec_of(plan, bars)
    text = render(spec, spec.runs[0])
    other = [replace(wavy_bars(seed=seed + 1), symbol="OTHER")]
    by_code = run_strategy(class_in(text), bars, first=WARMUP, account=spec.account, watched=other)
    by_rules = run_plan(plan, bars, first=WARMUP, account=spec.account, watched=other)
    assert [replace(trade, lot=0) for trade in by_code.trades] == [replace(trade, lot=0) for trade in by_rules.trades]
    assert by_code.final_equity == pytest.approx(by_rules.final_equity, rel=1e-12)


def five_minutes(seed: int) -> Bars:
    """Sessions of two hours; some end early, the last may be cut."""
    rng = np.random.default_rng(seed)
    lengths = rng.choice([24, 24, 24, 12], 9)
    days = np.repeat(np.datetime64("2024-03-04") + np.arange(9), lengths)
    minutes = np.concatenate([np.arange(length) * 5 for length in lengths])
    times = days.astype("datetime64[s]") + np.timedelta64(14, "h") + minutes.astype("timedelta64[m]")
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.004, len(days))))
    opened = close * np.exp(rng.normal(0, 0.001, len(days)))
    high, low = np.maximum(opened, close) * 1.001, np.minimum(opened, close) * 0.999
    bars = Bars("WAVY", Timeframe.MINUTE_5, times, days, opened, high, low, close, np.full(len(days), 1e5))
    return bars.between(0, len(bars) - int(rng.choice([0, 5])))


@settings(max_examples=100)
@given(plan=plans(), seed=st.integers(0, 50))
def test_being_flat_overnight_is_rendered(plan, seed):
    plan = replace(plan, flat_overnight=True)
    bars = five_minutes(seed)
    spec = spec_of(plan, timeframe=Timeframe.MINUTE_5)
    text = render(spec, spec.runs[0])
    other = [replace(five_minutes(seed + 1), symbol="OTHER")]
    by_code = run_strategy(class_in(text), bars, first=40, account=spec.account, watched=other)
    by_rules = run_plan(plan, bars, first=40, account=spec.account, watched=other)
    assert [replace(trade, lot=0) for trade in by_code.trades] == [replace(trade, lot=0) for trade in by_rules.trades]
    assert by_code.final_equity == pytest.approx(by_rules.final_equity, rel=1e-12)


def test_a_crossover_reads_like_something_a_person_would_write():
    spec = spec_of()
    text = render(spec, spec.runs[0])
    assert 'self.sma_close_5 = self.indicator("sma(close, 5)")' in text
    assert "return bool(crossed_above(self.sma_close_5, self.sma_close_15))" in text
    assert "self.buy(stop_loss=0.05, take_profit=0.2)" in text


def test_hostile_text_in_summary_and_label_stays_a_docstring():
    spec = spec_of(summary='"""\nimport os\n"""\\', runs=(RunSpec('"""x', CROSSOVER),) * 2)
    tree = ast.parse(render(spec, spec.runs[0]))
    assert not [node for node in tree.body if isinstance(node, ast.Import)]


def test_the_file_of_a_report_ends_with_what_reruns_it():
    spec = spec_of()
    source = runnable(StrategySource("x", render(spec, spec.runs[0]), "template"))
    assert source.text.endswith("    rerun(Rules, __file__)\n")
    ast.parse(source.text)


def test_within_the_day_every_session_is_named():
    spec = spec_of(RulePlan("WAVY", entry=Rule(on="every_session")), timeframe=Timeframe.MINUTE_5)
    assert 'self.calendar("every_session")' in render(spec, spec.runs[0])
