"""The report as one HTML file that needs nothing but itself: no request, no script, light and dark, fit for print."""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from bgagent.artifacts.report import Report
from bgagent.reporting.canvas import chart_css
from bgagent.reporting.charts import Chart
from bgagent.reporting.view import view
from bgagent.reporting.visible import visible


def to_html(report: Report, charts: Mapping[str, Chart]) -> str:
    """The whole report. charts: by their path in the report, drawn by this package and put in as they are.

    The style is the only thing the page allows itself: its hash stands in the Content-Security-Policy.
    """
    style = f"{_resource('report.css')}\n{chart_css()}\n"
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    drawn = {path: Chart(Markup(chart.wide), Markup(chart.narrow)) for path, chart in charts.items()}
    return _template().render(page=view(report, with_symbol=True), charts=drawn, style=Markup(style), digest=digest)


@cache
def _template() -> Template:
    environment = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True, finalize=_finalize
    )
    return environment.from_string(_resource("report.html.j2"))


def _finalize(value: object) -> object:
    return value if isinstance(value, Markup) else visible(str(value), keep_lines=True)


def _resource(name: str) -> str:
    return resources.files(__package__).joinpath("templates", name).read_text(encoding="utf-8")
