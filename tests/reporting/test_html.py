import base64
import hashlib
import re

import pytest

from bgagent.reporting.charts import draw_charts
from bgagent.reporting.html import to_html
from tests.reporting.reading import Page, allowed_figures, figures_in
from tests.reporting.samples import comparison, crossover, make_run, no_trades
from tests.reporting.test_markdown import ALL, HOSTILE, hostile

SAMPLES = {"crossover": crossover, "no_trades": no_trades, "comparison": comparison}


def page_of(name: str) -> tuple[str, Page]:
    if name in SAMPLES:
        report, curves = SAMPLES[name]()
    else:
        report, curves = ALL[name](), []
    text = to_html(report, draw_charts(report, curves))
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
    assert not {"script", "link", "img", "iframe", "object", "form", "base"} & {tag for tag, _ in page.tags}
    for tag, attributes in page.tags:
        assert not [key for key in attributes if key.startswith("on") or key in ("style", "src", "srcset")]
        if tag == "a":
            assert re.fullmatch(r"[\w./-]+", attributes["href"] or "")
    assert not re.search(r"@import|url\(", page.style)
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text)


@pytest.mark.parametrize("name", ALL)
def test_the_content_security_policy_allows_the_pages_own_style_and_nothing_else(name):
    text, page = page_of(name)
    policy = next(a["content"] for tag, a in page.tags if tag == "meta" and a.get("http-equiv"))
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert text.count("<style") == 1


def test_hostile_text_stays_text():
    report = hostile()
    _, curve = make_run()
    text = to_html(report, draw_charts(report, [curve]))
    page = Page(text)
    assert page.stray == []
    assert page.open == []
    assert "script" not in {tag for tag, _ in page.tags}
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
    for rule in ("prefers-color-scheme: dark", "@media print", "@media (max-width: 720px)"):
        assert rule in page.style
    assert 'name="viewport" content="width=device-width, initial-scale=1"' in text
    assert text.count('<div class="wide"><svg') == text.count('<div class="narrow"><svg') == 2


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
    assert len(regions) == text.count("<table>")
    assert all(region["tabindex"] == "0" and region["aria-label"] for region in regions)
    assert text.count("<thead>") == text.count("<table>")
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


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_can_be_read_in_both_themes(theme):
    _, page = page_of("crossover")
    report, chart = (
        re.findall(pattern, page.style) for pattern in (r"(?s):root \{(.*?)\}", r"(?s)\.chart \{([^}]*--ground.*?)\}")
    )
    colour = dict(re.findall(r"--([\w-]+): #([0-9a-f]{3,6})", report[theme]))
    grounds = {"page": "text muted", "card": "text muted accent good bad", "good-ground": "good", "warn-ground": "warn",
               "bad-ground": "bad"}  # fmt: skip
    pairs = [(ink, ground) for ground, inks in grounds.items() for ink in inks.split()]
    for ink, ground in pairs:
        assert contrast(colour[ink], colour[ground]) >= 4.5, (ink, ground)
    drawn = dict(re.findall(r"--([\w-]+): #([0-9a-f]{3,6})", chart[theme]))
    assert contrast(drawn["ink"], drawn["ground"]) >= 4.5
    assert contrast(drawn["soft"], drawn["ground"]) >= 4.5
    for name in ("one", "two", "three", "four", "five", "six", "rest", "fall", "rise"):
        assert contrast(drawn[name], drawn["ground"]) >= 3.0, name
