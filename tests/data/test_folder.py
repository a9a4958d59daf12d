"""A directory of files as a provider."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from bgagent.data.folder import FolderProvider, series_file
from bgagent.data.load import load_series
from bgagent.errors import BadUse, DataUnavailable
from bgagent.periods import Period, Timeframe
from tests.data.shared_market import MARKET, needs_market

NOW = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))
ROWS = "date,open,high,low,close,volume\n2024-01-02,10,12,9,11,1000\n2024-01-03,11,13,10,12.5,2000\n"


def fetch(directories: list[Path], symbol: str, timeframe: Timeframe = Timeframe.DAY):
    return FolderProvider(directories).fetch(symbol, YEAR, timeframe, NOW)


@pytest.mark.parametrize(
    ("name", "symbol", "timeframe"),
    [
        ("AAPL.csv", "AAPL", "1d"),
        ("AAPL.csv.gz", "AAPL", "1d"),
        ("AAPL_1d.csv", "AAPL", "1d"),
        ("AAPL_5m_2024-05.csv.gz", "AAPL", "5m"),
        ("AAPL_5m_2025-06_08.parquet", "AAPL", "5m"),
        ("EURUSD=X.csv", "EURUSD=X", "1d"),
        ("^GSPC.csv.gz", "^GSPC", "1d"),
        ("BRK-B.csv", "BRK-B", "1d"),
        ("EURUSD.OANDA.csv.gz", "EURUSD.OANDA", "1d"),
        ("MY_FUND.csv", "MY_FUND", "1d"),
        ("MY_FUND_1h.csv", "MY_FUND", "1h"),
        ("AAPL_1M.csv", "AAPL_1M", "1d"),  # months or minutes? neither
    ],
)
def test_what_a_file_is_called(name, symbol, timeframe):
    file = series_file(Path(name))
    assert (file.symbol, str(file.timeframe)) == (symbol, timeframe)


@pytest.mark.parametrize("name", ["notes.txt", "MANIFEST.json", ".csv", "AAPL.xlsx"])
def test_other_files_are_passed_over(name):
    assert series_file(Path(name)) is None


def test_the_first_directory_that_has_the_series_wins(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for directory in (first, second):
        directory.mkdir()
    (first / "OTHER.csv").write_text(ROWS)
    (second / "ABC.csv").write_text(ROWS)
    assert fetch([first, second], "ABC").close.tolist() == [11.0, 12.5]
    (first / "ABC.csv").write_text(ROWS.replace("12.5", "99"))
    assert fetch([first, second], "ABC").close.tolist() == [11.0, 99.0]


def test_parts_of_a_series_are_joined(tmp_path):
    head = "datetime,open,high,low,close\n"
    (tmp_path / "BTC-USD_1h_b.csv").write_text(head + "2024-01-02T01:00:00Z,2,2,2,2\n2024-01-02T02:00:00Z,3,3,3,3\n")
    (tmp_path / "BTC-USD_1h_a.csv").write_text(head + "2024-01-02T00:00:00Z,1,1,1,1\n2024-01-02T01:00:00Z,2,2,2,2\n")
    series = load_series("BTC-USD", YEAR, Timeframe.HOUR_1, warmup_bars=0, provider=FolderProvider([tmp_path]), now=NOW)
    assert series.bars.close.tolist() == [1.0, 2.0, 3.0]
    assert series.provenance.source == "BTC-USD_1h_a.csv + BTC-USD_1h_b.csv"
    assert any("the same row twice" in warning for warning in series.provenance.warnings)


def test_longer_bars_are_made_of_shorter_ones_that_are_there(tmp_path):
    head = "datetime,open,high,low,close\n"
    (tmp_path / "BTC-USD_15m.csv").write_text(head + "2024-01-02T00:00:00Z,1,1,1,1\n")
    assert fetch([tmp_path], "BTC-USD", Timeframe.HOUR_1).timeframe is Timeframe.MINUTE_15
    with pytest.raises(DataUnavailable, match=r"no 5m bars of BTC-USD .* only 15m"):
        fetch([tmp_path], "BTC-USD", Timeframe.MINUTE_5)
    assert fetch([tmp_path], "BTC-USD", Timeframe.WEEK).timeframe is Timeframe.MINUTE_15


def test_an_unknown_symbol_is_refused_and_near_names_are_only_a_hint(tmp_path):
    (tmp_path / "MSFT.csv").write_text(ROWS)
    with pytest.raises(DataUnavailable, match="no file for MSTF") as refused:
        fetch([tmp_path], "MSTF")
    assert "MSFT" in refused.value.hint


@pytest.mark.parametrize("symbol", ["../secret", "..", "sub/ABC", "/etc/passwd", "ABC.csv"])
def test_no_symbol_leads_out_of_the_directory(tmp_path, symbol):
    (tmp_path / "secret.csv").write_text(ROWS)
    inner = tmp_path / "inner"
    (inner / "sub").mkdir(parents=True)
    (inner / "ABC.csv").write_text(ROWS)
    (inner / "sub" / "ABC.csv").write_text(ROWS)
    with pytest.raises(DataUnavailable, match="no file for"):
        fetch([inner], symbol)


def test_a_symbol_in_small_letters_finds_its_file(tmp_path):
    (tmp_path / "abc.csv").write_text(ROWS)
    assert fetch([tmp_path], "ABC").close.tolist() == [11.0, 12.5]


def test_a_bad_line_is_named_by_file_and_line(tmp_path):
    (tmp_path / "ABC.csv").write_text(ROWS + "32.13.2024,1,1,1,1,1\n")
    with pytest.raises(DataUnavailable, match=r"ABC\.csv line 4: '32\.13\.2024' is not a date"):
        fetch([tmp_path], "ABC")


def test_a_directory_that_is_not_there_is_bad_use(tmp_path):
    with pytest.raises(BadUse, match="no directory"):
        FolderProvider([tmp_path / "nowhere"])


def test_a_directory_that_cannot_be_listed_is_named(tmp_path, monkeypatch):
    def refuse(_directory: Path) -> None:
        raise PermissionError(13, "Permission denied")

    provider = FolderProvider([tmp_path])
    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(DataUnavailable, match="cannot be listed: Permission denied"):
        provider.fetch("ABC", YEAR, Timeframe.DAY, NOW)


def test_printed_prices_are_told_from_adjusted_ones(tmp_path):
    rows = [f"2024-01-{day:02d},{price},{price},{price},{price},1,0,{split}" for day, price, split in
            ((2, 400, 0), (3, 404, 0), (4, 101, 4), (5, 102, 0))]  # fmt: skip
    (tmp_path / "ABC.csv").write_text("date,open,high,low,close,volume,dividends,splits\n" + "\n".join(rows) + "\n")
    assert fetch([tmp_path], "ABC").split_basis is None
    series = load_series("ABC", YEAR, warmup_bars=0, provider=FolderProvider([tmp_path]), now=NOW)
    assert series.bars.close.tolist() == [100.0, 101.0, 101.0, 102.0]


def test_parquet_files_are_read_as_csv_files_are(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    days = [
        datetime(2024, 1, 2, 15, tzinfo=UTC),
        datetime(2024, 1, 3, 15, tzinfo=UTC),
    ]  # midnight of the next day in Tokyo
    for kind, times, expected in (
        (pyarrow.timestamp("us", "Asia/Tokyo"), days, ["2024-01-03", "2024-01-04"]),
        (pyarrow.timestamp("ns"), [day.replace(tzinfo=None) for day in days], ["2024-01-02", "2024-01-03"]),
        (pyarrow.date32(), [day.date() for day in days], ["2024-01-02", "2024-01-03"]),
        (pyarrow.string(), ["2024-01-02", "2024-01-03"], ["2024-01-02", "2024-01-03"]),
    ):
        table = {"Date": pyarrow.array(times, kind), "Volume": pyarrow.array([5, 6])}
        table |= {name: pyarrow.array([1.0, None]) for name in ("Open", "High", "Low", "Close")}
        parquet.write_table(pyarrow.table(table), tmp_path / "ABC.parquet")
        series = fetch([tmp_path], "ABC")
        assert [str(day) for day in series.sessions] == expected
        np.testing.assert_array_equal(series.close, [1.0, np.nan])
        assert series.volume.tolist() == [5.0, 6.0]


def test_parquet_without_pyarrow_names_the_extra(tmp_path, monkeypatch):
    (tmp_path / "ABC.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(DataUnavailable, match="pyarrow is not installed") as refused:
        fetch([tmp_path], "ABC")
    assert "bgagent[parquet]" in refused.value.hint


def test_a_broken_parquet_file_is_named(tmp_path):
    pytest.importorskip("pyarrow")
    (tmp_path / "ABC.parquet").write_bytes(b"PAR1 nonsense")
    with pytest.raises(DataUnavailable, match=r"ABC\.parquet cannot be read"):
        fetch([tmp_path], "ABC")


@needs_market
def test_every_market_file_is_read_as_it_is():
    provider = FolderProvider([MARKET / "daily", MARKET / "intraday", MARKET / "unadjusted"])
    read = 0
    for file in provider.files():
        if file.symbol.endswith("_factors"):  # tables of another kind that lie there too
            with pytest.raises(DataUnavailable, match="no column for open, high, low, close"):
                FolderProvider([file.path.parent]).fetch(file.symbol, YEAR, file.timeframe, NOW)
            continue
        series = FolderProvider([file.path.parent]).fetch(file.symbol, YEAR, file.timeframe, NOW)
        assert len(series) > 400
        assert series.timeframe is file.timeframe
        read += 1
    assert read > 120
