"""What a run of several symbols held, drawn: shares stand upon each other, and short ones do not."""

import re
from dataclasses import replace

import numpy as np
import pytest

from bgagent.reporting.catalogue import catalogue
from bgagent.reporting.holdings_chart import bands, can_stack, holdings_chart
from bgagent.reporting.writer import Writer
from tests.reporting.portfolios import allocation, long_short, payments

WRITE = Writer(catalogue("en"), "USD", True)


def test_shares_are_worth_over_equity():
    _, (curve,) = allocation()
    one, two = bands(curve, WRITE)
    assert (one.name, two.name) == ("ONE", "TWO")
    assert one.shares[0] == pytest.approx(curve.holdings["ONE"][0] / curve.equity[0])
    cash = np.array(curve.cash) / np.array(curve.equity)
    assert (one.shares + two.shares + cash).tolist() == pytest.approx([1.0] * len(curve.at))
    assert 0.55 < one.shares.mean() < 0.65


def test_nine_symbols_are_six_and_the_others():
    _, (curve,) = allocation()
    many = {f"S{number}": tuple(value / (number + 1) for value in curve.equity) for number in range(9)}
    found = bands(replace(curve, holdings=many), WRITE)
    assert [band.name for band in found] == ["S0", "S1", "S2", "S3", "S4", "S5", "3 others"]
    assert found[-1].shares[0] == pytest.approx(1 / 7 + 1 / 8 + 1 / 9)


def test_what_is_sold_short_is_drawn_as_lines():
    _, (curve,) = long_short()
    assert not can_stack(bands(curve, WRITE))
    drawing = holdings_chart(curve, "long and short", WRITE)
    assert drawing.count('class="band') == 0
    assert len(re.findall(r'class="line (?:one|two|three)" d="M\d', drawing)) == 2 * 3  # and their signs
    assert "NaN" not in drawing


def test_stacked_shares_fill_the_panel_the_tallest_first():
    _, (curve,) = allocation()
    drawing = holdings_chart(curve, "60/40", WRITE)
    paths = re.findall(r'<path class="band (\w+)"', drawing)
    assert paths == ["two", "one"]
    assert "100%" in drawing
    assert "the rest is cash" in drawing


def test_a_run_of_one_symbol_has_no_such_chart():
    _, (curve,) = payments()
    with pytest.raises(ValueError, match="several symbols"):
        bands(curve, WRITE)
