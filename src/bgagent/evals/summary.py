"""The figures of an evaluation: how many, how often, how long, and which of the goals are met."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from bgagent.evals.quantcode import STAGES
from bgagent.evals.results import CaseResult, Evaluation, Mark
from bgagent.evals.statistics import Estimate, median_of, median_ratio, rate

COMPLETION_GOAL, OUR_COMPLETION_GOAL = 0.90, 0.98
TIME_SAVED_GOAL, OUR_SPEED_GOAL = 0.20, 10.0


@dataclass(frozen=True, slots=True)
class Goal:
    """One criterion of success. is_met: None when this run cannot tell."""

    name: str
    wanted: str
    found: str
    is_met: bool | None


@dataclass(frozen=True, slots=True)
class Speed:
    """Time to report against a baseline, over the cases that both brought to an end as they had to.

    ratio: this run's time over the baseline's; assumed_ratio: with what a person is assumed to take for each answer.
    answer_s: that assumption. tenfold_from_s: seconds per answer from which on the median case is ten times as fast;
    None when the baseline asks nothing.
    """

    ratio: Estimate
    answer_s: float
    assumed_ratio: Estimate
    questions: float
    tenfold_from_s: float | None


def shares(evaluation: Evaluation) -> dict[str, Estimate]:
    """Rates that matter, each over the cases it can be told of."""
    cases = evaluation.cases
    wanted = [case for case in cases if case.wanted == "report"]
    refusals = [case for case in cases if case.wanted == "refusal"]
    checked = [case for case in cases if case.has_gold and case.wanted == "report"]
    told = [case for case in cases if case.imports_ok is not None]
    return {
        "completed, of sentences that can be tested": _share(wanted, lambda case: case.mark is not Mark.MISSING),
        "right, of those with a known answer": _share(checked, lambda case: case.mark is Mark.RIGHT),
        "refused as wanted, of those to be refused": _share(refusals, lambda case: case.mark is Mark.RIGHT),
        "imports_ok, of jobs with a log": _share(told, lambda case: bool(case.imports_ok)),
    }


def stage_shares(evaluation: Evaluation) -> dict[str, Estimate]:
    """Of coding tasks, how many reach each stage; a stage that was not reached counts as failed. Empty without any."""
    tasks = [case for case in evaluation.cases if case.stages]
    if not tasks:
        return {}
    return {stage: rate(sum(bool(task.stages[stage]) for task in tasks), len(tasks)) for stage in STAGES}


def times(evaluation: Evaluation) -> dict[str, Estimate]:
    """Medians of seconds, by what the case came to."""
    reports = [case for case in evaluation.cases if case.exit_code in (0, 10)]
    others = [case for case in evaluation.cases if case.exit_code not in (0, 10)]
    return {
        "time to report, with a result": median_of([case.time_to_report_s for case in reports]),
        "time to report, refused or failed": median_of([case.time_to_report_s for case in others]),
        "of that within the job, with a result": median_of([case.job_s for case in reports]),
    }


def speed_against(evaluation: Evaluation, baseline: Evaluation) -> Speed:
    """How long cases took here and there. Cases count that are in both and right in both."""
    before = {case.id: case for case in baseline.cases if case.is_right and case.wanted == "report"}
    pairs = [(before[case.id], case) for case in evaluation.cases if case.is_right and case.id in before]
    answer_s = baseline.answer_s
    needed = [
        max(0.0, OUR_SPEED_GOAL * case.time_to_report_s - other.time_to_report_s) / other.questions
        for other, case in pairs
        if other.questions
    ]
    return Speed(
        ratio=median_ratio([(other.time_to_report_s, case.time_to_report_s) for other, case in pairs]),
        answer_s=answer_s,
        assumed_ratio=median_ratio(
            [(other.time_to_report_s + answer_s * other.questions, case.time_to_report_s) for other, case in pairs]
        ),
        questions=median([other.questions for other, _ in pairs]) if pairs else 0.0,
        tenfold_from_s=median(needed) if needed else None,
    )


def goals(evaluation: Evaluation, baseline: Evaluation | None) -> tuple[Goal, ...]:
    """Every criterion of success, met or not, or not told by this run."""
    found = shares(evaluation)
    completed = found["completed, of sentences that can be tested"]
    imports = found["imports_ok, of jobs with a log"]
    wrong = [case.id for case in evaluation.cases if case.mark is Mark.WRONG]
    reported = [case.id for case in evaluation.cases if case.mark is Mark.REPORTED]
    checked = sum(case.has_gold for case in evaluation.cases)
    return (
        Goal("completed", f">= {COMPLETION_GOAL:.0%}", _percent(completed), _at_least(completed, COMPLETION_GOAL)),
        Goal(
            "completed, our own goal",
            f">= {OUR_COMPLETION_GOAL:.0%}",
            _percent(completed),
            _at_least(completed, OUR_COMPLETION_GOAL),
        ),
        Goal("no wrong number", "0", _named(wrong), not wrong if checked else None),
        Goal("no report of what had to be refused", "0", _named(reported), not reported),
        *_speed_goals(speed_against(evaluation, baseline) if baseline else None, baseline),
        Goal("imports_ok", "every job", _percent(imports), imports.value == 1.0 if imports.count else None),
    )


def _speed_goals(speed: Speed | None, baseline: Evaluation | None) -> tuple[Goal, ...]:
    saved, fast = f"<= {1 - TIME_SAVED_GOAL:.0%} of its time", f"<= {1 / OUR_SPEED_GOAL:.0%} of its time"
    if speed is None or baseline is None or speed.ratio.value is None:
        missing = "no baseline given (--baseline)" if baseline is None else "no case that is right in both"
        return (Goal("faster than the baseline", saved, missing, None),)
    arm = f"the {baseline.arm} arm"
    rows = [Goal(f"faster than {arm}, waiting for nobody", saved, _percent(speed.ratio), _at_most(speed.ratio, 0.8))]
    if speed.answer_s and speed.questions:
        assumption = f"assuming (not measured) {speed.answer_s:g} s for each of {speed.questions:g} answers"
        assumed = speed.assumed_ratio
        rows += [
            Goal(f"faster than {arm}, {assumption}", saved, _percent(assumed), _at_most(assumed, 1 - TIME_SAVED_GOAL)),
            Goal(
                f"ten times as fast as {arm}, {assumption}",
                fast,
                _percent(assumed),
                _at_most(assumed, 1 / OUR_SPEED_GOAL),
            ),
        ]
    return tuple(rows)


def by(cases: Sequence[CaseResult], key: Callable[[CaseResult], str]) -> list[tuple[str, Counter[Mark]]]:
    """Marks counted by what `key` says of a case, in the order of first appearance."""
    counted: dict[str, Counter[Mark]] = {}
    for case in cases:
        counted.setdefault(key(case), Counter())[case.mark] += 1
    return list(counted.items())


def complaints(cases: Iterable[CaseResult]) -> list[CaseResult]:
    """Cases that did not end as they had to, the worst kind first."""
    order = (Mark.REPORTED, Mark.WRONG, Mark.MISSING, Mark.MISNAMED)
    return sorted((case for case in cases if not case.is_right), key=lambda case: order.index(case.mark))


def _share(cases: Sequence[CaseResult], holds: Callable[[CaseResult], bool]) -> Estimate:
    return rate(sum(holds(case) for case in cases), len(cases))


def _at_least(found: Estimate, goal: float) -> bool | None:
    return None if found.value is None else found.value >= goal


def _at_most(found: Estimate, goal: float) -> bool | None:
    return None if found.value is None else found.value <= goal


def _percent(found: Estimate) -> str:
    if found.value is None or found.low is None or found.high is None:
        return "n/a"
    return f"{found.value:.1%} ({found.low:.1%} to {found.high:.1%}, n = {found.count})"


def _named(ids: Sequence[str]) -> str:
    return f"{len(ids)}: {', '.join(ids)}" if ids else "0"
