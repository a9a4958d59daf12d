"""The report as one HTML file that needs nothing but itself: no request, light and dark, fit for print.

Its own scripts draw charts to zoom and sort tables; where scripts are off, still drawings and plain tables stand.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

import msgspec
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from bgagent.artifacts.report import Curve, Report
from bgagent.reporting.canvas import chart_css
from bgagent.reporting.charts import Chart
from bgagent.reporting.live_charts import LOGO_STYLE, MOST_TRADES, chart_data, library
from bgagent.reporting.localised import localised
from bgagent.reporting.view import view, writer_for
from bgagent.reporting.visible import visible
from bgagent.reporting.writer import Writer

_PAGE_WORDS = ("Copy", "Copied", "Filter", "{shown} of {all}")


def to_html(report: Report, charts: Mapping[str, Chart], curves: Sequence[Curve] = ()) -> str:
    """The whole report. charts: by their path in the report, drawn by this package and put in as they are.

    curves: one per run, for the charts that move; without them the drawings stand still. Style and scripts are all
    the page allows itself: their hashes stand in the Content-Security-Policy.
    """
    report = localised(report)
    write = writer_for(report, with_symbol=True)
    data = chart_data(report, curves, write) if curves else ""
    scripts = [page_script(), *([library(), resource("charts.js")] if data else [])]
    drawn = {path: Chart(Markup(chart.wide), Markup(chart.narrow)) for path, chart in charts.items()}
    return _template().render(
        page=view(report, write),
        say=write.say,
        trades_shown=MOST_TRADES,
        lang=report.lang,
        decimal=write.catalogue.decimal,
        group=write.catalogue.group,
        charts=drawn,
        style=Markup(page_style()),
        policy=Markup(policy([page_style(), *([LOGO_STYLE] if data else [])], scripts)),
        data=Markup(data),
        words=Markup(page_words(write)),
        scripts=[Markup(script) for script in scripts],
    )


def policy(styles: Sequence[str], scripts: Sequence[str]) -> str:
    """A Content-Security-Policy that allows these styles and scripts by their hashes, and nothing else."""
    allowed = {"style-src": styles, "script-src": scripts}
    lists = "; ".join(f"{kind} {' '.join(map(_digest, texts))}" for kind, texts in allowed.items())
    return f"default-src 'none'; {lists}; base-uri 'none'; form-action 'none'"


@cache
def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def page_words(write: Writer) -> str:
    """What the scripts of a page say, as JSON that may stand inside a page."""
    return msgspec.json.encode({word: write.say(word) for word in _PAGE_WORDS}).decode().replace("<", "\\u003c")


@cache
def page_style() -> str:
    """The style sheet of every page."""
    return f"{resource('report.css')}\n{chart_css()}\n"


@cache
def page_script() -> str:
    """The script of every page: it sorts, filters and copies."""
    return resource("page.js")


@cache
def _template() -> Template:
    environment = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True, finalize=_finalize
    )
    return environment.from_string(resource("report.html.j2"))


def _finalize(value: object) -> object:
    return value if isinstance(value, Markup) else visible(str(value), keep_lines=True)


@cache
def resource(name: str) -> str:
    """A file of the templates' folder."""
    return resources.files(__package__).joinpath("templates", name).read_text(encoding="utf-8")
