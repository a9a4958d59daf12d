"""What a job has found so far, so that one that fails is reported with all of it."""

import sys
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import bgagent
from bgagent.artifacts.attempts import Attempt
from bgagent.artifacts.clauses import Assumption, Clause
from bgagent.artifacts.report import DataRow, Report, Telemetry
from bgagent.artifacts.request import Request
from bgagent.artifacts.spec import Understood
from bgagent.errors import BgAgentError
from bgagent.reporting.compose import compose_failure
from bgagent.reporting.files import write_report

SHOWN_PACKAGES = ("numpy", "TA-Lib", "msgspec", "yfinance")


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What a language model was used for in one job. cost_usd: None when it is not known, never 0 for unknown."""

    name: str
    calls: int
    tokens_in: int
    tokens_out: int
    cost_usd: float | None


@dataclass(slots=True)
class Story:
    """Filled by the phases as they go. began: monotonic clock; phases: seconds of those that have ended.

    clauses, assumptions: of a reading that did not become a spec. model: None while none was asked.
    """

    began: float = field(default_factory=time.monotonic)
    clauses: tuple[Clause, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    understood: Understood | None = None
    model: ModelUse | None = None
    data: tuple[DataRow, ...] = ()
    attempts: list[Attempt] = field(default_factory=list)
    isolation: tuple[str, ...] = ()
    phases: dict[str, float] = field(default_factory=dict)
    phase: tuple[str, float] = ("", 0.0)

    def enter(self, name: str) -> None:
        """A phase begins, and with it the one before ends."""
        now = time.monotonic()
        if self.phase[0]:
            self.phases[self.phase[0]] = round(now - self.phase[1], 3)
        self.phase = (name, now)

    def seconds(self) -> float:
        """Since the job began."""
        return round(time.monotonic() - self.began, 3)

    def telemetry(self, request: Request) -> Telemetry:
        """What the job took until now; the phase under way counts as ended."""
        self.enter("")
        used = self.model or ModelUse(request.model or "", 0, 0, 0, 0.0)
        return Telemetry(
            model=used.name or None,
            model_calls=used.calls,
            tokens_in=used.tokens_in,
            tokens_out=used.tokens_out,
            cost_usd=used.cost_usd,
            attempts=len(self.attempts),
            time_to_report_s=self.seconds(),
            phases=dict(self.phases),
            isolation=self.isolation,
            versions=versions(),
        )


def report_failure(request: Request, error: BgAgentError, reports: Path, story: Story | None = None) -> Report:
    """The report of a job without a result, written to `reports`."""
    story = story or Story()
    report = compose_failure(
        request,
        error,
        telemetry=story.telemetry(request),
        understood=story.understood,
        clauses=story.clauses,
        assumptions=story.assumptions,
        data=story.data,
        checks=story.attempts[-1].critique.checks if story.attempts else (),
        attempts=story.attempts,
    )
    write_report(report, reports, request=request, attempts=story.attempts)
    return report


def versions() -> dict[str, str]:
    """Versions of what decides a result."""
    return {
        "bgagent": bgagent.__version__,
        "python": ".".join(str(part) for part in sys.version_info[:3]),
        **{name: version(name) for name in SHOWN_PACKAGES},
    }
