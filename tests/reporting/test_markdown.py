import html
import re
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bgagent.artifacts.attempts import Check, CheckStatus
from bgagent.artifacts.clauses import Assumption, Clause, ClauseStatus
from bgagent.artifacts.report import Report
from bgagent.errors import DataUnavailable, NeedsClarification
from bgagent.reporting.compose import compose_failure
from bgagent.reporting.markdown import code_block, code_span, escape, to_markdown
from bgagent.reporting.visible import visible
from tests.reporting.portfolios import allocation, long_short, no_payment, payments
from tests.reporting.reading import allowed_figures, figures_in, strings_of
from tests.reporting.samples import (
    REQUEST,
    TELEMETRY,
    UNDERSTOOD,
    comparison,
    crossover,
    make_report,
    make_run,
    no_trades,
)

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HOSTILE = (
    "<script>alert(1)</script> | `x` ``` [a](http://evil.example) ![i](http://evil.example/i.png) **b** _c_ ~~d~~ "
    "$e$ &lt; http://evil.example www.evil.example \x1b[31m \u202eabc \n# h\n- l\n\n1. n"
)


def failure() -> Report:
    error = DataUnavailable("folder has no ZZZZ bars for 2024-01-01 to 2024-12-31", hint="try --data demo")
    return compose_failure(REQUEST, error, telemetry=TELEMETRY, understood=UNDERSTOOD)


def clarification() -> Report:
    error = NeedsClarification("no symbol is named", questions=("Which symbol?", "Long only?"))
    return compose_failure(REQUEST, error, telemetry=TELEMETRY)


def hostile() -> Report:
    """Every text that comes from outside is an attempt to break out."""
    run, _ = make_run(label=HOSTILE)
    trade = replace(run.trades[0], symbol=HOSTILE)
    benchmark = replace(run.benchmark, label=HOSTILE)
    run = replace(run, trades=(trade,), benchmark=benchmark, notes=(HOSTILE,), source=f"# {HOSTILE}\n~~~\n````\n")
    report = make_report(run)
    row = replace(report.data[0], symbol=HOSTILE, source=HOSTILE, warnings=(HOSTILE,), provider=HOSTILE)
    return replace(
        report,
        prompt=HOSTILE,
        understood=replace(report.understood, summary=HOSTILE, symbols=(HOSTILE,)),
        clauses=(Clause(HOSTILE, (0, 1), ClauseStatus.UNSUPPORTED, HOSTILE, HOSTILE, HOSTILE),),
        assumptions=(Assumption(HOSTILE, HOSTILE, HOSTILE),),
        checks=(Check(HOSTILE, CheckStatus.WARN, HOSTILE, {HOSTILE: 1.0}),),
        data=(row,),
        verdict_reasons=(HOSTILE,),
        rerun=f"nlbt bg '{HOSTILE}'",
        telemetry=replace(report.telemetry, versions={HOSTILE: HOSTILE}, isolation=(HOSTILE,)),
    )


def narrated() -> Report:
    """A result that is told in prose too."""
    report = crossover()[0]
    (run,) = report.runs
    paragraph = (
        f"The strategy made {run.metrics['total_return']:.2%} in {run.metrics['trades']} closed trades and ended at "
        f"{run.final_equity:,.2f} USD; its worst drawdown was {run.metrics['max_drawdown']:.2%}."
    )
    return replace(report, narrative=(paragraph, "Nothing here is advice."))


ALL = {
    "crossover": lambda: crossover()[0],
    "no_trades": lambda: no_trades()[0],
    "comparison": lambda: comparison()[0],
    "allocation": lambda: allocation()[0],
    "payments": lambda: payments()[0],
    "no_payment": lambda: no_payment()[0],
    "long_short": lambda: long_short()[0],
    "narrated": narrated,
    "failure": failure,
    "clarification": clarification,
}


@pytest.fixture(params=ALL)
def report(request) -> Report:
    return ALL[request.param]()


def prose(markdown: str) -> str:
    """The text without fenced code and without the quoted sentence, escapes undone."""
    without_code = re.sub(r"(?ms)^(`{3,}).*?^\1$", "", markdown)
    without_sentence = re.sub(r"(?m)^> `.*$", "", without_code)
    return html.unescape(re.sub(r"\\([^\w\s])", r"\1", without_sentence))


def test_every_figure_of_the_page_stands_in_the_json(report):
    text = prose(to_markdown(report))
    spans = re.findall(r"`([^`]+)`", text)
    known = strings_of(report)
    assert all(span in known for span in spans)
    shown = figures_in(re.sub(r"`[^`]+`|\]\([^)]*\)", "", text))
    assert len(shown) > 5
    assert shown <= allowed_figures(report)


def test_the_prose_stands_on_the_page_as_it_was_told():
    report = narrated()
    text = prose(to_markdown(report))
    assert all(paragraph in text for paragraph in report.narrative)
    assert "Told by a language model" in text
    assert "Told by a language model" not in prose(to_markdown(crossover()[0]))


def test_what_was_seen_in_the_run_has_a_column_only_where_there_was_one():
    assert "Seen in the run" in to_markdown(crossover()[0])
    failed = failure()
    assert failed.clauses
    bare = replace(failed, clauses=tuple(replace(clause, evidence="") for clause in failed.clauses))
    assert "Seen in the run" not in to_markdown(bare)
    assert all(clause.value in prose(to_markdown(bare)) for clause in bare.clauses)


def test_a_page_has_no_undefined_value_and_no_placeholder(report):
    text = prose(to_markdown(report))
    assert not re.search(r"\bnan\b|\bNone\b|\bUndefined\b|\{\{|\}\}|\binf\b|<[a-z]", text)


def test_no_section_is_empty(report):
    lines = [line for line in re.sub(r"(?ms)^(`{3,}).*?^\1$", "CODE", to_markdown(report)).splitlines() if line]
    level = lambda line: len(line) - len(line.lstrip("#"))  # noqa: E731
    for line, following in zip(lines, [*lines[1:], "#"], strict=True):
        if line.startswith("#"):
            assert not following.startswith("#") or level(following) > level(line)


def test_paths_on_the_page_are_those_of_the_json(report):
    paths = set(re.findall(r"\]\(([^)]+)\)", prose(to_markdown(report))))
    known = {report.comparison_chart} if report.comparison_chart else set()
    for run in report.runs:
        files = run.files
        known |= {files.equity, files.equity_chart, files.price_chart} | ({files.trades} if run.trades else set())
        known |= {files.returns_chart, files.holdings_chart}
    known -= {""}
    assert paths == known


def test_the_first_screen_has_sentence_understanding_verdict_numbers_chart_assumptions_and_clauses():
    text = to_markdown(crossover()[0])
    order = ["SYNTHETIC DATA", "> `Backtest AAPL", "**Understood:** Buy AAPL", "**Verdict: CAUTION**",
             "robustness not examined", "| Total return", "| Final equity", "equity.svg", "## Assumptions",
             "## How the sentence was read", "price.svg", "## Metrics", "## Costs", "Break-even cost: 213.5 bps",
             "## Checks", "## Data", "## How this was made", "## Definitions", "## Strategy",
             "## Run it again"]  # fmt: skip
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert places[9] < 3500


def test_synthetic_prices_are_named_at_the_very_top_and_only_then():
    assert to_markdown(crossover()[0]).splitlines()[2].startswith("> **SYNTHETIC DATA.**")
    assert "SYNTHETIC" not in to_markdown(no_trades()[0])


def test_a_run_without_trades_comes_with_no_return_and_with_the_account_why():
    text = to_markdown(no_trades()[0])
    for name in ("Total return", "CAGR", "Sharpe ratio", "Worst drawdown"):
        row = next(line for line in text.splitlines() if name in line and line.startswith("|"))
        assert row.split("|")[2].strip() == "no trade"
    assert "No trade was made: the capital stayed in cash, 25,000.00 USD at the end." in text
    assert "The entry was true on 0 of 252 bars; nearest: 2024-05-03, 1.2% short of the cross." in text
    assert "There is no trade to list." in text
    assert "Break-even" not in text.split("## Definitions")[0]


def test_an_open_trade_is_told_apart_from_the_closed_ones():
    text = to_markdown(crossover()[0])
    assert "still open" in text
    assert "open at the end" in text
    assert "A position is still open at the last close" in text


def test_a_failure_says_what_was_understood_what_went_wrong_whose_turn_it_is_and_what_to_run():
    text = to_markdown(failure())
    order = ["# No price data", "> `Backtest AAPL", "**Understood:**", "**folder has no ZZZZ bars",
             "What to do: try --data demo", "Whose turn it is:", "```sh", "## Assumptions"]  # fmt: skip
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert "Verdict" not in text
    assert "- Which symbol?" in to_markdown(clarification())


def test_many_trades_are_cut_to_the_first_and_the_rest_is_pointed_to():
    run, _ = make_run(bars=252)
    many = make_report(replace(run, trades=run.trades[:1] * 60))
    text = to_markdown(many)
    assert text.count("| AAPL   | long |") == 40
    assert "The first of them; all are in [trades.csv](job/trades.csv)." in text


def test_the_strategy_stands_on_the_page_as_it_is():
    report = crossover()[0]
    assert f"```python\n{report.runs[0].source.rstrip()}\n```" in to_markdown(report)


def test_hostile_text_stays_text():
    tokens = READER.parse(to_markdown(hostile()))
    flat = [*tokens, *(child for token in tokens for child in token.children or ())]
    assert not [token for token in flat if token.type in ("html_block", "html_inline", "strong_open", "s_open")
                and token.content]  # fmt: skip
    links = [token.attrGet("href") for token in flat if token.type == "link_open"]
    images = [token.attrGet("src") for token in flat if token.type == "image"]
    assert set(links) == {"job/trades.csv", "job/equity.csv"}
    assert set(images) == {"job/equity.svg", "job/price.svg", "job/returns.svg"}
    assert {token.tag for token in flat if token.type == "heading_open"} == {"h1", "h2"}
    assert "evil.example" not in "".join(str(link) for link in (*links, *images))


def test_no_control_character_of_a_sentence_reaches_the_terminal():
    text = to_markdown(hostile())
    assert all(letter.isprintable() or letter == "\n" for letter in text)
    assert "\u202e" not in text


def test_tables_keep_their_shape_whatever_is_in_them():
    for line_of in re.findall(r"(?m)^\|.*(?:\n\|.*)+", to_markdown(hostile())):
        rows = line_of.splitlines()
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1


ONE_LINE = st.text(max_size=30) | st.text(alphabet="\\`*_[]()<>|~$&#+-.!1 ab:/w\n", max_size=20)


def as_line(text: str) -> str:
    return " ".join(visible(text).split())


@settings(max_examples=300, deadline=None)
@given(ONE_LINE)
@example(HOSTILE)
@example("1. one")
@example("---")
@example("&amp;")
def test_escaped_text_is_read_back_as_it_was(text):
    for markdown, tag in ((f"{escape(text)}", "p"), (f"- {escape(text)}", "li"), (f"> {escape(text)}", "p")):
        shown = READER.render(markdown)
        inner = re.search(rf"(?s)<{tag}>(.*)</{tag}>", shown)
        assert " ".join(html.unescape(inner[1] if inner else "").split()) == as_line(text)


@settings(max_examples=200, deadline=None)
@given(ONE_LINE)
@example("`` ` ``")
def test_code_shows_its_text_whatever_backticks_it_holds(text):
    line = as_line(text)
    shown = READER.render(f"x {code_span(text)} y")
    assert html.unescape(re.sub(r"</?(code|p)>", "", shown)).split() == f"x {line} y".split()
    block = READER.parse(code_block(text, "sh"))
    assert [token.type for token in block] == ["fence"]
