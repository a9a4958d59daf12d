"""The dates of a window: what the sentence says of it, held against the clock."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from bgagent.language.ledger import Contradiction, Ledger, Missing
from bgagent.language.points import subtract
from bgagent.language.quantities import Duration
from bgagent.language.windows import Window
from bgagent.periods import Period

LastSession = Callable[[datetime, str], date]
_DEFAULT_YEARS = 5
_EARLIEST = date(1970, 1, 1)


def period_of(windows: list[Window], symbol: str, ledger: Ledger, *, now: datetime, session: LastSession) -> Period:
    last = session(now, symbol)
    found = [_dates(window, last, now) for window in windows]
    lengths = {window.length for window in windows if window.length is not None}
    starts = {start for start, _ in found if start is not None}
    ends = {end for _, end in found if end is not None}
    months = {window.until_month for window in windows if window.until_month is not None}
    if len(starts) > 1 or len(ends) > 1 or len(months) > 1 or len(lengths) > 1:
        raise Contradiction("Two different windows of time are given. Which one is meant?")
    start = starts.pop() if starts else None
    end = ends.pop() if ends else None
    if lengths and start is not None and end is None and len(lengths) == 1:
        end = _after(start, lengths.pop())
    if months:
        end = _end_of_month(months.pop(), start, end)
    if start is None and end is None:
        start, end = _dates(Window(back=Duration(_DEFAULT_YEARS, "year")), last, now)
        ledger.assume("period", f"{start} to {end}", "no window was given: the last 5 years")
    if start is None:
        raise Missing(f"When does the test start? The sentence gives only its end, {end}.")
    if end is None:
        end = last
        if not any(window.to_now for window in windows):
            ledger.assume("period.end", str(end), "no end was given: the last complete session")
    if end < start:
        if start > last:
            raise Contradiction(
                f"The window starts on {start}, after the last complete session {last}. Which dates are meant?"
            )
        raise Contradiction(f"The window ends on {end}, before it starts on {start}. Which dates are meant?")
    period = Period(start, end)
    for window in windows:
        ledger.state(window, "period", str(period))
    return period


def _dates(window: Window, last: date, now: datetime) -> tuple[date | None, date | None]:
    """First and last day of a window as far as it says them; a relative one starts so long before now."""
    today = now.astimezone(UTC).date()
    if window.back is not None:
        return _back(today, window.back), last
    if window.ago is not None:
        return _back(today, window.ago), last if window.to_now else None
    if window.year_to_date:
        return date(last.year, 1, 1), last
    if window.whole:
        return _EARLIEST, last
    if (window.start, window.end, window.until_month, window.length) == (None,) * 4 and not window.to_now:
        raise Missing("Which window of time is meant? Give its dates.")
    return window.start, last if window.to_now and window.end is None else window.end


def _back(day: date, length: Duration) -> date:
    try:
        return subtract(day, length)
    except (OverflowError, ValueError) as error:
        raise Missing(
            f"{abs(length.count):g} {length.unit}s lead out of the calendar. Which dates are meant?"
        ) from error


def _after(start: date, length: Duration) -> date:
    """The last day of a stretch that is so long."""
    return _back(start, Duration(-length.count, length.unit)) - timedelta(1)


def _end_of_month(month: int, start: date | None, end: date | None) -> date:
    """The month's end in the year the window starts in, or in the year named beside it."""
    year = start.year if start else end.year if end else None
    if year is None:
        raise Missing("Which year does the window end in?")
    following = date(year + month // 12, month % 12 + 1, 1)
    found = following - timedelta(1)
    if end is not None and end != found and end != date(year, 12, 31):
        raise Contradiction("Two different ends of the window are given. Which one is meant?")
    return found
