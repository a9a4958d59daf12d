"""The clause ledger: what became of every part of the sentence, and what was assumed beside it."""

from dataclasses import dataclass, replace
from enum import StrEnum


class ClauseStatus(StrEnum):
    """Where a clause's value comes from."""

    STATED = "stated"  # the sentence says it
    DEFAULTED = "defaulted"  # the sentence points at it, a default fills it
    UNSUPPORTED = "unsupported"  # understood, but cannot be done


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of the sentence bound to the field of the spec it became.

    span: half-open character offsets into the sentence. field: dotted path of the spec ("rules.stop_loss").
    value: what it was read as, for people. evidence: what in the run shows it; filled by the checks.
    """

    text: str
    span: tuple[int, int]
    status: ClauseStatus
    field: str
    value: str
    evidence: str = ""

    def with_evidence(self, evidence: str) -> "Clause":
        """The same clause with what the run shows of it."""
        return replace(self, evidence=evidence)


@dataclass(frozen=True, slots=True)
class Assumption:
    """A value the sentence left open, and why it is what it is."""

    field: str
    value: str
    why: str
