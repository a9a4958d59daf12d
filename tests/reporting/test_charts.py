import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from bgagent.artifacts.report import TradeRow
from bgagent.reporting.breakdown import return_bins
from bgagent.reporting.canvas import NARROW, WIDE, standalone
from bgagent.reporting.catalogue import catalogue
from bgagent.reporting.charts import draw_charts
from bgagent.reporting.equity_chart import equity_chart
from bgagent.reporting.price_chart import price_chart
from bgagent.reporting.returns_chart import returns_chart
from bgagent.reporting.writer import Writer
from tests.reporting.samples import comparison, crossover, make_run, no_trades

WRITE = Writer(catalogue("en"), "USD", with_symbol=True)
SVG = "{http://www.w3.org/2000/svg}"
OUTSIDE = re.compile(r"(?i)<script|\bon\w+=|href|url\(|@import|https?://(?!www\.w3\.org/2000/svg)")


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def trade(at: str, price: float, exit_at: str | None, exit_price: float | None, reason: str, side="long") -> TradeRow:
    return TradeRow("AAPL", side, 1.0, at, price, exit_at, exit_price, reason, 0.0, 0.0, 0.0, 1)


@pytest.mark.parametrize("sample", [crossover, no_trades, comparison])
def test_every_chart_of_a_report_is_whole_svg_that_reaches_for_nothing(sample):
    report, curves = sample()
    charts = draw_charts(report, curves)
    named = {
        path
        for run in report.runs
        for path in (run.files.equity_chart, run.files.price_chart, run.files.returns_chart)
        if path
    }
    assert set(charts) == named | ({report.comparison_chart} if report.comparison_chart else set())
    for chart in charts.values():
        for svg in (chart.wide, chart.narrow, standalone(chart.wide)):
            assert ElementTree.fromstring(svg).tag == f"{SVG}svg"
            assert not OUTSIDE.search(svg)
            assert "nan" not in svg.lower().replace("finance", "")


def test_the_equity_chart_names_both_lines_with_their_final_equity():
    run, curve = make_run()
    shown = " ".join(texts(equity_chart([(run, curve)], WRITE)))
    assert f"50/200 crossover: ${run.final_equity:,.2f}" in shown
    assert f"buy and hold AAPL: ${run.benchmark.final_equity:,.2f}" in shown
    assert "Drawdown" in shown


def test_lines_differ_by_more_than_colour():
    report, curves = comparison()
    svg = standalone(equity_chart(list(zip(report.runs, curves, strict=True)), WRITE))
    drawn = set(re.findall(r'class="line (\w+)"', svg))
    assert drawn == {"one", "two", "rest", "depth"}
    dashes = {name: re.search(rf"\.chart \.{name} {{[^}}]*stroke-dasharray: ([\d ]+)", svg) for name in drawn}
    assert dashes["one"] is None
    assert dashes["two"] is not None
    assert dashes["rest"] is not None
    assert dashes["two"][1] != dashes["rest"][1]


def test_a_logarithmic_scale_is_named():
    run, curve = make_run()
    assert "Logarithmic scale" not in texts(equity_chart([(run, curve)], WRITE))
    tall = replace(curve, benchmark=tuple(np.geomspace(25_000, 900_000, len(curve.at)).tolist()))
    shown = texts(equity_chart([(run, tall)], WRITE))
    assert "Logarithmic scale" in shown
    assert {"20,000", "50,000", "100,000", "200,000", "500,000"} <= set(shown)


def test_light_and_dark_come_from_the_readers_setting():
    run, curve = make_run()
    assert "prefers-color-scheme: dark" in standalone(price_chart(run, curve, "AAPL", WRITE))


@pytest.mark.parametrize(
    ("made", "legend"),
    [
        (("long", "rule"), ["Long entry", "Exit"]),
        (("short", "stop_loss"), ["Short entry", "Stopped out"]),
        (("long", "trailing_stop"), ["Long entry", "Stopped out"]),
        (("long", "take_profit"), ["Long entry", "Target reached"]),
        (("long", "ruin"), ["Long entry", "Closed by ruin"]),
    ],
)
def test_every_kind_of_fill_has_its_own_shape_and_a_name_in_the_legend(made, legend):
    run, curve = make_run()
    curve = replace(curve, stops=())
    side, reason = made
    one = trade(curve.at[10], curve.closes["AAPL"][10], curve.at[20], curve.closes["AAPL"][20], reason, side)
    svg = price_chart(replace(run, trades=(one,)), curve, "AAPL", WRITE)
    assert texts(svg)[: len(legend) + 2] == ["AAPL close", *legend, "Position held"]
    marks = re.findall(r'<path class="(?:mark \w+|hollow|cross)" d="M[\d.]+ [\d.-]+(m[^"]+)"', svg)
    drawn = marks[len(legend) :]
    assert len(drawn) == len(legend)
    assert len(set(drawn)) == len(drawn)


def test_a_mark_stands_at_its_bar_and_its_price():
    run, curve = make_run()
    closes = curve.closes["AAPL"]
    one = trade(curve.at[0], max(closes), curve.at[-1], min(closes), "rule")
    svg = price_chart(replace(run, trades=(one,)), curve, "AAPL", WRITE)
    entry = re.findall(r'class="mark long" d="M([\d.]+) ([\d.]+)m', svg)[-1]
    leave = re.findall(r'class="hollow" d="M([\d.]+) ([\d.]+)m', svg)[-1]
    assert float(entry[0]) == WIDE.left
    assert float(leave[0]) == WIDE.width - 14
    assert float(entry[1]) < float(leave[1])  # a higher price lies higher up


def test_a_stop_is_drawn_in_steps_from_the_entry_to_the_exit():
    run, curve = make_run()
    closes = curve.closes["AAPL"]
    one = trade(curve.at[0], closes[0], curve.at[-1], closes[-1], "trailing_stop")
    low, high = min(closes), max(closes)
    curve = replace(curve, stops=(((0, low), (len(closes) // 2, high)),))
    svg = price_chart(replace(run, trades=(one,)), curve, "AAPL", WRITE)
    assert "Stop loss" in texts(svg)
    left, from_, middle, to, right = map(
        float, re.findall(r'class="line stop" d="M([\d.]+) ([\d.]+)H([\d.]+)V([\d.]+)H([\d.]+)"', svg)[0]
    )
    assert (left, right) == (WIDE.left, WIDE.width - 14)
    assert from_ > to  # it moved up
    assert middle == pytest.approx((left + right) / 2, abs=3)


def test_a_stop_far_from_all_prices_does_not_press_them_flat():
    run, curve = make_run()
    closes = curve.closes["AAPL"]
    one = trade(curve.at[0], closes[0], curve.at[-1], closes[-1], "rule")
    far = replace(curve, stops=(((0, min(closes) / 10),),))
    alone = replace(curve, stops=())
    assert price_chart(replace(run, trades=(one,)), far, "AAPL", WRITE) == price_chart(
        replace(run, trades=(one,)), alone, "AAPL", WRITE
    )


def test_an_open_trade_has_an_entry_and_no_exit():
    run, curve = make_run()
    curve = replace(curve, stops=())
    one = trade(curve.at[10], curve.closes["AAPL"][10], None, None, "end_open")
    assert texts(price_chart(replace(run, trades=(one,)), curve, "AAPL", WRITE))[:3] == [
        "AAPL close", "Long entry", "Position held"]  # fmt: skip


def test_a_chart_without_trades_promises_none():
    report, curves = no_trades()
    assert "entry" not in " ".join(texts(price_chart(report.runs[0], curves[0], "AAPL", WRITE))).lower()


@pytest.mark.parametrize("canvas", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("bars", [1, 2, 5, 252, 2520])
def test_text_stays_inside_the_drawing(canvas, bars):
    run, curve = make_run(bars=bars)
    for svg in (equity_chart([(run, curve)], WRITE, canvas), price_chart(run, curve, "AAPL", WRITE, canvas)):
        root = ElementTree.fromstring(svg)
        for element in root.iter(f"{SVG}text"):
            x, width = float(element.get("x", 0)), 8.0 * len(element.text or "")
            anchor = element.get("text-anchor", "start")
            left = x - (width if anchor == "end" else width / 2 if anchor == "middle" else 0)
            assert left >= -4
            if anchor == "middle":
                assert x + width / 2 <= canvas.width + 2


def test_hostile_names_are_text_in_a_chart():
    run, curve = make_run(label='</text><script>alert(1)</script>\x00\x1b"&')
    named = replace(run, benchmark=replace(run.benchmark, label="<img src=x onerror=alert(1)>"))
    for svg in (equity_chart([(named, curve)], WRITE), price_chart(named, curve, "AAPL", WRITE)):
        tags = {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(svg).iter()}
        assert tags <= {"svg", "title", "rect", "g", "path", "text"}


def test_a_chart_needs_a_bar():
    run, curve = make_run()
    empty = replace(curve, at=(), equity=(), benchmark=(), drawdown=(), closes={"AAPL": ()})
    with pytest.raises(ValueError, match="needs a run with a bar"):
        equity_chart([(run, empty)], WRITE)
    with pytest.raises(ValueError, match="needs a bar"):
        price_chart(run, empty, "AAPL", WRITE)


def test_ten_years_of_daily_bars_stay_small():
    run, curve = make_run(bars=2520)
    assert len(equity_chart([(run, curve)], WRITE)) < 80_000
    assert len(price_chart(run, curve, "AAPL", WRITE)) < 80_000


def test_the_distribution_has_a_bar_for_every_bin_with_trades_and_a_line_at_nothing():
    bins = return_bins([-0.021, -0.0199, -0.015, 0.019, 0.095])
    svg = returns_chart(bins, "mine", WRITE)
    heights = {
        look: [float(height) for height in re.findall(rf'class="{look}"[^>]* height="([\d.]+)"', svg)]
        for look in ("losses", "gains")
    }
    assert heights == {"losses": [85.0, 170.0], "gains": [85.0, 85.0]}
    assert texts(svg)[:3] == ["0", "1", "2"]
    assert {"0%", "-2%", "8%"} <= set(texts(svg))
    assert 'class="zero"' in svg
    with pytest.raises(ValueError, match="needs a trade"):
        returns_chart((), "mine", WRITE)
