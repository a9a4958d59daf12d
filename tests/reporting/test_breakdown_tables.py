from dataclasses import replace

import pytest

from bgagent.artifacts.breakdown import MonthRow, YearRow
from bgagent.engine.plan import Costs
from bgagent.reporting.breakdown_tables import (
    bins_table,
    costs_in_words,
    costs_table,
    late_table,
    months_table,
    years_table,
)
from bgagent.reporting.catalogue import catalogue
from bgagent.reporting.run_tables import correlations_table, winners_table
from bgagent.reporting.writer import Writer
from tests.reporting.samples import comparison, make_run

WRITE = Writer(catalogue("en"), "USD", with_symbol=True)
RUN = make_run()[0]
IDLE = make_run(trading=False)[0]


def test_the_costs_ladder_has_a_row_for_every_step():
    table = costs_table(RUN, Costs(), WRITE)
    assert [row[0] for row in table.rows] == [
        "none", "as asked for: slippage 5 bps, commission 0 bps", "2 times as much", "5 times as much"]  # fmt: skip
    assert [row[1] for row in table.rows] == [WRITE.percent(step.total_return) for step in RUN.costs_ladder]
    assert [row[-1] for row in table.rows] == ["$0.00", "$41.50", "$83.00", "$207.50"]


def test_a_run_without_trades_has_one_line_of_costs_and_no_return():
    (row,) = costs_table(IDLE, Costs(), WRITE).rows
    assert row == ("slippage 5 bps, commission 0 bps", *["no trade"] * 5)
    for table in (late_table, months_table, years_table, bins_table):
        assert table(IDLE, WRITE).rows == ()


def test_late_fills_stand_below_the_result_itself():
    rows = late_table(RUN, WRITE).rows
    assert [row[0] for row in rows] == ["at the first open", "one bar later", "two bars later"]
    assert rows[0][1] == WRITE.percent(RUN.metrics["total_return"])
    assert rows[2][1] == WRITE.percent(RUN.late_fills[1].total_return)


def test_months_stand_in_their_column_and_are_coloured_by_size():
    run = replace(
        RUN,
        months=(
            MonthRow("2023-12", -0.004),
            MonthRow("2024-02", 0.05),
            MonthRow("2024-03", 0.0),
            MonthRow("2024-04", None),
        ),
        years=(YearRow(2023, -0.004, None, 0.0, 0.0, 0), YearRow(2024, 0.05, 0.1, -0.2, 0.5, 1)),
    )
    table = months_table(run, WRITE)
    assert [column.title for column in table.columns][:3] == ["Year", "Jan", "Feb"]
    assert table.rows[0] == ("2023", *[""] * 11, "-0.40%", "-0.40%")
    assert table.rows[1] == ("2024", "", "5.00%", "0.00%", "n/a", *[""] * 8, "5.00%")
    assert (table.looks[0][12], table.looks[1][2], table.looks[1][3]) == ("heat-down-1", "heat-up-3", "")
    assert years_table(run, WRITE).rows[1] == ("2024", "5.00%", "10.00%", "-20.00%", "50.00%", "1")
    assert years_table(run, WRITE).rows[0][2] == "n/a"


@pytest.mark.parametrize(
    ("costs", "expected"),
    [
        (Costs(), "slippage 5 bps, commission 0 bps"),
        (Costs(0.0, commission_bps=1.5, commission_per_order=2.0, commission_minimum=1.0),
         "slippage 0 bps, commission 1.5 bps + $2.00 an order (at least $1.00 an order)"),
        (Costs(1.0, commission_per_share=0.01), "slippage 1 bps, commission $0.01 a share"),
    ],
)  # fmt: skip
def test_costs_are_said_in_words(costs, expected):
    assert costs_in_words(costs, WRITE) == expected


def test_runs_beside_each_other_show_the_best_and_how_alike_they_are():
    report, _ = comparison()
    won = winners_table(report.comparison, report.runs, WRITE)
    best = report.runs[0]
    assert won.rows[0] == ("Total return", best.label, WRITE.percent(best.metrics["total_return"]))
    alike = correlations_table(report.comparison, WRITE)
    assert alike.rows == (("10/30 crossover", "1.00", "0.51"), ("20/60 crossover", "0.51", "1.00"))
