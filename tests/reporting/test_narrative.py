"""Prose about a result holds no figure that is not in it, in whatever language and form."""

import pytest

from bgagent.reporting.figures_told import figures_in
from bgagent.reporting.narrative import checked

FACTS = {
    "strategy": "SPY from 2023-01-03 to 2023-12-29: buy when rsi(14) < 30; stop loss of 5%",
    "initial_capital": 10_000.0,
    "runs": [
        {
            "final_equity": 11_234.567,
            "total_return": 0.1234567,
            "max_drawdown": -0.0812,
            "sharpe": 1.0449,
            "trades": 15,
            "avg_bars_held": 3.2,
            "benchmark": {"label": "buy and hold SPY", "total_return": 0.26},
        }
    ],
}


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("It made 12.35 % with 15 trades; buy and hold made 26%.", "en"),
        ("It made 12.3 percent and ended at 11,234.57 dollars from $10,000.", "en"),
        ("It fell 8.1% at worst; Sharpe 1.04, or 1.0.", "en"),
        ("From 3 January 2023 (2023-01-03) on, with an RSI(14) under 30 and a stop of 5 %.", "en"),
        ("Es ergab 12,35 % bei 15 Trades, aus 10.000 wurden 11.234,57.", "de"),
        ("Il a gagné 12,3 pour cent; le capital est passé de 10\u202f000 à 11\u202f234,57.", "fr"),
        ("Ganó 12,35 por ciento y terminó en 11.235.", "es"),
        ("१५ सौदों में 12.35 प्रतिशत मिला।", "hi"),
        ("共15笔交易，收益为12.35%，回撤百分之8.1。", "zh"),  # noqa: RUF001
        ("No figure at all.", "en"),
    ],
)
def test_figures_of_the_result_are_told_in_many_forms(text, lang):
    told = checked(text, FACTS, lang)
    assert told.dropped == ()
    assert told.paragraphs == (text,)


@pytest.mark.parametrize(
    ("text", "lang", "figure"),
    [
        ("It made 13 %.", "en", "13"),
        ("It made 12.4 %.", "en", "12.4"),
        ("It made 0.12 % with 15 trades.", "en", "0.12"),
        ("It made 7 trades.", "en", "7"),
        ("It ended at 11,300.", "en", "11,300"),
        ("It fell by no more than +8.1 %.", "en", "8.1"),
        ("Sharpe was 1.1.", "en", "1.1"),
        ("That beats 9 of 10 funds.", "en", "9"),
        ("Es ergab 12.35 %.", "de", "35"),
        ("Es ergab 1.235 %.", "de", "1.235"),
        ("१६ सौदे।", "hi", "१६"),
        ("收益为十二点三。", "zh", "十二"),
    ],
)
def test_any_other_figure_drops_its_paragraph(text, lang, figure):
    told = checked(f"A first one.\n\n{text}", FACTS, lang)
    assert told.paragraphs == ("A first one.",)
    [(dropped, unknown)] = told.dropped
    assert dropped == text
    assert figure in unknown


def test_figures_are_read_as_the_language_writes_them():
    assert [figure.readings for figure in figures_in("1.234,5 und 7", "de")] == [((1234.5, 1),), ((7.0, 0),)]
    assert [figure.readings for figure in figures_in("1,23,456.75", "hi")] == [((123456.75, 2),)]


def test_thoughts_fences_and_blank_lines_are_no_paragraphs():
    assert checked("<think>42 ways</think>\n\nIt made 15 trades.\n\n---\n\n", FACTS, "en").paragraphs == (
        "It made 15 trades.",
    )
