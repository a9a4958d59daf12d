"""What a job may spend is held back before each call; whatever is not known counts as spent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgagent.errors import LimitReached
from bgagent.llm.budget import Allowance, Budget, tokens_of
from bgagent.llm.call import Answer, Failure, FailureKind, Question
from bgagent.llm.choice import choose_model
from bgagent.llm.prices import Price, listed_price

QUESTION = Question("i" * 400, ("t" * 600,), purpose="test", max_tokens_out=4000)
TOKENS_IN = 1000 // 2 + 256


def budget(calls=10, tokens=100_000, usd=None, time_left=60.0):
    return Budget(Allowance(calls, tokens, usd), time_left=lambda: time_left)


def answered(tokens_in=100, tokens_out=50, cost_usd=0.01):
    return Answer("x", "m", tokens_in, tokens_out, cost_usd)


def test_nothing_is_spent_at_first():
    spent = budget().spent
    assert (spent.calls, spent.tokens_in, spent.tokens_out, spent.cost_usd) == (0, 0, 0, 0.0)


def test_the_most_a_call_can_use_is_held_back():
    held = budget().reserve(QUESTION, Price(2.0, 10.0))
    assert (held.tokens_in, held.tokens_out) == (TOKENS_IN, 4000)
    assert held.usd == pytest.approx((TOKENS_IN * 2 + 4000 * 10) / 1e6)


def test_what_was_used_takes_the_place_of_what_was_held_back():
    purse = budget(usd=1.0)
    purse.settle(purse.reserve(QUESTION, Price(2.0, 10.0)), answered(), requests=1)
    purse.settle(purse.reserve(QUESTION, Price(2.0, 10.0)), answered(), requests=3)
    spent = purse.spent
    assert (spent.calls, spent.tokens_in, spent.tokens_out) == (4, 200, 100)
    assert spent.cost_usd == pytest.approx(0.02)


def test_one_unknown_cost_makes_the_sum_unknown():
    purse = budget()
    purse.settle(purse.reserve(QUESTION, None), answered(), requests=1)
    purse.settle(purse.reserve(QUESTION, None), answered(cost_usd=None), requests=1)
    assert purse.spent.cost_usd is None


def test_an_unknown_cost_uses_up_what_was_held_back():
    purse = budget(usd=0.1)
    price = Price(0.0, 10.0)  # 4000 tokens out cost 0.04
    for _ in range(2):
        purse.settle(purse.reserve(QUESTION, price), answered(cost_usd=None), requests=1)
    assert purse.reserve(QUESTION, price).tokens_out == 2000  # what the last 0.02 pay for
    purse.settle(purse.reserve(QUESTION, price), answered(cost_usd=None), requests=1)
    with pytest.raises(LimitReached, match=r"\$0\.10"):
        purse.reserve(QUESTION, price)


@pytest.mark.parametrize(("may_be_billed", "left"), [(True, 100_000 - TOKENS_IN - 4000), (False, 100_000)])
def test_a_failed_call_costs_what_it_may_have_cost(may_be_billed, left):
    purse = budget()
    failure = Failure(FailureKind.TIMEOUT, "", may_be_billed=may_be_billed)
    purse.settle(purse.reserve(QUESTION, None), failure, requests=1)
    greedy = Question("", ("",), purpose="all of it", max_tokens_out=1_000_000)
    assert purse.reserve(greedy, None).tokens_out == left - tokens_of(greedy)
    assert purse.spent.cost_usd == (None if may_be_billed else 0.0)


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({"calls": 0}, "0 model calls"),
        ({"tokens": 1500}, "1500 tokens"),
        ({"usd": 0.001}, r"\$0\.00"),
        ({"time_left": 0.0}, "no time"),
        ({"time_left": -5.0}, "no time"),
    ],
)
def test_each_limit_says_no_before_a_call(limits, told):
    with pytest.raises(LimitReached, match=told) as raised:
        budget(**limits).reserve(QUESTION, Price(2.0, 10.0))
    assert raised.value.hint


def test_a_short_answer_may_use_the_last_tokens():
    small = Question("", ("",), purpose="yes or no", max_tokens_out=10)
    assert budget(tokens=tokens_of(small) + 10).reserve(small, None).tokens_out == 10


def test_without_a_price_money_that_was_reported_still_counts():
    purse = budget(usd=0.05)
    purse.settle(purse.reserve(QUESTION, None), answered(cost_usd=0.06), requests=1)
    with pytest.raises(LimitReached, match=r"\$0\.05") as raised:
        purse.reserve(QUESTION, None)
    assert "--budget-usd" in raised.value.hint


def test_tokens_bound_a_job_whose_price_nobody_knows():
    assert Allowance.of(calls=12, usd=None).tokens == 12 * 25_000


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 4000)), max_size=30))
def test_no_sequence_of_calls_passes_a_limit(calls):
    """Whatever the answers take of what was held back for them, the sum stays below each limit."""
    price = Price(3.0, 15.0)
    purse = budget(calls=20, tokens=30_000, usd=0.2)
    for wanted_in, wanted_out in calls:
        try:
            held = purse.reserve(QUESTION, price)
        except LimitReached:
            break
        used_in, used_out = min(wanted_in, held.tokens_in), min(wanted_out, held.tokens_out)
        purse.settle(held, answered(used_in, used_out, price.of(used_in, used_out)), requests=1)
    spent = purse.spent
    assert spent.calls <= 20
    assert spent.tokens_in + spent.tokens_out <= 30_000
    assert spent.cost_usd <= 0.2 + 1e-12


@pytest.mark.parametrize(
    ("written", "dollars_in", "dollars_out"),
    [
        ("gpt-4o-mini", 0.15, 0.6),
        ("claude-3-5-sonnet-20241022", 3.0, 15.0),
        ("openrouter/anthropic/claude-3.5-sonnet", 3.0, 15.0),
        ("ollama/llama3.2", 0.0, 0.0),
    ],
)
def test_the_price_list_knows_the_models_people_use(written, dollars_in, dollars_out):
    keys = dict.fromkeys(("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "OPENROUTER_API_KEY"), "key")
    price = listed_price(choose_model(written, base_url=None, secrets=keys))
    assert (price.usd_per_million_in, price.usd_per_million_out) == pytest.approx((dollars_in, dollars_out))


def test_an_unlisted_model_has_no_price():
    assert listed_price(choose_model("scripted", base_url="http://127.0.0.1:1/v1", secrets={})) is None


def test_a_question_ends_with_our_turn():
    with pytest.raises(ValueError, match="odd"):
        Question("i", ("ours", "theirs"), purpose="x")
