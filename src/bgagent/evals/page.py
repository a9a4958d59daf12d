"""An evaluation as Markdown for people."""

from collections.abc import Iterable, Sequence

from bgagent.evals.results import CaseResult, Evaluation, Mark
from bgagent.evals.statistics import Estimate
from bgagent.evals.summary import Goal, by, complaints, goals, shares, speed_against, stage_shares, times
from bgagent.reporting.visible import visible

_LONGEST_SENTENCE = 90
_MET = {True: "yes", False: "**no**", None: "not told by this run"}
_MARKS = tuple(Mark)


def page_of(evaluation: Evaluation, baseline: Evaluation | None = None) -> str:
    """The whole page. baseline: an evaluation of the same cases by another arm."""
    blocks = [
        f"# {evaluation.name}",
        _about(evaluation),
        "## Goals",
        _goals(goals(evaluation, baseline)),
        "## Rates",
        _estimates(shares(evaluation), _percent),
        *_stages(evaluation),
        "## Time",
        _estimates(times(evaluation), _seconds),
        *_speed(evaluation, baseline),
        "## Spent",
        _spent(evaluation),
        "## By family",
        _counts("family", by(evaluation.cases, lambda case: case.family or "none")),
        "## By end",
        _counts("end", by(evaluation.cases, lambda case: f"{case.status}, exit {case.exit_code} {case.error_class}")),
        "## To look at",
        _complaints(complaints(evaluation.cases)),
        "## Every case",
        _cases(evaluation.cases),
        _sources(),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _about(evaluation: Evaluation) -> str:
    machine = ", ".join(f"{name} {value}" for name, value in evaluation.machine.items())
    lines = (
        f"{len(evaluation.cases)} cases of {evaluation.suite}, arm `{evaluation.arm}`, begun {evaluation.began_at}.",
        f"It took {evaluation.seconds:.0f} s in all, {evaluation.at_once} at once. Prices: `{evaluation.data}`.",
        f"Now is {evaluation.as_of}. Language model: {evaluation.model or 'none'}. {machine}.",
        *evaluation.remarks,
    )
    return "\n".join(visible(line) for line in lines)


def _goals(rows: Sequence[Goal]) -> str:
    cells = [(goal.name, goal.wanted, goal.found, _MET[goal.is_met]) for goal in rows]
    return _table(("goal", "wanted", "found", "met"), cells)


def _stages(evaluation: Evaluation) -> list[str]:
    found = stage_shares(evaluation)
    return ["## Stages of coding tasks", _estimates(found, _percent)] if found else []


def _speed(evaluation: Evaluation, baseline: Evaluation | None) -> list[str]:
    if baseline is None:
        return []
    speed = speed_against(evaluation, baseline)
    against = f"`{baseline.name}` (arm `{baseline.arm}`)"
    lines = [f"Against {against} the median case takes {_percent(speed.ratio)} of the time, nobody kept waiting."]
    if speed.questions:
        assumed = f"Assuming {speed.answer_s:g} s for each answer it takes {_percent(speed.assumed_ratio)} of the time."
        lines += [f"The baseline asks a person {speed.questions:g} times in the median case.", assumed]
    if speed.tenfold_from_s is not None:
        lines.append(f"The median case is ten times as fast from {speed.tenfold_from_s:.1f} s an answer on.")
    return ["\n".join(lines)]


def _spent(evaluation: Evaluation) -> str:
    cases = evaluation.cases
    costs = [case.cost_usd for case in cases]
    known = [cost for cost in costs if cost is not None]
    unknown = f", unknown for {len(costs) - len(known)} cases" if len(known) < len(costs) else ""
    return (
        f"{sum(case.attempts for case in cases)} attempts, {sum(case.model_calls for case in cases)} model calls, "
        f"{sum(case.tokens_in for case in cases):,} tokens in, {sum(case.tokens_out for case in cases):,} out, "
        f"{sum(known):.4f} USD{unknown}."
    )


def _complaints(cases: Sequence[CaseResult]) -> str:
    if not cases:
        return "Nothing."
    cells = [(f"`{case.id}`", case.mark.value, case.why, _shortened(case.sentence)) for case in cases]
    return _table(("case", "mark", "why", "sentence"), cells)


def _cases(cases: Sequence[CaseResult]) -> str:
    heads = ("case", "mark", "end", "verdict", "s", "attempts", "calls", "tokens", "USD", "questions", "sentence")
    cells = [
        (
            f"`{case.id}`",
            case.mark.value,
            f"{case.status} ({case.exit_code})",
            case.verdict or "-",
            f"{case.time_to_report_s:.2f}",
            str(case.attempts),
            str(case.model_calls),
            str(case.tokens_in + case.tokens_out),
            "unknown" if case.cost_usd is None else f"{case.cost_usd:.4f}",
            str(case.questions),
            _shortened(case.sentence),
        )
        for case in cases
    ]
    return _table(heads, cells)


def _counts(head: str, rows: Iterable[tuple[str, dict[Mark, int]]]) -> str:
    cells = [(name, *(str(marks.get(mark, 0) or "") for mark in _MARKS)) for name, marks in rows]
    return _table((head, *(mark.value for mark in _MARKS)), cells)


def _estimates(found: dict[str, Estimate], shown: object) -> str:
    return _table(("figure", "value, 95 % interval"), [(name, shown(one)) for name, one in found.items()])  # type: ignore[operator]


def _percent(one: Estimate) -> str:
    if one.value is None or one.low is None or one.high is None:
        return "n/a"
    return f"{one.value:.1%} ({one.low:.1%} to {one.high:.1%}, n = {one.count})"


def _seconds(one: Estimate) -> str:
    if one.value is None or one.low is None or one.high is None:
        return "n/a"
    return f"{one.value:.2f} s ({one.low:.2f} to {one.high:.2f}, n = {one.count})"


def _sources() -> str:
    return (
        "Intervals of rates: Wilson (1927). Of medians and of median ratios: percentile bootstrap, Efron (1979), 2000 "
        "draws, fixed seed."
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [_row(heads), _row(["---"] * len(heads)), *(_row(row) for row in rows)]
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    return visible(" ".join(text.split())).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def _shortened(sentence: str) -> str:
    line = " ".join(sentence.split())
    return line if len(line) <= _LONGEST_SENTENCE else f"{line[: _LONGEST_SENTENCE - 1]}…"
