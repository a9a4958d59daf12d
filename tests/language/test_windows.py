"""Windows of time, on 20 November 2026, when the last session was the day before."""

import pytest

from tests.language.reading import questions, spec_of


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        ("in 2024", "2024-01-01", "2024-12-31"),
        ("2024", "2024-01-01", "2024-12-31"),
        ("for the year 2024", "2024-01-01", "2024-12-31"),
        ("throughout 2024", "2024-01-01", "2024-12-31"),
        ("calendar year 2024", "2024-01-01", "2024-12-31"),
        ("2020-2023", "2020-01-01", "2023-12-31"),
        ("2020 to 2023", "2020-01-01", "2023-12-31"),
        ("2020 – 2023", "2020-01-01", "2023-12-31"),
        ("from 2020 through 2023", "2020-01-01", "2023-12-31"),
        ("between 2020 and 2023", "2020-01-01", "2023-12-31"),
        ("over 2023 and 2024", "2023-01-01", "2024-12-31"),
        ("H1 2023", "2023-01-01", "2023-06-30"),
        ("in the second half of 2023", "2023-07-01", "2023-12-31"),
        ("Q3 2022", "2022-07-01", "2022-09-30"),
        ("2022 Q4", "2022-10-01", "2022-12-31"),
        ("Q1 2020 to Q2 2021", "2020-01-01", "2021-06-30"),
        ("; period: from 2020 to 2023", "2020-01-01", "2023-12-31"),
        ("; dates: between March 2021 and 2023", "2021-03-01", "2023-12-31"),
        ("Q1-Q3 2023", "2023-01-01", "2023-09-30"),
        ("Jan to Dec 2023", "2023-01-01", "2023-12-31"),
        ("Jan-Jun 2023", "2023-01-01", "2023-06-30"),
        ("from March 2021 to now", "2021-03-01", "2026-11-19"),
        ("March 2021 to February 2024", "2021-03-01", "2024-02-29"),
        ("since 2018", "2018-01-01", "2026-11-19"),
        ("since March 15, 2020", "2020-03-15", "2026-11-19"),
        ("starting in 2018", "2018-01-01", "2026-11-19"),
        ("from 2018 onwards", "2018-01-01", "2026-11-19"),
        ("from 2018 to today", "2018-01-01", "2026-11-19"),
        ("last 2 years", "2024-11-20", "2026-11-19"),
        ("over the past 6 months", "2026-05-20", "2026-11-19"),
        ("for the last decade", "2016-11-20", "2026-11-19"),
        ("past ten years", "2016-11-20", "2026-11-19"),
        ("over the last year", "2025-11-20", "2026-11-19"),
        ("over 5 years", "2021-11-20", "2026-11-19"),
        ("YTD", "2026-01-01", "2026-11-19"),
        ("year to date", "2026-01-01", "2026-11-19"),
        ("in the 2010s", "2010-01-01", "2019-12-31"),
        ("from 2020-03-23 to 2021-12-31", "2020-03-23", "2021-12-31"),
        ("3/14/2020 - 12/31/2020", "2020-03-14", "2020-12-31"),
        ("14.3.2020 to 31.12.2020", "2020-03-14", "2020-12-31"),
        ("from Jan 2, 2020 to 30 June 2021", "2020-01-02", "2021-06-30"),
        ("from January 1st, 2020 until the end of 2021", "2020-01-01", "2021-12-31"),
        ("from the start of 2020 to the end of March 2021", "2020-01-01", "2021-03-31"),
        ("full history", "1970-01-01", "2026-11-19"),
        ("in 2035", "2035-01-01", "2035-12-31"),
        ("", "2021-11-20", "2026-11-19"),
    ],
)
def test_a_window(said: str, start: str, end: str):
    period = spec_of(f"Buy and hold SPY {said}").period
    assert (str(period.start), str(period.end)) == (start, end)


def test_a_currency_that_trades_at_night_has_another_last_session():
    assert str(spec_of("Buy and hold BTC-USD last 2 years").period.end) == "2026-11-19"


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("from 2024 to 2020", "before it starts"),
        ("from 02/03/2020 to 12/31/2020", "month first"),
        ("last year", "last year"),
        ("until 2020", "When does the test start"),
        ("since 2035", "after the last complete session"),
        ("from Nov to Feb 2022", "next year"),
        ("2020 2022", "Two different windows"),
    ],
)
def test_a_window_that_is_asked_about(said: str, asked: str):
    assert asked in questions(f"Buy and hold SPY {said}")
