"""Moments as they are written in logs and state files: UTC, to the millisecond."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The wall clock, as exact as it is written down; it may jump, so durations are never reckoned from it."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def stamp(moment: datetime) -> str:
    """`2024-01-31T09:30:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment_of(text: str) -> datetime:
    """The moment that `stamp` wrote; ValueError for anything that is not a time with its zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"no time zone in {text!r}")
    return moment.astimezone(UTC)
