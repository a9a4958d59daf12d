"""What the producer wrote, what came of running it, and what the critic found."""

from dataclasses import dataclass
from enum import StrEnum


class CheckStatus(StrEnum):
    """Outcome of one named check."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Check:
    """One named check, what it found, and the figures that show it.

    id: stable name ("lookahead"). figures: name -> number (null where undefined), all of them shown in the report.
    """

    id: str
    status: CheckStatus
    detail: str
    figures: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class StrategySource:
    """Python source of one strategy. producer: `template` or `model`."""

    label: str
    text: str
    producer: str


@dataclass(frozen=True, slots=True)
class RunFailure:
    """Strategy code that could not be run to its end: a value for the critic, not an exception.

    kind: `static`, `crash`, `timeout`, `memory`, `protocol`, `isolation` (too weak here for code nobody has read; it
    was not run). detail: one line. log: the tail of what it printed.
    """

    kind: str
    detail: str
    log: str = ""


@dataclass(frozen=True, slots=True)
class Critique:
    """The critic's checks on one attempt, in the order they were made."""

    checks: tuple[Check, ...]

    @property
    def findings(self) -> tuple[Check, ...]:
        """What must change before the attempt can be accepted."""
        return tuple(check for check in self.checks if check.status is CheckStatus.FAIL)

    @property
    def is_acceptable(self) -> bool:
        """True when checks were made and none failed."""
        return bool(self.checks) and not self.findings


@dataclass(frozen=True, slots=True)
class Attempt:
    """One turn of the loop: the sources of every run and the critique of them."""

    number: int
    sources: tuple[StrategySource, ...]
    critique: Critique
