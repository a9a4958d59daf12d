import pytest

from bgagent.reporting import figures


@pytest.mark.parametrize(
    ("write", "value", "expected"),
    [
        (figures.percent, 0.17306640, "17.31%"),
        (figures.percent, -0.1234, "-12.34%"),
        (figures.percent, -0.00001, "0.00%"),  # no "-0.00%"
        (figures.percent, 12.5, "1,250.00%"),
        (figures.ratio, 1.005, "1.00"),
        (figures.count, 1234.0, "1,234"),
        (figures.basis_points, 5.0, "5 bps"),
        (figures.basis_points, 213.4567, "213.5 bps"),
        (figures.price, 213.4747, "213.47"),
        (figures.price, 1.08342, "1.0834"),
        (figures.price, 0.000012345678, "0.0000123457"),
        (figures.price, 64123.456, "64,123.46"),
        (figures.quantity, 117.10989653, "117.1099"),
        (figures.quantity, 100.0, "100"),
        (figures.quantity, 0.12345678, "0.123457"),
        (figures.seconds, 1.314, "1.31 s"),
        (figures.seconds, 75.4, "75 s"),
        (figures.plain, 25.0, "25"),
        (figures.plain, 3.6e-16, "3.6e-16"),
        (figures.plain, 1234567.891, "1,234,567.89"),
        (figures.plain, 0.0123456789, "0.0123457"),
    ],
)
def test_a_figure_is_written_as_its_kind_calls_for(write, value, expected):
    assert write(value) == expected


@pytest.mark.parametrize(
    "write",
    [figures.percent, figures.ratio, figures.count, figures.basis_points, figures.price, figures.quantity,
     figures.seconds, figures.plain],
)  # fmt: skip
def test_what_is_not_defined_is_never_a_number(write):
    assert write(None) == "n/a"


@pytest.mark.parametrize(
    ("value", "currency", "with_symbol", "expected"),
    [
        (29326.6601, "USD", True, "$29,326.66"),
        (29326.6601, "USD", False, "29,326.66 USD"),
        (-12.5, "EUR", True, "-€12.50"),
        (12.5, "CHF", True, "12.50 CHF"),  # no symbol of its own
        (-0.001, "USD", True, "$0.00"),
        (None, "USD", True, "n/a"),
    ],
)
def test_money_carries_its_currency(value, currency, with_symbol, expected):
    assert figures.money(value, currency, with_symbol=with_symbol) == expected


def test_prices_of_one_column_have_the_same_decimals():
    assert [figures.price(value, 1.08) for value in (1.08, 213.4747)] == ["1.0800", "213.4747"]
    assert figures.price(14.011) == "14.01"
