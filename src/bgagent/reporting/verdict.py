"""Whether the result can be relied on, from named checks and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bgagent.artifacts.attempts import Check, CheckStatus
from bgagent.artifacts.report import DataRow
from bgagent.errors import Bug


class Verdict(StrEnum):
    """What the report says of its own result."""

    TRUSTWORTHY = "trustworthy"
    CAUTION = "caution"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and the reasons for it, most serious first; trustworthy needs none."""

    verdict: Verdict
    reasons: tuple[str, ...]


# every one of these has to be there and to have passed before a result is called trustworthy
ROBUSTNESS = (
    "costs_ladder",
    "late_fills",
    "stop_or_target_first",
    "neighbouring_parameters",
    "sub_periods",
    "bootstrap",
    "deflated_sharpe",
    "benchmark",
    "random_timing",
)
RUIN = "ruin"
NOT_EXAMINED = "robustness not examined"


def judge(checks: Sequence[Check], data: Sequence[DataRow]) -> Judgement:
    """The verdict on a result that passed the gate.

    reject: ruin, a failed robustness check, prices that change the result. caution: any warning, synthetic prices, a
    robustness check that was not made. Raises Bug when a check of the gate failed: such a job has no result.
    """
    weighed = {*ROBUSTNESS, RUIN}
    broken = [check for check in checks if check.status is CheckStatus.FAIL and check.id not in weighed]
    if broken:
        named = ", ".join(check.id for check in broken)
        raise Bug(
            f"a result whose checks failed ({named}) must not become a report",
            hint="the log of the job has the details",
        )
    rejections = [f"{row.symbol}: {text}" for row in data for text in row.rejections]
    rejections += [_reason(check) for check in checks if check.status is CheckStatus.FAIL]
    cautions = [f"the prices of {row.symbol} are synthetic" for row in data if row.synthetic]
    cautions += [_reason(check) for check in checks if check.status is CheckStatus.WARN]
    made = {check.id for check in checks if check.status is not CheckStatus.SKIP}
    missing = [name.replace("_", " ") for name in ROBUSTNESS if name not in made]
    if len(missing) == len(ROBUSTNESS):
        cautions.append(NOT_EXAMINED)
    elif missing:
        cautions.append(f"{NOT_EXAMINED} in full: {', '.join(missing)}")
    if rejections:
        return Judgement(Verdict.REJECT, (*rejections, *cautions))
    return Judgement(Verdict.CAUTION if cautions else Verdict.TRUSTWORTHY, tuple(cautions))


def _reason(check: Check) -> str:
    return f"{check.id.replace('_', ' ')}: {check.detail}"
