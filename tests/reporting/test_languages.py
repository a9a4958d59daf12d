import re
from dataclasses import replace
from functools import cache

import pytest

from bgagent.reporting import figures
from bgagent.reporting.catalogue import LANGUAGES, Catalogue, catalogue
from bgagent.reporting.charts import draw_charts
from bgagent.reporting.definitions import metrics
from bgagent.reporting.html import to_html
from bgagent.reporting.localised import localised
from bgagent.reporting.markdown import to_markdown
from bgagent.reporting.view import writer_for
from bgagent.reporting.writer import Writer
from tests.reporting.browser import CHROMIUM, browsing
from tests.reporting.portfolios import allocation, no_payment, payments
from tests.reporting.reading import Page, allowed_figures, figures_in
from tests.reporting.samples import comparison, crossover, no_trades
from tests.reporting.test_markdown import clarification, failure, prose

OTHERS = tuple(code for code in LANGUAGES if code != "en")
SAMPLES = {
    "crossover": crossover,
    "comparison": comparison,
    "no_trades": no_trades,
    "allocation": allocation,
    "payments": payments,
    "no_payment": no_payment,
    "failure": lambda: (failure(), []),
    "clarification": lambda: (clarification(), []),
}
SLOT = re.compile(r"\{\w+\}")


@cache
def rendered(name: str, code: str) -> tuple[str, str]:
    """(markdown, HTML) of a sample in a language."""
    report, curves = SAMPLES[name]()
    report = replace(report, lang=code)
    return to_markdown(report), to_html(report, draw_charts(report, curves), curves)


def test_all_catalogues_say_the_same_phrases_with_the_same_slots():
    phrases = set(catalogue("de").texts)
    for code in OTHERS:
        texts = catalogue(code).texts
        assert set(texts) == phrases, code
        for phrase, said in texts.items():
            assert said.strip()
            assert set(SLOT.findall(said)) == set(SLOT.findall(phrase)), (code, phrase)


def test_every_phrase_of_a_page_is_in_the_catalogues(monkeypatch):
    asked: set[str] = set()
    real = Catalogue.say

    def say(self, text, /, **values):
        asked.add(text)
        return real(self, text, **values)

    monkeypatch.setattr(Catalogue, "say", say)
    for sample in SAMPLES.values():
        report, curves = sample()
        to_html(report, draw_charts(report, curves), curves)
        to_markdown(report)
    asked |= {metric.name for metric in metrics().values()} | {metric.group for metric in metrics().values()}
    assert len(asked) > 150
    assert asked - set(catalogue("de").texts) == set()


TOKEN = re.compile(r"-?\d(?:[\d.,\u202f]*\d)?(?:e-?\d+)?\u00a0?%?")


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("name", SAMPLES)
def test_a_page_in_another_language_holds_the_same_figures(name, code):
    """Each figure is one of the JSON, as this language writes it or, in other people's words, as they wrote it."""
    signs = catalogue(code)
    allowed = allowed_figures(replace(SAMPLES[name]()[0], lang=code))
    for text in (prose(rendered(name, code)[0]), Page(rendered(name, code)[1]).text):
        tokens = TOKEN.findall(re.sub(r"\b\d+月", "", text))  # months are counted in Chinese
        assert len(tokens) > 5
        unknown = [token for token in tokens if not any(figures_in(one) <= allowed for one in readings(token, signs))]
        assert unknown == []


def readings(token: str, signs: Catalogue) -> tuple[str, ...]:
    """The token as it stands, and as English would write it."""
    if signs.lakhs and "," in token:
        whole, point, rest = token.partition(".")
        return token, f"{int(whole.replace(',', '')):,}{point}{rest}"
    swapped = token.replace(signs.group, "\0").replace(signs.decimal, ".").replace("\0", ",")
    return token, swapped.replace("\u00a0%", "%")


@pytest.mark.parametrize(
    ("code", "currency", "expected"),
    [
        ("en", "INR", "₹10,00,000.50"),
        ("hi", "USD", "$10,00,000.50"),
        ("hi", "INR", "₹10,00,000.50"),
        ("de", "EUR", "1.000.000,50\u00a0€"),
        ("fr", "EUR", "1\u202f000\u202f000,50\u00a0€"),
        ("es", "USD", "1.000.000,50\u00a0$"),
        ("zh", "USD", "$1,000,000.50"),
        ("de", "CHF", "1.000.000,50 CHF"),
    ],
)
def test_amounts_are_written_as_the_language_and_the_currency_ask(code, currency, expected):
    write = Writer(catalogue(code), currency, with_symbol=True)
    assert write.money(1_000_000.5) == expected
    assert write.money(None) == write.say(figures.NOT_DEFINED)
    assert write.money(-1_000_000.5) == f"-{expected}"


@pytest.mark.parametrize("code", LANGUAGES)
def test_verdict_headings_and_language_of_the_page_are_the_readers_own(code):
    report = replace(crossover()[0], lang=code)
    write = writer_for(report, with_symbol=True)
    markdown, html = rendered("crossover", code)
    assert f'<html lang="{code}">' in html
    for phrase in ("Assumptions", "Monthly returns", "Costs", "Definitions"):
        assert f"## {write.say(phrase)}" in markdown.replace("\\", "")
        assert write.say(phrase) in Page(html).text
    assert write.say("caution").upper() in markdown
    assert (write.say("caution") == "caution") == (code == "en")


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed here, so no page can be looked at")
def test_pages_in_all_languages_fit_the_screen_and_sort(tmp_path):
    with browsing() as browser:
        for code in OTHERS:
            page = tmp_path / f"{code}.html"
            page.write_text(rendered("crossover", code)[1], encoding="utf-8")
            browser.show(page, width=390)
            assert browser.run("document.documentElement.scrollWidth") == 390, code
            browser.run("document.querySelectorAll('#trade-list-1 th button')[8].click()")
            order = browser.run(
                "[...document.querySelectorAll('#trade-list-1 tbody tr')].map(r => Number(r.dataset.trade))"
            )
            trades = crossover()[0].runs[0].trades
            profits = [trades[at].profit for at in order]
            assert profits == sorted(profits), code
            assert browser.log == []


@pytest.mark.parametrize("code", OTHERS)
def test_what_the_json_says_in_english_is_said_in_the_pages_language(code):
    report = crossover()[0]
    label = report.runs[0].benchmark.label
    assert label.startswith("buy and hold ")
    said = localised(replace(report, lang=code, verdict_reasons=("robustness not examined", "warmup: 3 bars")))
    assert said.runs[0].benchmark.label != label
    assert label.removeprefix("buy and hold ") in said.runs[0].benchmark.label
    assert said.verdict_reasons[0] != "robustness not examined"
    assert said.verdict_reasons[1] == "warmup: 3 bars"


def test_field_names_are_said_whole_or_part_by_part():
    write = Writer(catalogue("es"), "USD", with_symbol=False)
    assert write.named("costs.slippage_bps") == "Costes: deslizamiento en pb"
    assert write.named("rules.stop_loss") == "Reglas: stop de pérdidas"
    assert write.named("hold_bars") == "Hold bars"
    assert Writer(catalogue("en"), "USD", with_symbol=False).named("rules.stop_loss") == "Rules: stop loss"
