"""Sessions of exchanges outside the US: made once by exchange_calendars, then kept."""

import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from bgagent.bars import daily_bars
from bgagent.data import session_lists
from bgagent.data.calendars import us_half_days
from bgagent.data.markets import market_of
from bgagent.data.quality import examine
from bgagent.data.session_lists import SessionLists
from bgagent.periods import Period, Trading

CHRISTMAS = Period(date(2024, 12, 20), date(2025, 1, 3))
XETRA_AT_CHRISTMAS = ["12-20", "12-23", "12-27", "12-30", "01-02", "01-03"]  # closed on 24, 25, 26 and 31


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    """A cache that has the list of Xetra."""
    pytest.importorskip("exchange_calendars")
    directory = tmp_path_factory.mktemp("lists")
    assert SessionLists(directory).known(market_of("SAP.DE"), Trading.EXCHANGE, CHRISTMAS) is not None
    return directory


def test_the_sessions_of_an_exchange_outside_the_us(kept):
    found = SessionLists(kept).known(market_of("SAP.DE"), Trading.EXCHANGE, CHRISTMAS)
    assert [str(day)[5:] for day in found.days] == XETRA_AT_CHRISTMAS
    assert [str(day) for day in found.half_days] == ["2024-12-30"]


def test_a_kept_list_needs_no_heavy_library(kept):
    program = f"""
import sys
from datetime import date
from pathlib import Path
from bgagent.data.markets import market_of
from bgagent.data.session_lists import SessionLists
from bgagent.periods import Period, Trading
lists = SessionLists(Path({str(kept)!r}))
print(len(lists.known(market_of("SAP.DE"), Trading.EXCHANGE, Period(date(2024, 12, 20), date(2025, 1, 3))).days))
print([name for name in ("pandas", "exchange_calendars") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["6", "[]"]


@pytest.mark.parametrize(
    ("now", "symbol", "last"),
    [
        ("2024-12-27T12:00:00+00:00", "SAP.DE", "2024-12-23"),  # Christmas lies between
        ("2024-12-27T12:00:00+00:00", "AAPL", "2024-12-26"),
        ("2024-12-27T12:00:00+00:00", "BTC-USD", "2024-12-26"),
    ],
)
def test_the_last_complete_session_knows_holidays(kept, now, symbol, last):
    assert SessionLists(kept).last_complete(datetime.fromisoformat(now), market_of(symbol)) == date.fromisoformat(last)


def test_one_missing_session_is_named_where_the_calendar_is_known(kept):
    lists, market = SessionLists(kept), market_of("SAP.DE")
    days = lists.known(market, Trading.EXCHANGE, Period(date(2024, 1, 1), date(2024, 12, 31))).days
    days = np.append(days[days != np.datetime64("2024-07-10")], np.datetime64("2024-12-31"))
    prices = 100.0 + np.arange(len(days)) % 7
    columns = dict.fromkeys(("open", "high", "low", "close"), prices) | {"volume": np.full(len(days), 1000.0)}
    found = {finding.code: finding.days for finding in examine(daily_bars("SAP.DE", days, columns), market,
                                                               Trading.EXCHANGE, lists)}  # fmt: skip
    assert found["missing_sessions"] == (date(2024, 7, 10),)
    assert found["extra_sessions"] == (date(2024, 12, 31),)


def test_a_torn_list_is_made_again(kept, caplog):
    path = kept / "sessions" / "XETR.npz"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert len(SessionLists(kept).known(market_of("SAP.DE"), Trading.EXCHANGE, CHRISTMAS).days) == 6
    assert path.stat().st_size > len(whole) // 2
    assert "made again" in caplog.text


def test_without_the_library_a_kept_list_serves_and_a_missing_one_is_not_known(kept, tmp_path, monkeypatch):
    def gone(_name: str) -> str:
        raise session_lists.PackageNotFoundError

    monkeypatch.setattr(session_lists, "version", gone)
    monkeypatch.setattr(session_lists, "find_spec", lambda _name: None)
    assert SessionLists(kept).known(market_of("SAP.DE"), Trading.EXCHANGE, CHRISTMAS) is not None
    without = SessionLists(tmp_path)
    assert without.known(market_of("SAP.DE"), Trading.EXCHANGE, CHRISTMAS) is None
    assert without.count(market_of("SAP.DE"), Trading.EXCHANGE, CHRISTMAS) == 11  # weekdays
    assert "bgagent[calendars]" in without.missing(market_of("SAP.DE"))


def test_what_follows_a_rule_needs_no_list():
    lists = SessionLists(None)
    assert lists.count(market_of("AAPL"), Trading.EXCHANGE, CHRISTMAS) == 9
    assert lists.count(market_of("EURUSD=X"), Trading.WEEKDAYS, CHRISTMAS) == 11
    assert lists.count(market_of("BTC-USD"), Trading.ALWAYS, CHRISTMAS) == 15
    before = Period(date(1960, 1, 1), date(1965, 1, 1))
    assert lists.known(market_of("AAPL"), Trading.EXCHANGE, before) is None


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # pandas' to exchange_calendars
def test_half_days_agree_with_exchange_calendars_since_1993():
    exchange_calendars = pytest.importorskip("exchange_calendars")
    theirs = exchange_calendars.get_calendar("XNYS", start="1993-01-01", end="2027-12-31").early_closes
    ours = us_half_days(Period(date(1993, 1, 1), date(2027, 12, 31)))
    np.testing.assert_array_equal(ours, theirs.to_numpy().astype("datetime64[D]"))
