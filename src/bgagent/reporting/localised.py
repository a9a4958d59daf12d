"""The texts that the report's JSON holds in English, in the language of the page where the catalogue has them."""

from dataclasses import replace

from bgagent.artifacts.report import Report, RunRow
from bgagent.reporting.catalogue import Catalogue, catalogue

_HELD = {"buy and hold equal parts of ": "equal parts of {symbol}, held", "buy and hold ": "buy and hold {symbol}"}
_HELD |= {"lump sum into ": "lump sum into {symbol}"}


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
    for beginning, phrase in _HELD.items():
        if label.startswith(beginning):
            said = words.say(phrase, symbol=label.removeprefix(beginning))
            return replace(run, benchmark=replace(run.benchmark, label=said))
    return run
