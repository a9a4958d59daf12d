"""Two evaluations of the same cases: what became worse, and whether chance alone could have done it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bgagent.errors import BadUse
from bgagent.evals.results import CaseResult, Evaluation, Mark
from bgagent.evals.statistics import Estimate, mcnemar, median_ratio

SLOWER_LIMIT = 1.2  # median of later over earlier time; an interval wholly above it is a regression
CHANCE_LIMIT = 0.05
_WORST = (Mark.WRONG, Mark.REPORTED)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from the first evaluation to the second, over the cases with the same id and sentence.

    lost, won: ids of cases that ended as they had to in the first alone, and in the second alone. worse: of the lost,
    those that now give a wrong number or a report of what must be refused. chance: McNemar's probability of such a
    split. time: second over first. left_out: ids that only one of them has.
    """

    shared: int
    lost: tuple[str, ...]
    won: tuple[str, ...]
    worse: tuple[str, ...]
    chance: float
    time: Estimate
    left_out: tuple[str, ...]
    is_repeatable: bool

    @property
    def regressions(self) -> tuple[str, ...]:
        """Why the second is a step back, one line each; none when it is not.

        Without a model the same sentence always ends the same, so that a single lost case counts. With one, it takes
        a split that chance hardly makes, unless what is lost became a wrong report.
        """
        found = []
        if self.worse:
            found.append(f"now wrong: {', '.join(self.worse)}")
        others = [name for name in self.lost if name not in self.worse]
        if others and (self.is_repeatable or (self.chance < CHANCE_LIMIT and len(self.lost) > len(self.won))):
            found.append(f"no longer right: {', '.join(others)}")
        if self.time.low is not None and self.time.low > SLOWER_LIMIT:
            found.append(f"slower: {self.time.value:.2f} times ({self.time.low:.2f} to {self.time.high:.2f})")
        return tuple(found)


def compare(first: Evaluation, second: Evaluation) -> Comparison:
    """The second held against the first. Raises BadUse when they have no case in common."""
    before = {(case.id, case.sentence): case for case in first.cases}
    pairs = [(before[case.id, case.sentence], case) for case in second.cases if (case.id, case.sentence) in before]
    if not pairs:
        raise BadUse(f"{first.name} and {second.name} have no case in common", hint="compare runs of the same suite")
    common = {case.id for case, _ in pairs}
    lost = [later for earlier, later in pairs if earlier.is_right and not later.is_right]
    won = [later for earlier, later in pairs if later.is_right and not earlier.is_right]
    both_right = [
        (one.time_to_report_s, other.time_to_report_s) for one, other in pairs if one.is_right and other.is_right
    ]
    return Comparison(
        shared=len(pairs),
        lost=_ids(lost),
        won=_ids(won),
        worse=_ids([case for case in lost if case.mark in _WORST]),
        chance=mcnemar(len(lost), len(won)),
        time=median_ratio(both_right),
        left_out=tuple(sorted({case.id for case in (*first.cases, *second.cases)} - common)),
        is_repeatable=not any(case.model_calls for pair in pairs for case in pair),
    )


def lines_of(found: Comparison) -> list[str]:
    """The comparison in words, one line each."""
    time = found.time
    told = f"{time.value:.2f} ({time.low:.2f} to {time.high:.2f})" if time.value is not None else "n/a"
    return [
        f"cases in both: {found.shared}; in one alone: {len(found.left_out)}",
        f"right in the first alone: {len(found.lost)} {' '.join(found.lost)}".rstrip(),
        f"right in the second alone: {len(found.won)} {' '.join(found.won)}".rstrip(),
        f"McNemar's exact test: p = {found.chance:.3g}",
        f"time to report, second over first, median: {told}, paired bootstrap",
    ]


def _ids(cases: Sequence[CaseResult]) -> tuple[str, ...]:
    return tuple(case.id for case in cases)
