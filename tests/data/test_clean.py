"""Rows in order, one a bar; what had to go is named."""

from datetime import date

from bgagent.data.clean import tidy
from bgagent.data.findings import Severity
from bgagent.data.series import RawSeries
from bgagent.periods import Period
from tests.data.raw_series import NAN, raw_series

SPAN = Period(date(2024, 1, 1), date(2024, 12, 31))


def said(raw: RawSeries, span: Period = SPAN) -> dict[str, tuple[Severity, str]]:
    return {finding.code: (finding.severity, finding.text) for finding in tidy(raw).findings(span)}


def test_rows_are_put_in_order():
    raw = raw_series([3, 1, 2], days=["2024-01-04", "2024-01-02", "2024-01-03"])
    assert tidy(raw).series.close.tolist() == [1.0, 2.0, 3.0]
    assert said(raw) == {}


def test_rows_given_twice_are_used_once():
    raw = raw_series([1, 2, 2, 3], days=["2024-01-02", "2024-01-03", "2024-01-03", "2024-01-04"])
    assert tidy(raw).series.close.tolist() == [1.0, 2.0, 3.0]
    assert said(raw) == {"duplicate_rows": (Severity.NOTE, "the same row twice, used once: 2024-01-03")}


def test_of_two_rows_that_differ_the_later_is_used_and_named():
    raw = raw_series([1, 2, 5, 3], days=["2024-01-02", "2024-01-03", "2024-01-03", "2024-01-04"])
    assert tidy(raw).series.close.tolist() == [1.0, 5.0, 3.0]
    severity, text = said(raw)["contradicting_rows"]
    assert severity is Severity.CAUTION
    assert "2024-01-03" in text


def test_rows_without_usable_prices_are_dropped_and_named():
    raw = raw_series([1, NAN, 0, -3, 2], open=[1, 1, 1, 1, 2])
    assert tidy(raw).series.close.tolist() == [1.0, 2.0]
    severity, text = said(raw)["unusable_rows"]
    assert severity is Severity.CAUTION
    assert text.endswith("2024-01-03, 2024-01-04, 2024-01-05")


def test_dividend_and_split_of_a_dropped_row_move_to_the_next():
    raw = raw_series([100, NAN, NAN, 49, 50], dividends=[0, 1, 0, 0.5, 0], splits=[0, 0, 2, 0, 0])
    series = tidy(raw).series
    assert series.dividends.tolist() == [0.0, 1.5, 0.0]
    assert series.splits.tolist() == [0.0, 2.0, 0.0]


def test_volume_that_is_not_given_counts_as_none():
    raw = raw_series([1, 2, 3], volume=[10, NAN, -1])
    assert tidy(raw).series.volume.tolist() == [10.0, 0.0, 0.0]
    assert said(raw)["no_volume"][0] is Severity.NOTE


def test_only_what_lies_in_the_span_is_named():
    raw = raw_series([1, NAN, 2, 3])
    assert said(raw, Period(date(2024, 1, 4), date(2024, 1, 5))) == {}


def test_many_days_are_named_by_the_first_five():
    raw = raw_series([1, *[NAN] * 7, 2])
    assert said(raw)["unusable_rows"][1].endswith("2024-01-09 and 2 more")
