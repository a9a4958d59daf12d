import pytest

from bgagent.engine.plan import Costs
from bgagent.reporting.yardsticks import FREE, finish, with_costs
from tests.reporting.engine_runs import flat_bars, run_of, source


def break_even(result):
    return finish("run", source(), result).break_even_cost_bps


def test_the_same_orders_without_costs_give_the_plain_gain():
    dear = run_of(costs=Costs(slippage_bps=100.0, commission_bps=50.0))
    free = with_costs(dear, FREE)
    assert free.total_return == pytest.approx(110 / 100 - 1)
    assert dear.total_return < free.total_return
    assert [fill.bar for fill in free.fills] == [fill.bar for fill in dear.fills]


def test_break_even_of_one_round_trip():
    # all cash buys at 100 (1 + c) and is sold at 110 (1 - c): nothing is left of the gain at c = 10 / 210
    assert break_even(run_of()) == pytest.approx(1e4 * 10 / 210, rel=1e-5)


def test_break_even_of_a_position_still_open_pays_its_entry_alone():
    assert break_even(run_of(hold_bars=None)) == pytest.approx(1e4 * (118 / 100 - 1), rel=1e-5)


def test_break_even_does_not_depend_on_the_costs_of_the_run():
    assert break_even(run_of(costs=Costs(20.0, 10.0))) == pytest.approx(break_even(run_of()), rel=1e-6)


def test_break_even_is_what_it_says():
    result = run_of(hold_bars=1)
    costs = Costs(0.0, commission_bps=break_even(result))
    assert with_costs(result, costs).total_return == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    "result",
    [
        run_of(bars=flat_bars((90.0, 100.0, 95.0, 90.0, 80.0, 70.0))),  # a loss anyway
        run_of(when="close > 1000"),  # never traded
        run_of(hold_bars=None, bars=flat_bars((90.0, 100.0, 150.0, 200.0, 250.0, 300.0))),  # twice the cap
    ],
    ids=["loss", "no trade", "too good"],
)
def test_there_may_be_no_such_cost(result):
    assert break_even(result) is None


def test_a_finished_run_is_held_against_buy_and_hold_of_its_symbol():
    run = finish("hold two days", source(), run_of(costs=Costs(5.0)), notes=("started flat",))
    assert run.benchmark_label == "Buy and hold AAPL"
    assert run.benchmark.final_equity == pytest.approx(1000 / 1.0005 * 118 / 100)
    assert run.without_costs.final_equity == pytest.approx(1100.0)
    assert run.break_even_cost_bps == pytest.approx(1e4 * 10 / 210, rel=1e-5)
    assert run.notes == ("started flat",)
