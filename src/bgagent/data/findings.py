"""What is odd about a series of bars, and how much that matters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from bgagent.bars import Times

_NAMED_DAYS = 5


class Severity(StrEnum):
    """How much a finding weighs in the verdict."""

    NOTE = "note"  # worth knowing; the result stands
    CAUTION = "caution"  # could change the result
    REJECT = "reject"  # does change the result: prices that cannot have been traded


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is odd about a series. `days`: all sessions concerned, oldest first."""

    code: str
    severity: Severity
    text: str
    days: tuple[date, ...] = ()

    def __str__(self) -> str:
        return self.text


def days_of(sessions: Times) -> tuple[date, ...]:
    """The calendar days of a datetime64[D] array."""
    return tuple(np.asarray(sessions, dtype="datetime64[D]").tolist())


def name_days(days: Sequence[date]) -> str:
    """'2024-01-02, 2024-01-05' - the first five, and how many more there are."""
    named = ", ".join(str(day) for day in days[:_NAMED_DAYS])
    more = len(days) - _NAMED_DAYS
    return f"{named} and {more} more" if more > 0 else named
