"""What came of each case, and of all of them: the artifact an evaluation leaves behind as JSON."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from bgagent.artifacts.codec import from_json
from bgagent.errors import BadUse

VERSION = 1


class Mark(StrEnum):
    """What a case's end is worth."""

    RIGHT = "right"  # the report gives the known answer, or the refusal is the one wanted
    UNCHECKED = "unchecked"  # a report as wanted, with no answer known to hold it against
    WRONG = "wrong"  # a report, with another result than the known one
    REPORTED = "reported"  # a report where the sentence had to be refused: the worst there is
    MISSING = "missing"  # no report where there had to be one
    MISNAMED = "misnamed"  # refused as it had to be, but by another end or without naming what it is about


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How one case ended.

    wanted: `report` or `refusal`. status, exit_code, verdict: of the report. mark: what that is worth; why: the
    difference. time_to_report_s: from submitting to the report, wall clock; job_s: what the job says it took itself.
    questions: put to a person on the way. calls, tokens, cost: of the language model; cost_usd None when not known.
    imports_ok: what the job's log says, None without a log. report: path of the JSON. stages: of a coding task.
    """

    id: str
    family: str
    sentence: str
    job_id: str
    wanted: str
    status: str
    exit_code: int
    verdict: str | None
    mark: Mark
    why: str = ""
    error_class: str = ""
    error: str = ""
    attempts: int = 0
    model_calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float | None = 0.0
    time_to_report_s: float = 0.0
    job_s: float = 0.0
    questions: int = 0
    imports_ok: bool | None = None
    has_gold: bool = False
    report: str = ""
    stages: dict[str, bool | None] = field(default_factory=dict)

    @property
    def is_right(self) -> bool:
        """Whether nothing is to be complained of."""
        return self.mark in (Mark.RIGHT, Mark.UNCHECKED)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One run of a suite.

    arm: `agent`, `single` or `interactive`. model: as it was asked for, empty without one. at_once: jobs run at the
    same time. answer_s: seconds a person is assumed to take for an answer. seconds: of the whole run. remarks: what
    whoever reads the figures should know.
    """

    version: int
    name: str
    suite: str
    arm: str
    began_at: str
    data: str
    as_of: str
    model: str
    at_once: int
    answer_s: float
    seconds: float
    machine: dict[str, str]
    cases: tuple[CaseResult, ...]
    remarks: tuple[str, ...] = ()


def read_evaluation(path: Path) -> Evaluation:
    """An evaluation's JSON. Raises BadUse when it is none."""
    try:
        found = from_json(path.read_bytes(), Evaluation)
    except (OSError, ValueError) as error:
        raise BadUse(
            f"{path} is no result of an evaluation: {error}", hint="name a reports/bg_eval_*.json of nlbt eval"
        ) from error
    if found.version != VERSION:
        raise BadUse(f"{path} is of version {found.version}, this program reads {VERSION}", hint="run nlbt eval again")
    return found
