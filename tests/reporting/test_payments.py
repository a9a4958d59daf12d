"""What a report says of money that was paid in, and of a run that never had any."""

import csv
import io

import pytest

from bgagent.reporting.charts import draw_charts
from bgagent.reporting.files import equity_csv
from bgagent.reporting.markdown import to_markdown
from tests.reporting.portfolios import INTO_TWO, allocation, no_payment, payments, report_of


def test_the_payments_stand_in_the_report_with_their_days():
    report, (curve,) = payments()
    (run,) = report.runs
    assert run.payments[0].at == curve.at[0]
    assert {payment.amount for payment in run.payments} == {500.0}
    assert run.metrics["contributed"] == 500.0 * len(run.payments)
    assert run.metrics["total_return"] == pytest.approx(run.final_equity / run.metrics["contributed"] - 1)
    assert curve.paid_in[0] == 500.0
    assert curve.paid_in[-1] == run.metrics["contributed"]


def test_the_benchmark_is_the_same_money_at_once_on_the_first_day():
    (run,) = payments()[0].runs
    assert run.benchmark.label == "lump sum into ONE"
    assert run.benchmark.metrics["contributed"] == run.metrics["contributed"]
    assert run.benchmark.metrics["time_weighted_return"] == pytest.approx(run.benchmark.metrics["total_return"])


def test_payments_into_two_are_held_against_the_same_shares_of_both():
    report, _ = report_of(INTO_TWO, 1_000.0)
    (run,) = report.runs
    assert run.benchmark.label == "lump sum into ONE 70%, TWO 30%"
    assert [row.symbol for row in run.by_symbol] == ["ONE", "TWO"]
    assert run.by_symbol[0].average_weight == pytest.approx(0.7, abs=0.05)
    gained = sum(row.profit for row in run.by_symbol)
    assert gained == pytest.approx(run.final_equity - run.metrics["contributed"])


def test_months_and_years_leave_new_money_out():
    (run,) = payments()[0].runs
    (year,) = run.years
    assert all(abs(month.return_) < 0.3 for month in run.months if month.return_ is not None)
    assert year.return_ == pytest.approx(run.metrics["time_weighted_return"])
    assert year.max_drawdown == pytest.approx(run.metrics["max_drawdown"])
    assert year.exposure == 1.0


def test_equity_csv_has_the_money_paid_in_and_the_worth_of_each_position():
    report, (curve,) = report_of(INTO_TWO, 0.0)
    rows = list(csv.DictReader(io.StringIO(equity_csv(curve))))
    last = rows[-1]
    assert float(last["paid_in"]) == report.runs[0].metrics["contributed"]
    assert float(last["value_ONE"]) + float(last["value_TWO"]) == pytest.approx(float(last["position_value"]))
    assert float(last["cash"]) + float(last["position_value"]) == pytest.approx(float(last["equity"]))
    _, (fixed,) = allocation()
    assert "paid_in" not in equity_csv(fixed).splitlines()[0]


def test_the_page_leads_with_the_money_paid_in():
    text = to_markdown(payments()[0])
    assert "Money paid in" in text
    assert "Money-weighted return" in text
    assert "Money was paid in 10 times, 5,000.00 USD with what was there at the start" in text


def test_a_run_without_any_money_has_a_report_without_figures():
    report, curves = no_payment()
    (run,) = report.runs
    assert run.trades == run.payments == run.months == run.costs_ladder == ()
    assert run.metrics["total_return"] is run.metrics["sharpe"] is run.metrics["max_drawdown"] is None
    assert run.break_even_cost_bps is None
    text = to_markdown(report)
    assert "No payment was made, so there never was any money to buy with." in text
    assert "No trade: on no date of" in text
    assert "nan" not in text.lower().replace("finance", "")
    assert all("nan" not in chart.wide for chart in draw_charts(report, curves).values())
