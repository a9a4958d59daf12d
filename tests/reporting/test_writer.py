import pytest

from bgagent.reporting.catalogue import Catalogue, catalogue
from bgagent.reporting.definitions import metrics
from bgagent.reporting.writer import Writer

ENGLISH = Writer(catalogue("en"), "USD", with_symbol=False)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("total_return", 0.1, "10.00%"),
        ("trades", 3, "3"),
        ("max_drawdown_days", 87, "87 days"),
        ("costs", 2.0, "2.00 USD"),
        ("max_drawdown_from", "2024-03-01", "2024-03-01"),
        ("sharpe", 1.234, "1.23"),
        ("cagr", None, "n/a"),
        ("max_drawdown_days", None, "n/a"),
    ],
)
def test_a_metric_is_written_as_its_kind(key, value, expected):
    assert key in metrics()
    assert ENGLISH.metric({key: value}, key) == expected


def test_a_metric_that_was_not_measured_is_not_defined():
    assert ENGLISH.metric({}, "sharpe") == "n/a"


@pytest.mark.parametrize(
    ("value", "currency", "with_symbol", "expected"),
    [
        (1_000_000.0, "INR", True, "₹10,00,000.00"),
        (-123_456_789.5, "INR", False, "-12,34,56,789.50 INR"),
        (99_999.0, "INR", True, "₹99,999.00"),
        (1_000_000.0, "USD", True, "$1,000,000.00"),
    ],
)
def test_rupees_are_grouped_by_lakhs(value, currency, with_symbol, expected):
    assert Writer(catalogue("en"), currency, with_symbol).money(value) == expected


@pytest.mark.parametrize(
    ("signs", "text", "expected"),
    [
        ({"decimal": ",", "group": "."}, "-$1,234,567.50", "-$1.234.567,50"),
        ({"decimal": ",", "group": ".", "percent": "\u00a0"}, "12.30%", "12,30\u00a0%"),
        ({"lakhs": True}, "1,234,567.5", "12,34,567.5"),
        ({"decimal": ",", "group": "."}, "n/a", "n/a"),
    ],
)
def test_figures_carry_the_signs_of_the_language(signs, text, expected):
    assert Catalogue(code="xx", **signs).number(text) == expected


def test_phrases_are_filled_and_values_are_not_read_as_patterns():
    german = Catalogue(code="xx", texts={"{n} days": "{n} Tage", "Costs": "Kosten"})
    assert german.say("{n} days", n="{costs}") == "{costs} Tage"
    assert german.say("Costs") == "Kosten"
    assert german.say("Not there") == "Not there"


def test_a_language_that_is_not_there_is_refused():
    with pytest.raises(KeyError):
        catalogue("xx")
