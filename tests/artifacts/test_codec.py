import dataclasses
import json
import math
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgagent.artifacts.attempts import Attempt, Check, CheckStatus, Critique, RunFailure, StrategySource
from bgagent.artifacts.clauses import Assumption, Clause, ClauseStatus
from bgagent.artifacts.code_plan import CodePlan, Sides
from bgagent.artifacts.codec import from_json, to_json, to_plain
from bgagent.artifacts.report import Curve, ErrorRow, Report, TradeRow
from bgagent.artifacts.request import Request
from bgagent.artifacts.spec import RunSpec, StrategySpec, Understood
from bgagent.engine.plan import (
    Costs,
    Distance,
    DistanceKind,
    PaymentPlan,
    Plan,
    Rule,
    RulePlan,
    RulePortfolio,
    SizeKind,
    Sizing,
    Weighting,
    WeightPlan,
)
from bgagent.periods import Period, Timeframe

ARTIFACTS = [Request, StrategySpec, Understood, StrategySource, RunFailure, Critique, Attempt, Report, Curve]

TRADE = TradeRow("AAPL", "long", 2.0, "2024-01-02", 10.0, None, None, "end_open", 1.5, 0.075, 0.0, 3)


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of an artifact's type, built from its type hints; what its constructor refuses is left out."""
    if kind in _LEAVES:
        return _LEAVES[kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(kind, **{field.name: values(hints[field.name]) for field in dataclasses.fields(kind)})
    if isinstance(kind, UnionType):
        return st.one_of([values(choice) for choice in get_args(kind)])
    arguments = get_args(kind)
    if get_origin(kind) is tuple:
        if arguments[-1] is Ellipsis:
            return st.lists(values(arguments[0]), max_size=2).map(tuple)
        return st.tuples(*(values(argument) for argument in arguments))
    assert get_origin(kind) is dict, kind
    return st.dictionaries(_LEAVES[str], values(arguments[1]), max_size=2)


_POSITIVE = st.floats(min_value=1e-6, max_value=1e9)
_TEXT = st.text(max_size=8) | st.sampled_from(["return", "return_", "class", "_", "a|b"])
_LEAVES: dict[Any, st.SearchStrategy[Any]] = {
    str: _TEXT,
    int: st.integers(min_value=-(2**53), max_value=2**53),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    type(None): st.none(),
    datetime: st.datetimes(timezones=st.just(UTC)),
    date: st.dates(),
    Period: st.tuples(st.dates(), st.dates()).map(lambda days: Period(min(days), max(days))),
    Sizing: st.builds(Sizing, st.sampled_from(SizeKind), _POSITIVE, st.booleans()),
    Distance: st.builds(
        Distance,
        st.sampled_from((DistanceKind.FRACTION, DistanceKind.ATR, DistanceKind.MONEY)),
        _POSITIVE,
        st.integers(1, 50),
        st.booleans(),
    ),
    Rule: st.builds(Rule, when=_TEXT, on=st.none() | _TEXT) | st.builds(Rule, on=_TEXT),
    Costs: st.builds(Costs, *[st.floats(0, 1e6)] * 5),
}
_AT_A_PRICE = st.builds(Distance, st.just(DistanceKind.PRICE), _POSITIVE, at=_TEXT, short_at=st.none() | _TEXT)
_LEAVES[RulePlan] = st.builds(
    RulePlan,
    symbol=_TEXT,
    entry=_LEAVES[Rule],
    exit=st.none() | _LEAVES[Rule],
    short_entry=st.none() | _LEAVES[Rule],
    short_exit=st.none() | _LEAVES[Rule],
    stop_loss=st.none() | _LEAVES[Distance],
    take_profit=st.none() | _LEAVES[Distance] | _AT_A_PRICE,
    trailing_stop=st.none() | _LEAVES[Distance],
    hold_bars=st.none() | st.integers(1, 500),
    wait_bars=st.none() | st.integers(1, 500),
    sizing=_LEAVES[Sizing],
    max_positions=st.integers(1, 9),
)
_LEAVES[WeightPlan] = st.builds(
    WeightPlan, symbols=st.lists(_TEXT, min_size=1, max_size=3, unique=True).map(tuple), on=_TEXT, invested=_POSITIVE
)
_LEAVES[PaymentPlan] = st.builds(
    PaymentPlan, symbols=st.lists(_TEXT, min_size=1, max_size=3, unique=True).map(tuple), amount=_POSITIVE, on=_TEXT
)
_LEAVES[Plan] = _LEAVES[RulePlan] | _LEAVES[WeightPlan] | _LEAVES[PaymentPlan]


@pytest.mark.parametrize("kind", ARTIFACTS, ids=lambda kind: kind.__name__)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_artifact_comes_back_from_json_as_it_was(kind, data):
    value = data.draw(values(kind))
    text = to_json(value)
    assert from_json(text, kind) == value
    assert to_json(from_json(text, kind)) == text


def test_a_spec_with_every_part_of_a_plan_comes_back():
    plan = RulePlan(
        symbol="AAPL",
        entry=Rule(when="crosses_above(sma(close, 50), sma(close, 200))", on="weekday == 0"),
        stop_loss=Distance(DistanceKind.ATR, 2.0, atr_length=10, follows=True),
        sizing=Sizing(SizeKind.RISK, 0.01, whole_shares=True),
    )
    period = Period(date(2024, 1, 1), date(2024, 12, 31))
    spec = StrategySpec("buy", (RunSpec("a", plan),), period, Timeframe.DAY, 25_000.0, "USD", Costs(commission_bps=1.0))
    understood = Understood(
        spec,
        (Clause("with $25K", (0, 9), ClauseStatus.STATED, "initial_capital", "25000"),),
        (Assumption("timeframe", "1d", "not said"),),
    )
    assert from_json(to_json(understood), Understood) == understood


@pytest.mark.parametrize(
    "plan",
    [
        RulePlan("AAPL", entry=Rule(on="first_session")),
        RulePortfolio((RulePlan("AAPL", entry=Rule("rsi(2) < 10")), RulePlan("MSFT", entry=Rule("rsi(2) < 10")))),
        WeightPlan(("SPY", "TLT"), Weighting.FIXED, weights=(0.6, 0.4), stop_loss=Distance(DistanceKind.ATR, 2.0)),
        PaymentPlan(("SPY",), 500.0, rebalance_on="first_of_year"),
        CodePlan(("SPY",), "buy the third close in a row above the last", Sides.BOTH, watched=("VIX",), hold_bars=5),
    ],
    ids=lambda plan: plan.kind,
)
def test_a_plan_of_each_kind_comes_back(plan):
    run = RunSpec("a", plan)
    assert from_json(to_json(run), RunSpec) == run


def test_a_plan_of_an_unknown_kind_is_no_run():
    with pytest.raises(ValueError, match="no plan of the kind 'dreams'"):
        from_json('{"label": "a", "plan": {"kind": "dreams"}}', RunSpec)


def test_field_names_lose_the_underscore_python_forces_on_them_and_dictionary_keys_keep_theirs():
    assert json.loads(to_json(TRADE))["return"] == 0.075
    error = ErrorRow("Bug", "m", "h")
    assert json.loads(to_json(error))["class"] == "Bug"
    check = Check("traded", CheckStatus.PASS, "", {"return_": 1.0, "return": 2.0})
    assert json.loads(to_json(check))["figures"] == {"return_": 1.0, "return": 2.0}
    assert from_json(to_json(check), Check) == check


def test_json_is_indented_by_two_in_field_order_with_a_newline_at_the_end():
    assumption = Assumption("timeframe", "1d", "é")
    expected = '{\n  "field": "timeframe",\n  "value": "1d",\n  "why": "é"\n}\n'
    assert to_json(assumption) == expected.encode()


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (Check("c", CheckStatus.PASS, "", {"sharpe": math.nan}), "Check.figures.sharpe is nan"),
        (dataclasses.replace(TRADE, return_=math.inf), "TradeRow.return is inf"),
        (Critique((Check("c", CheckStatus.PASS, "", {"x": -math.inf}),)), r"Critique.checks\[0\].figures.x is -inf"),
        (dataclasses.replace(TRADE, bars_held=np.int64(3)), "TradeRow.bars_held is a int64"),
        ({1: "a"}, "key that is no text"),
    ],
)
def test_what_json_has_no_word_for_is_refused_by_place(value, place):
    with pytest.raises(ValueError, match=place):
        to_json(value)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"symbol": 1}', b"\xff", b"[" * 100_000])
def test_text_that_is_no_such_artifact_is_refused_by_name(text):
    with pytest.raises(ValueError, match="this is no TradeRow"):
        from_json(text, TradeRow)


def test_a_value_its_own_constructor_refuses_is_refused_from_json_too():
    with pytest.raises(ValueError, match="a size must be above 0"):
        from_json(b'{"kind": "equity", "value": 0}', Sizing)


def test_keys_of_a_newer_version_are_passed_over():
    plain = to_plain(TRADE)
    assert isinstance(plain, dict)
    plain["added_later"] = {"return": [1]}
    assert from_json(json.dumps(plain), TradeRow) == TRADE


def test_a_lone_surrogate_does_not_cost_the_artifact():
    assert json.loads(to_json(Assumption("f", "a\ud800b", "w")))["value"] == "a?b"


def test_a_time_in_another_zone_stays_the_same_instant():
    at = datetime(2024, 1, 2, 12, tzinfo=timezone(timedelta(hours=2)))
    request = Request("job", "buy", at)
    assert from_json(to_json(request), Request).as_of == at
