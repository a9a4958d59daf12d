"""The result in prose, by a language model: a paragraph with a figure that is not in the result is dropped."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bgagent.artifacts.report import Benchmark, Metrics, Report, RunRow
from bgagent.llm.call import Model, Question
from bgagent.llm.prompts import fill, load_prompt
from bgagent.reporting.catalogue import catalogue
from bgagent.reporting.figures_told import figures_in, is_told

_ANSWER_TOKENS = 1200
_MOST_PARAGRAPHS = 3
_LONGEST_PARAGRAPH = 1500  # characters
_TOLD = (
    "total_return cagr volatility sharpe sortino max_drawdown max_drawdown_days exposure trades win_rate profit_factor "
    "expectancy avg_win avg_loss best_trade worst_trade avg_bars_held longest_losing_run costs alpha beta contributed "
    "money_weighted_return time_weighted_return max_drawdown_from max_drawdown_to"
).split()


@dataclass(frozen=True, slots=True)
class Narrative:
    """paragraphs: what may be shown. dropped: the others, each with the figures that no value of the result gives."""

    paragraphs: tuple[str, ...]
    dropped: tuple[tuple[str, tuple[str, ...]], ...]


def narrate(report: Report, model: Model) -> Narrative:
    """One call. Raises ModelUnavailable and LimitReached as the model does."""
    facts = facts_of(report)
    instructions = fill(load_prompt(__package__, "narrate"), language=catalogue(report.lang).name)
    question = Question(
        instructions, (json.dumps(facts, ensure_ascii=False),), purpose="tell the result", max_tokens_out=_ANSWER_TOKENS
    )
    return checked(model.ask(question).text, facts, report.lang)


def checked(text: str, facts: dict[str, object], lang: str) -> Narrative:
    """The paragraphs of a text, those with a figure that is in none of the facts apart."""
    values = list(_values(facts))
    kept: list[str] = []
    dropped: list[tuple[str, tuple[str, ...]]] = []
    for paragraph in _paragraphs(text):
        unknown = tuple(figure.text for figure in figures_in(paragraph, lang) if not is_told(figure, values))
        if unknown:
            dropped.append((paragraph, unknown))
        elif len(kept) < _MOST_PARAGRAPHS:
            kept.append(paragraph)
    return Narrative(tuple(kept), tuple(dropped))


def _paragraphs(text: str) -> Iterator[str]:
    text = text.rpartition("</think>")[2].strip().strip("`")
    for part in re.split(r"\n\s*\n", text):
        paragraph = re.sub(r"[ \t\r\n]+", " ", part).strip()
        if any(sign.isalpha() for sign in paragraph):
            yield paragraph[:_LONGEST_PARAGRAPH]


def facts_of(report: Report) -> dict[str, object]:
    """What may be told of a result: values as they stand in its JSON, no single trade and no day."""
    asked = report.understood
    return {
        "strategy": asked.summary if asked else report.prompt,
        "symbols": list(asked.symbols) if asked else [],
        "window": [asked.start, asked.end] if asked else [],
        "initial_capital": asked.initial_capital if asked else None,
        "currency": asked.currency if asked else None,
        "runs": [_run(run) for run in report.runs],
        "verdict": report.verdict,
        "verdict_reasons": list(report.verdict_reasons),
        "warnings": [f"{check.id}: {check.detail}" for check in report.checks if check.status.value == "warn"],
        "units": "rates are fractions: 0.1234 is 12.34 %",
    }


def _run(run: RunRow) -> dict[str, object]:
    return {
        "label": run.label,
        "final_equity": run.final_equity,
        "open_trades": run.open_trades,
        **_metrics(run.metrics),
        "benchmark": _benchmark(run.benchmark),
        "total_return_without_costs": run.metrics_without_costs.get("total_return"),
    }


def _benchmark(held: Benchmark) -> dict[str, object]:
    return {"label": held.label, "final_equity": held.final_equity, **_metrics(held.metrics)}


def _metrics(metrics: Metrics) -> dict[str, object]:
    return {name: metrics[name] for name in _TOLD if metrics.get(name) is not None}


def _values(value: object) -> Iterator[float]:
    """Every number in the facts, those in their texts among them."""
    match value:
        case bool() | None:
            return
        case int() | float():
            yield float(value)
        case str():
            for figure in figures_in(value, "en"):
                for number, _ in figure.readings:
                    yield number / 100 if figure.is_percent else number
        case dict():
            for item in value.values():
                yield from _values(item)
        case list() | tuple():
            for item in value:
                yield from _values(item)
