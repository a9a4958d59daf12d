"""Which days are sessions on any exchange: by rule, or from a list that is made once and then kept on disk.

    CACHE_DIR/sessions/XETR.npz

Lists come from exchange_calendars (extra `calendars`), which loads pandas; once a list is kept, neither is needed.
"""

import logging
import os
import warnings
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from bgagent.bars import Times
from bgagent.data.calendars import US_RULES_FROM, last_complete_day, last_complete_session, sessions, us_half_days
from bgagent.data.markets import Market
from bgagent.periods import Period, Trading

_LIBRARY = "exchange_calendars"
_FIRST_DAY = date(1990, 1, 1)
_NO_DAYS: Times = np.empty(0, dtype="datetime64[D]")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class KnownSessions:
    """What a calendar knows of a period: the part it covers, the sessions in it, those that end early."""

    period: Period
    days: Times
    half_days: Times


class SessionLists:
    """Sessions of every market that has a rule or a list.

    cache_dir: where lists are made and kept; None: only rules are known.
    """

    def __init__(self, cache_dir: Path | None) -> None:
        self.directory = None if cache_dir is None else cache_dir / "sessions"
        self._held: dict[str, KnownSessions | None] = {}

    def known(self, market: Market, trading: Trading, period: Period) -> KnownSessions | None:
        """The sessions of a period, or of that part of it that is known; None when nothing is."""
        if trading is not Trading.EXCHANGE:
            return KnownSessions(period, sessions(trading, period), _NO_DAYS)
        if market.us_sessions:
            if period.end < US_RULES_FROM:
                return None
            part = Period(max(period.start, US_RULES_FROM), period.end)
            return KnownSessions(part, sessions(trading, part), us_half_days(part))
        whole = self._list_of(market.calendar) if market.calendar else None
        if whole is None or period.end < whole.period.start or period.start > whole.period.end:
            return None
        part = Period(max(period.start, whole.period.start), min(period.end, whole.period.end))
        return KnownSessions(part, _inside(whole.days, part), _inside(whole.half_days, part))

    def count(self, market: Market, trading: Trading, period: Period) -> int:
        """How many sessions a period has; weekdays where the calendar is not known."""
        found = self.known(market, trading, period)
        if found is None or found.period != period:
            return len(sessions(Trading.WEEKDAYS, period))
        return len(found.days)

    def last_complete(self, now: datetime, market: Market) -> date:
        """The last session that was over at `now`; a weekday where the calendar is not known."""
        if market.trading is Trading.EXCHANGE and market.calendar:
            last = np.datetime64(last_complete_day(now, market), "D")
            whole = self._list_of(market.calendar)
            if whole is not None and last <= np.datetime64(whole.period.end) and len(whole.days):
                place = int(np.searchsorted(whole.days, last, side="right")) - 1
                if place >= 0:
                    return whole.days[place].item()  # type: ignore[no-any-return]
        return last_complete_session(now, market)

    def missing(self, market: Market) -> str:
        """Why a market's calendar is not known, and what to do about it, in a few words."""
        if market.calendar is None:
            return "the symbol does not tell an exchange whose holidays are known"
        if self.directory is None:
            return f"the holidays of {market.calendar} are not looked up here"
        if find_spec(_LIBRARY) is None:
            return f"the holidays of {market.calendar} are not known without pip install 'bgagent[calendars]'"
        return f"{_LIBRARY} has no list of the sessions of {market.calendar} for these days"

    def _list_of(self, name: str) -> KnownSessions | None:
        if self.directory is None:
            return None
        if name not in self._held:
            self._held[name] = _kept_or_made(name, self.directory / f"{name}.npz")
        return self._held[name]


def _inside(days: Times, period: Period) -> Times:
    return days[(days >= np.datetime64(period.start)) & (days <= np.datetime64(period.end))]


def _kept_or_made(name: str, path: Path) -> KnownSessions | None:
    """The list on disk where it was made by the library as installed (or the library is gone), else a new one."""
    try:
        installed = version(_LIBRARY)
    except PackageNotFoundError:
        installed = ""
    kept = _read(path, installed)
    if kept is not None or not installed:
        return kept
    made = _make(name)
    if made is not None:
        _keep(made, path, installed)
    return made


def _read(path: Path, installed: str) -> KnownSessions | None:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            edges, days, half_days = archive["period"], archive["days"], archive["half_days"]
            library = str(archive["library"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        _log.warning("the list of sessions in %s cannot be used (%s): it is made again", path, error)
        return None
    if installed and library != installed:
        return None
    return KnownSessions(Period(edges[0].item(), edges[1].item()), days, half_days)


def _keep(made: KnownSessions, path: Path, installed: str) -> None:
    half = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    period = np.array([made.period.start, made.period.end], dtype="datetime64[D]")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with half.open("wb") as file:
            np.savez(file, period=period, days=made.days, half_days=made.half_days, library=np.array(installed))
        half.replace(path)
    except OSError as error:  # a list that cannot be kept is still a list
        _log.warning("the list of sessions cannot be kept in %s: %s", path, error)
    finally:
        half.unlink(missing_ok=True)


def _make(name: str) -> KnownSessions | None:
    """The library's sessions from 1990, or its own first day, to its own last one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas' to the library, not ours to mend
        import exchange_calendars  # noqa: PLC0415 - an extra, and it drags pandas in

        try:
            usual = exchange_calendars.get_calendar(name)
            oldest = usual.bound_min()
            first = max(_FIRST_DAY, oldest.date()) if oldest is not None else _FIRST_DAY
            try:
                calendar = exchange_calendars.get_calendar(name, start=str(first), end=usual.last_session)
            except ValueError:  # its older special days contradict each other
                calendar, first = usual, usual.first_session.date()
        except (exchange_calendars.errors.CalendarError, NotImplementedError, ValueError) as error:
            _log.warning("exchange_calendars cannot make the calendar %s: %.200s", name, error)
            return None
        days = calendar.sessions.to_numpy().astype("datetime64[D]")
        half_days = calendar.early_closes.to_numpy().astype("datetime64[D]")
    return KnownSessions(Period(first, days[-1].item()), days, half_days)
