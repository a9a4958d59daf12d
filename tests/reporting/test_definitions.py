from dataclasses import replace

from bgagent.reporting.definitions import KEY_METRICS, counted, definitions_for, metrics
from tests.reporting.samples import make_run

OF_THE_CONTRACT = (
    "total_return cagr volatility sharpe sortino max_drawdown max_drawdown_days calmar exposure turnover costs trades "
    "win_rate profit_factor expectancy avg_win avg_loss best_trade worst_trade avg_bars_held longest_losing_run "
    "max_drawdown_from max_drawdown_to alpha beta correlation var_95 cvar_95 psr dsr contributed money_weighted_return "
    "time_weighted_return"
).split()


def test_every_metric_of_the_contract_has_a_name_a_kind_and_a_definition():
    assert set(metrics()) == set(OF_THE_CONTRACT)
    for metric in metrics().values():
        assert metric.name
        assert metric.definition
        assert metric.kind in {"percent", "ratio", "count", "days", "money", "date"}


def test_the_key_figures_are_five_of_them():
    assert len(KEY_METRICS) == 5
    assert set(KEY_METRICS) <= set(metrics())


def test_whole_numbers_are_known_as_such():
    assert counted() == {"trades", "longest_losing_run", "max_drawdown_days"}


def test_a_report_defines_what_it_shows_and_nothing_else():
    run, _ = make_run()
    texts = definitions_for((run,))
    assert set(run.metrics) <= set(texts)
    assert "contributed" not in texts  # no payments were made
    assert texts["bars_per_year"].endswith(": 252")
    assert "365" in definitions_for((run, replace(run, bars_per_year=365.0)))["bars_per_year"]
    assert definitions_for(()) == {}
