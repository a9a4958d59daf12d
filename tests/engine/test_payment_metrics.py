"""Returns of money that came in bit by bit, reckoned by hand."""

import numpy as np
import pytest

from bgagent.engine.curve_metrics import bar_returns
from bgagent.engine.metrics import drawdown_curve, measure
from bgagent.engine.payment_metrics import money_weighted_return, returns_without_payments, time_weighted_return
from bgagent.engine.plan import Costs, PaymentPlan
from tests.engine.price_samples import random_bars
from tests.engine.test_portfolio import DAY_0, bars, plain_book, purchase, run

DAILY = PaymentPlan(("A",), 100.0, "every_session")


def test_new_money_is_no_return():
    result = run(DAILY, bars("A", [10, 10, 10]), capital=0.0)
    assert result.equity.tolist() == [0, 100, 200, 300]
    assert returns_without_payments(result).tolist() == [0, 0, 0]
    assert money_weighted_return(result) == pytest.approx(0, abs=1e-9)
    figures = measure(result, bars_per_year=252)
    assert figures["total_return"] == figures["time_weighted_return"] == figures["max_drawdown"] == 0
    assert figures["contributed"] == 300


def test_money_in_gets_the_days_return_and_the_night_before_only_what_was_there():
    result = run(PaymentPlan(("A",), 100.0, "first_session or weekday == 1"), bars("A", [10, 20, 10]), capital=100.0)
    # 200 in at 10; doubled overnight to 400; 100 more; then halved
    assert returns_without_payments(result).tolist() == pytest.approx([0, 1, -0.5])
    assert time_weighted_return(result) == pytest.approx(0)
    figures = measure(result, bars_per_year=252)
    assert figures["total_return"] == pytest.approx(250 / 300 - 1)
    assert figures["max_drawdown"] == pytest.approx(-0.5)
    assert drawdown_curve(result).tolist() == pytest.approx([0, 0, -0.5])


def test_the_rate_is_that_of_a_spreadsheet():
    market = bars("A", {0: 10.0, 182: 10.0, 365: 11.0})
    once = run(PaymentPlan(("A",), 1000.0, "first_session or month == 13"), market, capital=0.0)
    assert money_weighted_return(once) == pytest.approx(0.1, rel=1e-9)
    result = run(PaymentPlan(("A",), 1000.0, "first_session or month == 7"), market, capital=0.0)
    assert [payment.bar for payment in result.payments] == [0, 1]  # 1 July is 183 days before the end
    rate = money_weighted_return(result)
    assert 1000 * (1 + rate) + 1000 * (1 + rate) ** (183 / 365) == pytest.approx(2200, rel=1e-9)


def test_a_rate_needs_time_and_money():
    assert np.isnan(money_weighted_return(run(DAILY, bars("A", [10]), capital=0.0)))
    nothing = PaymentPlan(("A",), 100.0, when="close > 99")
    result = run(nothing, bars("A", [10, 10, 10]), capital=0.0)
    assert np.isnan(money_weighted_return(result))
    assert np.isnan(result.total_return)
    assert measure(result, bars_per_year=252)["total_return"] is None


def test_without_payments_returns_are_those_of_equity():
    result = run(
        PaymentPlan(("A",), 100.0, "first_session or month == 13"), bars("A", [10, 11, 12]), first=0, capital=1000.0
    )
    assert len(result.payments) == 1  # the first payment is due at the window's first open
    without = run(PaymentPlan(("A",), 100.0, when="close > 99"), bars("A", [10, 11, 12]))
    assert returns_without_payments(without).tolist() == bar_returns(without.equity).tolist()
    assert "contributed" not in measure(without, bars_per_year=252)


def test_money_that_comes_late_leaves_the_bars_before_it_at_nothing():
    result = run(
        PaymentPlan(("A",), 100.0, "every_session", when="close > 10"), bars("A", [10, 11, 12, 24]), capital=0.0
    )
    assert [payment.bar for payment in result.payments] == [2, 3]
    assert returns_without_payments(result).tolist() == pytest.approx([0, 0, 0, 1])


def test_returns_are_those_of_the_plain_loop():
    sample = random_bars(11, 60)
    rows = zip(sample.open.tolist(), sample.high.tolist(), sample.low.tolist(), sample.close.tolist(), strict=True)
    days = (sample.sessions - DAY_0).astype(int).tolist()
    market = dict(zip(days, rows, strict=True))
    result = run(PaymentPlan(("TEST",), 100.0, "weekday == 0"), sample, capital=500.0, costs=Costs(5, 10, 0, 1))
    plain = plain_book(500.0, {"TEST": market}, result.account)
    plain.now["TEST"] = 0.0
    for day in days:
        payment = 100.0 if day % 7 == 0 else 0.0
        money = payment + (500.0 if day == 0 else 0.0)
        if money:
            plain.wishes.append(purchase("TEST", "cash", money, why="schedule"))
        plain.step(day, payment)
    assert result.equity.tolist() == pytest.approx(plain.curve)
    assert returns_without_payments(result).tolist() == pytest.approx(plain.returns, abs=1e-12)
