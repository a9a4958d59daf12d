"""The pages as a real browser shows them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bgagent.artifacts.report import Overlay
from bgagent.reporting.charts import draw_charts
from bgagent.reporting.html import to_html
from tests.reporting.browser import CHROMIUM, browsing
from tests.reporting.portfolios import allocation, long_short, payments
from tests.reporting.samples import comparison, crossover, make_report, make_run, no_trades
from tests.reporting.test_markdown import failure, hostile

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed here, so no page can be looked at")

DRAWN = """
[...document.querySelectorAll('[data-chart]')].map(box => {
  const colours = new Set();
  for (const canvas of box.querySelectorAll('canvas')) {
    if (!canvas.width || !canvas.height) continue;
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    for (let at = 0; at < pixels.length; at += 4) colours.add(pixels[at] << 16 | pixels[at + 1] << 8 | pixels[at + 2]);
  }
  return colours.size;
})
"""


def hostile_with_curve():
    return hostile(), [make_run()[1]]


SAMPLES = {
    "crossover": crossover,
    "comparison": comparison,
    "no_trades": no_trades,
    "failure": lambda: (failure(), []),
    "hostile": hostile_with_curve,
    "allocation": allocation,
    "long_short": long_short,
    "payments": payments,
}
CHARTS = {"comparison": 5, "failure": 0}  # every other has two: equity, and prices or holdings


@pytest.fixture(scope="module")
def browser():
    with browsing() as browser:
        yield browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    for name, sample in SAMPLES.items():
        report, curves = sample()
        (folder / f"{name}.html").write_text(to_html(report, draw_charts(report, curves), curves), encoding="utf-8")
    return folder


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("name", SAMPLES)
def test_a_page_is_quiet_asks_for_nothing_and_fits_the_screen(browser, pages: Path, name: str, width: int):
    browser.show(pages / f"{name}.html", width=width)
    assert browser.run("document.documentElement.scrollWidth") == width
    assert browser.run("window.alerted === undefined && document.querySelectorAll('script:not([type])').length > 0")
    charts = browser.run(DRAWN)
    assert len(charts) == CHARTS.get(name, 2)
    assert all(colours > 5 for colours in charts), charts
    assert browser.log == []
    assert [address for address in browser.requests if not address.startswith("file://")] == []
    assert len(browser.requests) == 1


def test_a_click_on_a_trade_moves_the_chart_to_it_and_so_does_the_keyboard(browser, tmp_path):
    run, curve = make_run(bars=1200)
    report = make_report(run)
    page = tmp_path / "long.html"
    page.write_text(to_html(report, draw_charts(report, [curve]), [curve]), encoding="utf-8")
    browser.show(page)
    whole = "byRun.get('0').price.chart.timeScale().getVisibleLogicalRange()"
    equity = whole.replace("price", "equity")
    before = browser.run(whole)
    assert before["to"] - before["from"] > 1100
    last = len(run.trades) - 2
    browser.run(f"document.querySelector('tr[data-trade=\"{last}\"]').click()")
    after = browser.wait(whole, lambda now: now["to"] - now["from"] < 400)
    entry = curve.at.index(run.trades[last].entry_at)
    assert after["from"] < entry < after["to"]
    assert browser.run("byRun.get('0').price.levels.length") == 1  # its stop
    linked = browser.wait(equity, lambda now: now["to"] - now["from"] < 400)
    assert linked["from"] == pytest.approx(after["from"], abs=1)
    browser.run(
        "(row => { row.focus(); row.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true})); })"
        "(document.querySelector('tr[data-trade=\"0\"]'))"
    )
    first = curve.at.index(run.trades[0].entry_at)
    browser.wait(whole, lambda now: now["from"] < first < now["to"] and now["to"] - now["from"] < 400)
    assert browser.run("document.querySelector('tr[aria-current]').dataset.trade") == "0"
    browser.run("document.querySelectorAll('button.all')[1].click()")
    browser.wait(whole, lambda now: now["to"] - now["from"] > 1100)
    assert browser.log == []


def test_a_printed_page_fits_the_paper_and_shows_the_still_drawings(browser, pages):
    browser.show(pages / "crossover.html", width=710)  # of A4 between its margins
    browser.ask("Emulation.setEmulatedMedia", media="print")
    try:
        assert browser.run("document.documentElement.scrollWidth") == 710
        shown = "[...document.querySelectorAll('{}')].some(box => box.offsetHeight > 0)"
        assert browser.run(shown.format(".still svg").replace("offsetHeight", "getBoundingClientRect().height"))
        assert not browser.run(shown.format(".live"))
    finally:
        browser.ask("Emulation.setEmulatedMedia", media="")


def test_only_what_has_grown_much_has_a_logarithmic_scale(browser, tmp_path):
    run, curve = make_run(bars=1200)
    steep = np.geomspace(1.0, 20.0, len(curve.at))
    grown = replace(
        curve,
        equity=tuple(25_000.0 * steep),
        closes={"AAPL": tuple(100.0 * steep)},
        overlays=(*curve.overlays, Overlay("RSI(14)", 1, tuple(np.linspace(0.0, 100.0, len(curve.at))))),
    )
    page = tmp_path / "steep.html"
    report = make_report(run)
    page.write_text(to_html(report, draw_charts(report, [grown]), [grown]), encoding="utf-8")
    browser.show(page)
    modes = "drawn.map(e => e.chart.panes().map((pane, at) => e.chart.priceScale('right', at).options().mode))"
    assert browser.run(modes) == [[1, 0], [1, 0]]  # of equity and drawdown, of price and indicator
    assert browser.log == []


def test_every_stop_is_a_line_of_its_own_colour(browser, pages):
    browser.show(pages / "crossover.html")
    legend = browser.run("byRun.get('0').price.line.textContent")
    assert "Stop loss" in legend
    browser.run("document.querySelector('tr[data-trade=\"0\"]').click()")
    trade = crossover()[0].runs[0].trades[0]
    levels = browser.run("byRun.get('0').price.levels.map(series => series.data().map(point => point.value))")
    assert levels == [[pytest.approx(trade.stop_loss, rel=1e-6)] * 2]


def test_tables_sort_by_their_numbers_and_filter_by_their_words(browser, tmp_path):
    run, curve = make_run(bars=1200)
    run = replace(run, trades=(*run.trades[:-1], replace(run.trades[-1], profit=-1234567.8)))
    report = make_report(run)
    page = tmp_path / "table.html"
    page.write_text(to_html(report, draw_charts(report, [curve]), [curve]), encoding="utf-8")
    browser.show(page)
    order = "[...document.querySelectorAll('#trade-list-1 tbody tr')].map(row => Number(row.dataset.trade))"
    assert browser.run(order) == list(range(len(run.trades)))
    head = "document.querySelectorAll('#trade-list-1 th')[8]"
    for direction, descending in (("ascending", False), ("descending", True)):
        browser.run(f"{head}.querySelector('button').click()")
        by_profit = browser.run(order)
        profits = [run.trades[at].profit for at in by_profit]
        assert profits == sorted(profits, reverse=descending)
        assert browser.run(f"{head}.getAttribute('aria-sort')") == direction
    browser.run(
        "(field => { field.value = 'STOP loss'; field.dispatchEvent(new Event('input')); })"
        "(document.querySelector('.filter input'))"
    )
    shown = browser.run("document.querySelectorAll('#trade-list-1 tbody tr:not([hidden])').length")
    stopped = sum(trade.exit_reason == "stop_loss" for trade in run.trades)
    assert 0 < shown == stopped < len(run.trades)
    assert browser.run("document.querySelector('.filter output').textContent") == f"{stopped} of {len(run.trades)}"


def test_a_clause_filters_the_trades_to_its_own(browser, pages):
    browser.show(pages / "crossover.html")
    browser.run("document.querySelector('a[data-filter=\"stop loss\"]').click()")
    rows = browser.run(
        "[...document.querySelectorAll('#trade-list-1 tbody tr:not([hidden])')].map(row => row.cells[6].textContent)"
    )
    assert rows
    assert set(rows) == {"stop loss"}


def test_without_script_the_still_drawings_stand(browser, pages):
    shown = "getComputedStyle(document.querySelector('{}')).display"
    browser.show(pages / "crossover.html")
    assert browser.run(shown.format(".still")) == "none"
    assert browser.run(shown.format(".live")) == "block"
    browser.show(pages / "crossover.html", script=False)
    found = browser.run(
        f"[{shown.format('.still')}, {shown.format('.live')}, document.querySelectorAll('button').length]"
    )
    assert found == ["block", "none", 0]


def test_the_charts_follow_the_theme(browser, pages):
    colour = "byRun.get('0').price.chart.options().layout.background.color"
    browser.show(pages / "crossover.html")
    assert browser.run(colour) == "#fff"
    browser.show(pages / "crossover.html", dark=True)
    assert browser.run(colour) == "#151b23"
    assert all(colours > 5 for colours in browser.run(DRAWN))


def test_the_authors_of_the_charts_are_named_on_them(browser, pages):
    browser.show(pages / "crossover.html")
    found = browser.run(
        "[...document.querySelectorAll('#tv-attr-logo')].map(link => [link.title, link.offsetWidth > 0])"
    )
    assert found == [["Charting by TradingView", True]] * 2


def test_a_click_on_a_trade_of_a_portfolio_shows_it_at_its_symbols_price(browser, pages):
    browser.show(pages / "allocation.html")
    legend = browser.run("byRun.get('0').holdings.legend.map((entry) => entry.name)")
    assert legend == ["ONE", "TWO"]
    pressed = (
        "[...document.querySelectorAll('.picker button')].map((b) => b.textContent + b.getAttribute('aria-pressed'))"
    )
    assert browser.run(pressed) == ["Shares of equitytrue", "ONEnull", "TWOnull"]
    browser.run("document.querySelector('table[data-run] tbody tr').click()")
    symbol = browser.run("document.querySelector('table[data-run] tbody td').textContent")
    assert f"{symbol}true" in browser.run(pressed)
    shown = "[...document.querySelectorAll('.live')].filter((box) => box.offsetParent).map((box) => box.ariaLabel)"
    assert browser.run(shown)[-1] == symbol
    trade = browser.run("given.runs[0].trades[0]")
    middle = (trade["in"] + trade["out"]) / 2
    span = "drawn.at(-1).chart.timeScale().getVisibleLogicalRange()"
    browser.wait(span, lambda range_: (range_["from"] + range_["to"]) / 2 == pytest.approx(middle, abs=0.5))
    browser.run("document.querySelector('.picker button').click()")
    assert browser.run(shown)[-1] == "Shares of equity"
    assert browser.log == []
