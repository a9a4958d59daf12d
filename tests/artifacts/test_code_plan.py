"""A plan for code names its symbols, describes itself, and says which way it trades."""

import pytest

from bgagent.artifacts.code_plan import CodePlan, Sides
from bgagent.engine.plan import Distance, DistanceKind

SAYS = "buy after three closes that each lie above the one before"


def test_what_is_watched_is_needed_and_not_held():
    plan = CodePlan(("SPY", "QQQ"), SAYS, Sides.BOTH, watched=("GLD",))
    assert plan.needed_symbols == ("SPY", "QQQ", "GLD")
    assert plan.held_symbols == ("SPY", "QQQ")
    assert plan.direction == "both"


def test_only_distances_that_are_given_are_told():
    stop = Distance(DistanceKind.ATR, 2.0)
    assert CodePlan(("SPY",), SAYS, stop_loss=stop).distances == (stop,)
    assert CodePlan(("SPY",), SAYS).distances == ()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"symbols": ()}, "needs a symbol"),
        ({"watched": ("SPY",)}, "SPY, SPY"),
        ({"description": "buy"}, "must say everything"),
        ({"lookback_bars": 0}, "between 1 and 5000"),
        ({"lookback_bars": 5001}, "between 1 and 5000"),
        ({"stop_loss": Distance(DistanceKind.PRICE, 1.0, at="low")}, "belongs into the description"),
        ({"stop_loss": Distance(DistanceKind.RISK, 1.0)}, "only a target"),
        ({"hold_bars": 0}, "hold_bars must be 1 or more"),
        ({"max_positions": 0}, "max_positions must be 1 or more"),
    ],
)
def test_a_plan_that_says_nothing_is_refused(changes, told):
    with pytest.raises(ValueError, match=told):
        CodePlan(**{"symbols": ("SPY",), "description": SAYS, **changes})
