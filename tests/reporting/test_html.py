import base64
import hashlib
import json
import re
from dataclasses import replace
from functools import cache

import pytest

from bgagent.errors import MachineUnfit
from bgagent.reporting import live_charts
from bgagent.reporting.catalogue import catalogue
from bgagent.reporting.charts import draw_charts
from bgagent.reporting.html import to_html
from bgagent.reporting.live_charts import LOGO_STYLE, MOST_TRADES, chart_data, library
from bgagent.reporting.writer import Writer
from tests.reporting.portfolios import allocation, long_short, no_payment, payments
from tests.reporting.reading import Page, allowed_figures, figures_in
from tests.reporting.samples import comparison, crossover, make_report, make_run, no_trades
from tests.reporting.test_markdown import ALL, HOSTILE, hostile, narrated

SAMPLES = {"crossover": crossover, "no_trades": no_trades, "comparison": comparison}
FROM_THE_ENGINE = {
    "allocation": allocation,
    "payments": payments,
    "no_payment": no_payment,
    "long_short": long_short,
    "narrated": lambda: (narrated(), crossover()[1]),
}


@cache
def page_of(name: str) -> tuple[str, Page]:
    if name in SAMPLES or name in FROM_THE_ENGINE:
        report, curves = (SAMPLES | FROM_THE_ENGINE)[name]()
    else:
        report, curves = ALL[name](), []
    text = to_html(report, draw_charts(report, curves), curves)
    return text, Page(text)


@pytest.mark.parametrize("name", ALL)
def test_every_figure_of_the_page_stands_in_the_json(name):
    report = ALL[name]()
    _, page = page_of(name)
    shown = figures_in(page.text)
    assert len(shown) > 5
    assert shown <= allowed_figures(report)


@pytest.mark.parametrize("name", ALL)
def test_a_page_is_well_formed_and_needs_nothing_but_itself(name):
    text, page = page_of(name)
    assert page.stray == []
    assert page.open == []
    assert not {"link", "img", "iframe", "object", "form", "base"} & {tag for tag, _ in page.tags}
    for tag, attributes in page.tags:
        assert not [key for key in attributes if key.startswith("on") or key in ("style", "src", "srcset")]
        if tag == "a":
            assert re.fullmatch(r"[\w./#-]+", attributes["href"] or "")
        if tag == "script":
            assert set(attributes) <= {"type", "id"}
    assert not re.search(r"@import|url\(", page.style)
    bare = text.replace(library(), "")  # the chart script names its licence and the address its logo leads to
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", bare)
    assert not re.search(r"fetch\(|XMLHttpRequest|WebSocket|import\(|eval\(|innerHTML", bare)


@pytest.mark.parametrize("name", ALL)
def test_the_content_security_policy_allows_the_pages_own_style_and_scripts_and_nothing_else(name):
    text, page = page_of(name)
    policy = next(a["content"] for tag, a in page.tags if tag == "meta" and a.get("http-equiv"))
    parts = dict(part.split(" ", 1) for part in policy.split("; "))
    run = [script for attributes, script in page.scripts if attributes.get("type") != "application/json"]
    styles = [page.style, LOGO_STYLE] if name in SAMPLES | FROM_THE_ENGINE else [page.style]
    assert parts == {
        "default-src": "'none'",
        "style-src": " ".join(map(digest, styles)),
        "script-src": " ".join(map(digest, run)),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert text.count("<style") == 1
    assert LOGO_STYLE in library()  # what the chart script will add is what is allowed


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.mark.parametrize("name", SAMPLES)
def test_the_moving_charts_are_given_what_the_report_holds(name):
    report, curves = SAMPLES[name]()
    _, page = page_of(name)
    (data,) = [json.loads(text) for attributes, text in page.scripts if attributes.get("id") == "chart-data"]
    assert [run["label"] for run in data["runs"]] == [run.label for run in report.runs]
    for given, run, curve in zip(data["runs"], report.runs, curves, strict=True):
        drawn = data["runs"][0] | given
        assert len(drawn["times"]) == len(drawn["close"]) == len(drawn["equity"]) == len(curve.at)
        assert drawn["equity"][-1] == pytest.approx(run.final_equity, abs=0.01)
        assert drawn["close"] == pytest.approx(list(curve.closes["AAPL"]), abs=0.01)
        assert min(drawn["drawdown"]) == pytest.approx(min(curve.drawdown) * 100, abs=0.01)
        assert drawn["times"][0] == 1704153600  # 2024-01-02
        for mark, trade in zip(drawn["trades"], run.trades, strict=True):
            assert curve.at[mark["in"]] == trade.entry_at
            assert trade.exit_at == (None if mark["out"] is None else curve.at[mark["out"]])
    boxes = [a for tag, a in page.tags if tag == "div" and "data-chart" in a]
    assert [(a["data-chart"], a["data-run"]) for a in boxes] == (
        [("equity", "0"), ("price", "0")]
        if len(report.runs) == 1
        else [("equity", "all"), ("equity", "0"), ("price", "0"), ("equity", "1"), ("price", "1")]
    )


def test_many_bars_are_drawn_together_and_no_extreme_is_lost():
    run, curve = make_run(bars=15_000)
    text = chart_data(make_report(run), [curve], Writer(catalogue("en"), "USD", with_symbol=True))
    (drawn,) = json.loads(text)["runs"]
    assert (drawn["together"], len(drawn["times"])) == (3, 5000)
    assert max(drawn["high"]) == pytest.approx(max(curve.highs), abs=0.01)
    assert min(drawn["drawdown"]) == pytest.approx(min(curve.drawdown) * 100, abs=0.01)
    assert drawn["equity"][-1] == pytest.approx(curve.equity[-1], abs=0.01)
    assert [mark["in"] for mark in drawn["trades"]] == [curve.at.index(trade.entry_at) // 3 for trade in run.trades]


def test_what_is_the_same_for_all_runs_stands_once_on_the_page():
    report, curves = comparison()
    data = json.loads(chart_data(report, curves, Writer(catalogue("en"), "USD", with_symbol=True)))
    first, *others = data["runs"]
    assert len(first["times"]) == len(first["close"]) == len(curves[0].at)
    assert others
    for other, curve in zip(others, curves[1:], strict=True):
        assert "times" not in other
        assert ("close" in other) == (curve.closes != curves[0].closes)
        assert len(other["equity"]) == len(curve.at)


def test_a_year_of_minutes_and_ten_years_of_days_stay_below_a_megabyte():
    run, curve = make_run(bars=2520)
    assert len(run.trades) > 20
    many = replace(run, trades=tuple(run.trades[at % len(run.trades)] for at in range(500)))
    report = make_report(many)
    assert len(to_html(report, draw_charts(report, [curve]), [curve]).encode()) < 1_000_000


def test_a_page_without_curves_stands_still():
    report, curves = crossover()
    page = Page(to_html(report, draw_charts(report, curves)))
    assert [a.get("type") for a, _ in page.scripts] == ["application/json", None]
    assert not [a for _, a in page.tags if "data-chart" in a]


def test_without_the_chart_script_it_is_said_what_to_do(monkeypatch):
    library.cache_clear()
    monkeypatch.setattr(live_charts, "CARRIER", "no_such_package")
    try:
        with pytest.raises(MachineUnfit, match="chart script is missing") as caught:
            library()
    finally:
        library.cache_clear()
    assert caught.value.hint == "run make setup"


def test_a_clause_leads_to_its_trades():
    _, page = page_of("crossover")
    wanted = [a["data-filter"] for tag, a in page.tags if tag == "a" and "data-filter" in a]
    stopped = any(trade.exit_reason == "stop_loss" for trade in crossover()[0].runs[0].trades)
    assert wanted == ["", "", "stop loss"][: 3 if stopped else 2]
    assert "trades-1" in {a.get("id") for _, a in page.tags}


def test_hostile_text_stays_text():
    report = hostile()
    _, curve = make_run()
    text = to_html(report, draw_charts(report, [curve]), [curve])
    page = Page(text)
    assert page.stray == []
    assert page.open == []
    assert len(page.scripts) == len([tag for tag, _ in page.tags if tag == "script"]) == 5
    assert "alert" not in "".join(text for a, text in page.scripts if a.get("type") is None)
    assert json.loads(next(text for a, text in page.scripts if a.get("id") == "chart-data"))
    assert "<script>alert(1)</script>" in page.text
    assert not [a for tag, a in page.tags if tag == "a" and "evil" in (a.get("href") or "")]


def test_no_control_character_reaches_the_page():
    report = hostile()
    text = to_html(report, {})
    assert "\x1b" in HOSTILE
    assert all(letter.isprintable() or letter in "\n\t" for letter in text)
    assert "\u202e" not in text


def test_light_dark_print_and_telephone_are_thought_of():
    text, page = page_of("crossover")
    for rule in ("prefers-color-scheme: dark", "@media print", "@media screen and (max-width: 720px)"):
        assert rule in page.style
    assert 'name="viewport" content="width=device-width, initial-scale=1"' in text
    assert text.count('<div class="wide"><svg') == text.count('<div class="narrow"><svg') == 3


def test_synthetic_prices_are_named_before_anything_else_and_only_then():
    _, page = page_of("crossover")
    words = page.text.splitlines()
    assert words.index("SYNTHETIC DATA") < words.index("AAPL, 2024-01-01 to 2024-12-31", 1)
    assert "SYNTHETIC" not in page_of("no_trades")[1].text


def test_a_run_without_trades_comes_with_no_return_and_with_the_account_why():
    _, page = page_of("no_trades")
    assert page.text.count("no trade") >= 4
    assert "No trade was made: the capital stayed in cash, $25,000.00 at the end." in page.text
    assert "There is no trade to list." in page.text


def test_every_table_can_be_reached_by_keyboard_and_has_heads():
    text, page = page_of("comparison")
    regions = [attributes for tag, attributes in page.tags if attributes.get("role") == "region"]
    assert len(regions) == len(re.findall(r"<table[ >]", text))
    assert all(region["tabindex"] == "0" and region["aria-label"] for region in regions)
    assert text.count("<thead>") == len(re.findall(r"<table[ >]", text))
    assert len([tag for tag, _ in page.tags if tag == "h1"]) == 1


def contrast(one: str, other: str) -> float:
    """Contrast of two colours as WCAG 2 reckons it."""

    def luminance(colour: str) -> float:
        digits = colour if len(colour) == 6 else "".join(2 * digit for digit in colour)
        channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """So much of one colour in another."""
    pairs = [
        [int(colour[at : at + 2], 16) for at in (0, 2, 4)]
        for colour in (each if len(each) == 6 else "".join(2 * digit for digit in each) for each in (one, other))
    ]
    return "".join(f"{round(share * a + (1 - share) * b):02x}" for a, b in zip(*pairs, strict=True))


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_can_be_read_in_both_themes(theme):
    _, page = page_of("crossover")
    report, chart = (
        re.findall(pattern, page.style)
        for pattern in (
            r"(?s):root \{(.*?)\}",
            r"(?s)\.chart, \.chart-block \{([^}]*--ground.*?)\}",
        )
    )
    colour = dict(re.findall(r"--([\w-]+): #([0-9a-f]{3,6})", report[theme]))
    grounds = {"page": "text muted", "card": "text muted accent good bad", "good-ground": "good", "warn-ground": "warn",
               "bad-ground": "bad"}  # fmt: skip
    pairs = [(ink, ground) for ground, inks in grounds.items() for ink in inks.split()]
    for ink, ground in pairs:
        assert contrast(colour[ink], colour[ground]) >= 4.5, (ink, ground)
    shades = re.findall(r"\.heat-(up|down)-\d \{ background: color-mix\(in srgb, var\(--(\w+)\) (\d+)%", page.style)
    assert len(shades) == 10
    for _, ink, share in shades:  # a month's figure on its shade
        assert contrast(colour["text"], mixed(colour[ink], colour["card"], int(share) / 100)) >= 4.5, (ink, share)
    drawn = dict(re.findall(r"--([\w-]+): #([0-9a-f]{3,6})", chart[theme]))
    assert contrast(drawn["ink"], drawn["ground"]) >= 4.5
    assert contrast(drawn["soft"], drawn["ground"]) >= 4.5
    for name in ("one", "two", "three", "four", "five", "six", "rest", "fall", "rise"):
        assert contrast(drawn[name], drawn["ground"]) >= 3.0, name


def test_a_clause_of_a_comparison_leads_to_the_trades_of_each_run():
    report, page = comparison()[0], page_of("comparison")[1]
    links = [a["href"] for tag, a in page.tags if tag == "a" and "data-filter" in a]
    traded = [f"#trades-{number}" for number, run in enumerate(report.runs, start=1) if run.trades]
    assert len(traded) > 1
    assert links[: len(traded)] == traded
    assert set(links) == set(traded)


def test_a_page_lists_so_many_trades_as_it_can_bear_and_says_where_the_others_are():
    run, curve = make_run(bars=500)
    many = replace(run, trades=tuple(run.trades[at % len(run.trades)] for at in range(MOST_TRADES + 5)))
    text = to_html(make_report(many), draw_charts(make_report(run), [curve]), [curve])
    assert text.count("data-trade=") == MOST_TRADES
    assert "The first of them; all are in" in text
    (data,) = [json.loads(data) for attributes, data in Page(text).scripts if attributes.get("id") == "chart-data"]
    assert len(data["runs"][0]["trades"]) == MOST_TRADES


def test_clauses_of_a_portfolio_lead_to_its_trades():
    _, page = page_of("allocation")
    assert [a["data-filter"] for tag, a in page.tags if tag == "a" and "data-filter" in a] == ["rebalance"]
