"""What is said of a spec reads as that same spec."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgagent.artifacts.spec import StrategySpec
from bgagent.engine.calendar_rules import parse_calendar
from bgagent.engine.expression import Call, Compare, Node, nodes_of
from bgagent.engine.plan import Costs, Distance, DistanceKind, Rule, RulePlan, SizeKind, Sizing, StopStep
from bgagent.engine.rules import parse
from bgagent.language.contradictions import impossible
from bgagent.language.say import label_runs, say
from bgagent.periods import Period, Timeframe
from tests.language.reading import reading

lengths = st.integers(2, 250)
prices = st.sampled_from(["close", "open", "high", "low"])
percents = st.integers(1, 300).map(lambda tenths: tenths / 1000)
SYMBOLS = ("AAPL", "SPY", "BTC-USD", "RELIANCE.NS", "EURUSD=X", "^GSPC", "BRK-B", "MC.PA", "T")

averages = st.builds("{}(close, {})".format, st.sampled_from(["sma", "ema", "wma"]), lengths)
oscillators = st.builds("{}({})".format, st.sampled_from(["rsi", "mfi", "cci", "adx", "williams_r"]), lengths)
bands = st.builds(
    "bollinger_{}({}, {})".format, st.sampled_from(["upper", "middle", "lower"]), lengths, st.sampled_from([1, 2, 2.5])
)
price_levels = st.one_of(
    averages,
    bands,
    st.builds("previous({})".format, prices),
    st.builds("previous({}, {})".format, prices, st.integers(2, 30)),
    st.builds(
        "sma(close, {0}) {1} {2} * deviation(close, {0})".format,
        lengths,
        st.sampled_from("+-"),
        st.sampled_from([1.5, 2, 3]),
    ),
    st.builds("{} * sma(close, {})".format, st.sampled_from([0.9, 0.95, 1.1]), lengths),
    st.builds(
        "ema(close, {}) {} {} * atr({})".format,
        lengths,
        st.sampled_from("+-"),
        st.sampled_from([0.5, 2, 3]),
        st.integers(5, 30),
    ),
    st.builds("supertrend({}, {})".format, st.integers(5, 30), st.sampled_from([1, 2.5, 3])),
    st.builds("keltner_{}({}, 10, {})".format, st.sampled_from(["upper", "lower"]), lengths, st.sampled_from([1.5, 2])),
    st.sampled_from(["psar(0.02, 0.2)", "max(ichimoku_span_a(9, 26), ichimoku_span_b(52, 26))", "ichimoku_base(26)"]),
)
signs = st.sampled_from(["<", "<=", ">", ">="])
comparisons = st.one_of(
    st.builds("{} {} {}".format, prices, signs, price_levels),
    st.builds("{} {} {}".format, averages, signs, averages),
    st.builds("{} {} {}".format, oscillators, signs, st.integers(20, 80)),
    st.builds("close > previous(highest(high, {}))".format, lengths),
    st.builds("close < previous(lowest(low, {}))".format, lengths),
    st.builds("change(close, {}) {} {}".format, st.integers(1, 252), signs, percents),
    st.builds("change(close, {}) {} -{}".format, st.integers(1, 252), signs, percents),
    st.builds("(high - low) / close > {}".format, percents),
    st.builds("volume {} {} * sma(volume, {})".format, signs, st.sampled_from([1.5, 2, 3]), lengths),
    st.builds("volume {} sma(volume, {})".format, signs, lengths),
    st.builds("close {} {} * highest(high, {})".format, signs, st.sampled_from([0.8, 0.95]), lengths),
    st.builds("close {} {} * lowest(low, {})".format, signs, st.sampled_from([1.03, 1.2]), lengths),
    st.builds("low <= lowest(low, {})".format, lengths),
    st.builds("high >= highest(high, {})".format, lengths),
    st.sampled_from(["close >= low + 0.5 * (high - low)", "close <= low + 0.25 * (high - low)"]),
    st.sampled_from(["supertrend_direction(10, 3) > 0", "supertrend_direction(7, 2) < 0", "roc(close, 12) > 5"]),
    st.builds("{0} {1} previous({0})".format, oscillators, st.sampled_from("<>")),
    st.builds("count({0} > previous({0}), 3) >= 3".format, averages),
    st.builds("gap {} {}".format, signs, percents),
    st.builds("gap {} -{}".format, signs, percents),
    st.sampled_from(["engulfing == 1", "engulfing == -1", "hammer == 1", "inside_bar == 1", "shooting_star == -1"]),
    st.builds(
        "count(close {} {}, {}) >= {}".format,
        signs,
        averages,
        st.shared(st.integers(2, 9), key="run"),
        st.shared(st.integers(2, 9), key="run"),
    ),
    st.builds("{0} {1} previous({0})".format, averages, signs),
    st.builds(
        "close {} {}(close, {})".format,
        signs,
        st.sampled_from(["hma", "dema", "tema", "vwma", "rma"]),
        st.integers(3, 60),
    ),
    st.builds("macd(12, 26, 9) {} 0".format, signs),
    st.builds("stochastic_k(14, 3, 3) {} {}".format, signs, st.integers(10, 90)),
    st.builds("atr({}) > 2 * previous(close)".format, lengths),  # no words for it: said as an expression
)
crossings = st.builds(
    "crosses_{}({})".format,
    st.sampled_from(["above", "below"]),
    st.one_of(
        st.builds("{}, {}".format, averages, averages),
        st.builds("close, {}".format, price_levels),
        st.builds("{}, {}".format, oscillators, st.integers(20, 80)),
        st.just("macd(12, 26, 9), macd_signal(12, 26, 9)"),
        st.just("macd_histogram(8, 17, 9), 0"),
        st.just("supertrend_direction(10, 3), 0"),
    ),
)
atoms = st.one_of(comparisons, crossings)
conditions = st.one_of(
    atoms,
    st.builds("{} and {}".format, atoms, atoms),
    st.builds("{} or {}".format, atoms, atoms),
    st.builds("{} and ({} or {})".format, atoms, atoms, atoms),
).map(lambda text: parse(text).text)
calendar = st.sampled_from(
    (
        "weekday == 0",
        "weekday == 4",
        "first_of_month",
        "last_of_month",
        "first_of_quarter",
        "dated(11, 1)",
        "on_day(15)",
        "weekday == 0 or weekday == 2",
        "last_of_month and month == 12",
        "last_of_month and (month == 3 or month == 6 or month == 9 or month == 12)",
        "dated(3, 1) and year == 2019",
    )
) | st.sampled_from(("on_day(15)", "every_session", "month == 12 and day > 20"))
leaving = st.sampled_from(
    ["on_weekday(4)", "last_of_month", "dated(5, 1)", "on_day(3)", "not (month >= 11 or month <= 4)"]
)
entries = st.one_of(
    conditions.map(Rule), calendar.map(lambda on: Rule(on=on)), st.builds(Rule, when=conditions, on=calendar)
)
exits = st.one_of(st.none(), conditions.map(Rule), leaving.map(lambda on: Rule(on=on)))
distances = st.one_of(
    st.none(),
    percents.map(lambda part: Distance(DistanceKind.FRACTION, part)),
    st.builds(
        Distance, st.just(DistanceKind.ATR), st.sampled_from([1, 1.5, 2, 3.25]), st.integers(5, 30), st.booleans()
    ),
    st.sampled_from([0.5, 3, 12.25]).map(lambda money: Distance(DistanceKind.MONEY, money)),
)
sizings = st.one_of(
    st.builds(Sizing, st.just(SizeKind.EQUITY), percents.filter(lambda part: part <= 1), st.booleans()),
    st.builds(Sizing, st.just(SizeKind.CASH), st.sampled_from([500, 2500.5]), st.booleans()),
    st.builds(Sizing, st.just(SizeKind.QUANTITY), st.integers(1, 500).map(float), st.booleans()),
    st.builds(Sizing, st.just(SizeKind.VOLATILITY), percents, st.booleans()),
)
steps = st.sampled_from(
    [(), (StopStep(0.05),), (StopStep(0.1, 0.02),), (StopStep(0.05), StopStep(0.1, 0.05)), (StopStep(0.025),)]
)
seasons = st.sampled_from(["month == 1", "month >= 2 and month <= 5", "month >= 11 or month <= 4"])
bars = st.one_of(st.none(), st.integers(1, 60))
costs = st.builds(
    Costs,
    slippage_bps=st.sampled_from([0, 2.5, 5, 10]).map(float),
    commission_bps=st.sampled_from([0, 1, 7.5]).map(float),
    commission_per_share=st.sampled_from([0, 0.005]).map(float),
    commission_per_order=st.sampled_from([0, 1, 4.95]).map(float),
    commission_minimum=st.sampled_from([0, 1]).map(float),
    slippage_per_share=st.sampled_from([0, 0.01]).map(float),
    borrow_rate=st.sampled_from([0, 0.025]).map(float),
)


@st.composite
def plans(draw: st.DrawFn) -> RulePlan:
    plan = RulePlan(
        symbol=draw(st.sampled_from(SYMBOLS)),
        entry=draw(entries),
        exit=draw(exits),
        stop_loss=draw(distances),
        take_profit=draw(distances),
        trailing_stop=draw(distances),
        hold_bars=draw(bars),
        wait_bars=draw(bars),
        sizing=draw(sizings),
        max_positions=draw(st.integers(1, 4)),
    )
    if not any(distance.follows for distance in plan.distances):
        plan = replace(plan, stop_steps=draw(steps))
    if draw(st.booleans()):
        plan = replace(plan, short_entry=draw(entries), short_exit=draw(exits))
    return replace(plan, entry=None, exit=None) if plan.short_entry and draw(st.booleans()) else plan


def compares_with_itself(node: Node) -> bool:
    return any(
        part.left == part.right if isinstance(part, Compare) else len(set(part.arguments)) < len(part.arguments)
        for part in nodes_of(node)
        if isinstance(part, (Compare, Call)) and (isinstance(part, Compare) or part.function.startswith("crosses"))
    )


def is_sensible(plan: RulePlan) -> bool:
    """Neither impossible nor leaving by what it enters by: the reader asks about those."""
    rules = (plan.entry, plan.exit, plan.short_entry, plan.short_exit)
    for rule in rules:
        if rule and rule.when and (impossible(parse(rule.when).node) or compares_with_itself(parse(rule.when).node)):
            return False
    return all(
        enter is None or enter.when is None or enter != leave
        for enter, leave in ((rules[0], rules[1]), (rules[2], rules[3]))
    )


def as_spec(*plans: RulePlan, **more: object) -> StrategySpec:
    currency = {"RELIANCE.NS": "INR", "MC.PA": "EUR"}.get(plans[0].symbol, "USD")
    terms: dict[str, object] = {
        "period": Period(date(2015, 3, 2), date(2023, 12, 29)),
        "timeframe": Timeframe.DAY,
        "initial_capital": 10_000.0,
        "currency": currency,
        "costs": Costs(),
    }
    spec = StrategySpec(summary="", runs=label_runs(plans), **{**terms, **more})  # type: ignore[arg-type]
    return replace(spec, summary=say(spec))


def assert_reads_back(spec: StrategySpec) -> None:
    found = reading(spec.summary)
    assert found.spec == spec, (spec.summary, found.unexplained, found.questions)


@given(plans().filter(is_sensible))
def test_a_plan_reads_back(plan: RulePlan):
    assert_reads_back(as_spec(plan))


@given(
    costs, st.integers(100, 10**9), st.sampled_from(["total_return", "split", "raw"]), st.sampled_from([None, "QQQ"])
)
def test_terms_read_back(cost: Costs, capital: int, mode: str, benchmark: str | None):
    plan = RulePlan("AAPL", entry=Rule(on="first_session"))
    assert_reads_back(as_spec(plan, costs=cost, initial_capital=float(capital), price_mode=mode, benchmark=benchmark))


@pytest.mark.parametrize("timeframe", Timeframe)
def test_the_length_of_bars_reads_back(timeframe: Timeframe):
    plan = RulePlan("AAPL", entry=Rule("crosses_above(sma(close, 10), sma(close, 40))"), exit=Rule("rsi(14) > 70"))
    assert_reads_back(as_spec(plan, timeframe=timeframe))


@given(seasons, distances)
def test_a_season_reads_back(season: str, stop: Distance | None):
    outside = parse_calendar(f"not ({season})").text
    assert_reads_back(as_spec(RulePlan("AAPL", entry=Rule(on=season), exit=Rule(on=outside), stop_loss=stop)))


@given(conditions, st.sampled_from([Timeframe.MINUTE_5, Timeframe.MINUTE_15, Timeframe.HOUR_1]))
def test_a_day_trade_reads_back(condition: str, timeframe: Timeframe):
    plan = RulePlan("AAPL", entry=Rule(condition), exit=Rule("rsi(14) > 99"), flat_overnight=True)
    if is_sensible(plan):
        assert_reads_back(as_spec(plan, timeframe=timeframe))


@given(plans().filter(is_sensible), plans().filter(is_sensible))
def test_a_comparison_of_strategies_reads_back(first: RulePlan, second: RulePlan):
    assert_reads_back(as_spec(first, replace(second, symbol=first.symbol)))


@given(plans().filter(is_sensible))
def test_a_comparison_of_symbols_reads_back(plan: RulePlan):
    plan = replace(plan, symbol="AAPL")
    assert_reads_back(as_spec(plan, replace(plan, symbol="MSFT"), replace(plan, symbol="T")))


def test_reading_a_sentence_twice_gives_the_same():
    sentence = "AAPL 50/200 SMA crossover in 2024 with $25K, 5% stop loss"
    assert reading(sentence) == reading(sentence)
