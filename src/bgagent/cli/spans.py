"""Spans of time and moments as people type them: `30d`, `12h`, `2024-01-31`."""

import re
from datetime import UTC, datetime, timedelta

from bgagent.errors import BadUse

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw]?)", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks", "": "days"}


def span_of(text: str) -> timedelta:
    """`90s`, `15m`, `12h`, `30d`, `2w`; a number alone means days. BadUse for anything else."""
    found = _SPAN.fullmatch(text.strip())
    if found:
        try:
            return timedelta(**{_UNITS[found[2]]: float(found[1])})
        except OverflowError:
            return timedelta.max
    raise BadUse(f"{text!r} is no span of time", hint="write it as in 90s, 15m, 12h, 30d or 2w")


def moment_of(text: str, now: datetime) -> datetime:
    """A span before `now`, or an ISO date or time (UTC unless it says otherwise). BadUse for anything else."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        try:
            return now - span_of(text)
        except OverflowError:
            return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
