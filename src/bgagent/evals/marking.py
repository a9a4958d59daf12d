"""Holds a report, as the JSON that other programs read, against what was expected of its sentence."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import permutations
from typing import Any

from bgagent.evals.results import Mark
from bgagent.evals.suite import PRICE_TOLERANCE, REPORT, Answer, Expectation, GoldRun, GoldTrade, Meaning

MOST_RUNS_TO_MATCH = 6

Report = Mapping[str, Any]


def mark_of(
    report: Report, expectation: Expectation, answers: Sequence[Answer], *, left_behind: str = ""
) -> tuple[Mark, str]:
    """What the end is worth, and why it is no better. left_behind: all text the job wrote."""
    spoken = [word for word in expectation.must_not_contain if word in left_behind]
    figures = [word for word in expectation.must_not_report if word in _results(report)]
    is_report = bool(report["runs"])
    if spoken or figures:
        return (Mark.REPORTED if is_report else Mark.MISNAMED), f"it says {', '.join((*spoken, *figures))}"
    if is_report and not expectation.is_report:
        return Mark.REPORTED, "a report where the sentence had to be refused"
    if not is_report and expectation.is_report and len(expectation.outcomes) == 1:
        return Mark.MISSING, _said(report)
    outcome = REPORT if is_report else report["status"]
    if outcome not in expectation.outcomes or report["exit_code"] not in expectation.exit_codes:
        ways = " or ".join(expectation.outcomes)
        return Mark.MISNAMED, f"ended as {outcome} with exit code {report['exit_code']}, not as {ways}"
    unnamed = [words for words in expectation.must_name if not _names(report, words.split("|"))]
    if unnamed:
        return Mark.MISNAMED, f"does not name {', '.join(unnamed)}"
    if not is_report:
        return Mark.RIGHT, ""
    if not answers:
        return Mark.UNCHECKED, ""
    differences = [difference(report, answer) for answer in answers]
    return (Mark.RIGHT, "") if "" in differences else (Mark.WRONG, differences[0])


def difference(report: Report, answer: Answer) -> str:
    """In what the report differs from an answer; empty when it does not. Runs may come in any order."""
    meant = _other_meaning(report["understood"], answer.meaning)
    if meant:
        return meant
    runs, golds = report["runs"], answer.runs
    if len(runs) != len(golds):
        return f"{len(runs)} runs, {len(golds)} are right"
    orders = permutations(golds) if len(golds) <= MOST_RUNS_TO_MATCH else [golds]
    found = (_first(_other_run(run, gold) for run, gold in zip(runs, order, strict=True)) for order in orders)
    as_listed = next(found)
    return "" if not as_listed or "" in found else as_listed


def _other_meaning(understood: Mapping[str, Any], meaning: Meaning) -> str:
    symbols = set(understood["symbols"])
    if meaning.symbols and not set(meaning.symbols) <= symbols <= {*meaning.symbols, *meaning.also}:
        return f"symbols are {', '.join(sorted(symbols))}, not {', '.join(meaning.symbols)}"
    for name, days in (("start", meaning.starts), ("end", meaning.ends)):
        if days and not any(_same_day(understood[name], day, by_week=meaning.by_week) for day in days):
            return f"{name} is {understood[name]}, not {days[0]}"
    capital = meaning.initial_capital
    if capital is not None and understood["initial_capital"] != capital:
        return f"initial_capital is {understood['initial_capital']:g}, not {capital:g}"
    return ""


def _same_day(one: str, other: str, *, by_week: bool) -> bool:
    if by_week:
        return date.fromisoformat(one).isocalendar()[:2] == date.fromisoformat(other).isocalendar()[:2]
    return one == other


def _other_run(run: Mapping[str, Any], gold: GoldRun) -> str:
    """The final equity is looked at last: trades that differ say more."""
    if gold.trades is not None:
        mine = sorted(run["trades"], key=lambda trade: (trade["symbol"], trade["entry_at"], trade["exit_at"] or "~"))
        right = sorted(gold.trades, key=lambda trade: (trade.symbol, trade.entry_at, trade.exit_at or "~"))
        told = _first(_other_trade(one, other, gold) for one, other in zip(mine, right, strict=False))
        if told:
            return told
        if len(mine) != len(right):
            return f"{len(mine)} trades, {len(right)} are right"
    if not _near(run["final_equity"], gold.final_equity, gold.equity_tolerance):
        return f"final equity {run['final_equity']:,.2f}, {gold.final_equity:,.2f} is right"
    return ""


def _other_trade(trade: Mapping[str, Any], right: GoldTrade, gold: GoldRun) -> str:
    for name in ("symbol", "direction", "entry_at", "exit_at"):
        if trade[name] != getattr(right, name):
            return f"a trade of {trade['entry_at']} has {name} {trade[name]}, {getattr(right, name)} is right"
    scale = gold.price_scale.get(right.symbol, 1.0)
    for name in ("entry_price", "exit_price"):
        found, wanted = trade[name], getattr(right, name)
        if wanted is None:
            continue
        if not any(_near(found, wanted * factor, PRICE_TOLERANCE) for factor in (scale, 1.0)):
            return f"a trade of {trade['entry_at']} has {name} {found:g}, {wanted * scale:g} is right"
    return ""


def _near(one: float, other: float, tolerance: float) -> bool:
    return abs(one - other) <= tolerance * abs(other)


def _first(texts: Iterable[str]) -> str:
    return next((text for text in texts if text), "")


def _names(report: Report, choices: Sequence[str]) -> bool:
    """Whether the refusal, or a clause or assumption of a report, has one of the words."""
    error = report["error"] or {}
    said = [error.get("message", ""), error.get("hint", ""), *error.get("questions", ())]
    said += [row["text"] for row in report["clauses"] if row["status"] == "unsupported" or not report["runs"]]
    said += [f"{row['value']} {row['why']}" for row in report["assumptions"] if report["runs"]]
    text = " ".join(said).lower()
    return any(choice.lower() in text for choice in choices)


def _said(report: Report) -> str:
    error = report["error"] or {}
    return f"{report['status']}: {error.get('message', '')}"


def _results(report: Report) -> str:
    """What is told as a result or as a finding; the sentence itself and what quotes it stay out."""
    return repr([report["runs"], report["checks"], report.get("verdict_reasons", ())])
