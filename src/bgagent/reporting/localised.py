"""The texts that the report's JSON holds in English, in the language of the page where the catalogue has them."""

from dataclasses import replace

from bgagent.artifacts.report import Report, RunRow
from bgagent.reporting.catalogue import Catalogue, catalogue

_HELD = "buy and hold "


def localised(report: Report) -> Report:
    """The report as its page says it: names of benchmarks and reasons of the verdict in the page's own language."""
    if report.lang == "en":
        return report
    words = catalogue(report.lang)
    return replace(
        report,
        runs=tuple(_run(run, words) for run in report.runs),
        verdict_reasons=tuple(words.say(reason) for reason in report.verdict_reasons),
    )


def _run(run: RunRow, words: Catalogue) -> RunRow:
    label = run.benchmark.label
    if not label.startswith(_HELD):
        return run
    said = words.say("buy and hold {symbol}", symbol=label.removeprefix(_HELD))
    return replace(run, benchmark=replace(run.benchmark, label=said))
