"""Files as people and vendors write them, and the line named when one cannot be read."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from bgagent.data.csv_dates import UnreadableTime, read_days, read_times
from bgagent.data.csv_file import read_csv
from bgagent.data.csv_numbers import NumberStyle, number_style, parse_number
from bgagent.data.markets import market_of
from bgagent.errors import DataUnavailable


def write(tmp_path: Path, text: str, name: str = "ABC.csv") -> Path:
    path = tmp_path / name
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "date,open,high,low,close,volume\n2024-01-02,10,12,9,11,1000\n2024-01-03,11,13,10,12.5,2000\n",
        "Date,Open,High,Low,Close,Volume\r\n2024-01-02,10,12,9,11,1000\r\n2024-01-03,11,13,10,12.5,2000\r\n",
        # a byte order mark, semicolons and decimal commas
        "\ufeffDATE;OPEN;HIGH;LOW;CLOSE;VOL\n2024-01-02;10,0;12,0;9,0;11,0;1.000\n2024-01-03;11,0;13,0;10,0;12,5;2.000\n",
        "volume\tclose\tlow\thigh\topen\ttimestamp\n1000\t11\t9\t12\t10\t20240102\n2000\t12.5\t10\t13\t11\t20240103\n",
        'Date,Open,High,Low,Close,Volume\n"Jan 2, 2024",10,12,9,11,"1,000"\n"Jan 3, 2024",11,13,10,12.5,"2,000"\n',
        # the last row tells that the month comes first
        (
            "Date,Close/Last,Volume,Open,High,Low\n"
            "01/02/2024,$11,1000,$10,$12,$9\n01/03/2024,$12.5,2000,$11,$13,$10\n01/31/2024,,,,,\n"
        ),
        (
            "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>\n"
            "ABC,D,20240102,000000,10,12,9,11,1000\nABC,D,20240103,000000,11,13,10,12.5,2000\n"
        ),
        ",ABC.Open,ABC.High,ABC.Low,ABC.Close,ABC.Volume\n2024-01-02,10,12,9,11,1000\n2024-01-03,11,13,10,12.5,2000\n",
        "timestamp,1. open,2. high,3. low,4. close,5. volume\n2024-01-02,10,12,9,11,1K\n2024-01-03,11,13,10,12.5,2K\n",
        # rows of several symbols
        (
            "Symbol,Date,Open,High,Low,Close,Volume\n"
            "ABC,2024-01-02,10,12,9,11,1000\nXYZ,2024-01-02,1,1,1,1,1\nABC,2024-01-03,11,13,10,12.5,2000\n"
        ),
        "date,open,high,low,close,volume\n1704153600,10,12,9,11,1000\n1704240000,11,13,10,12.5,2000\n\n\n",
        # two kinds of volume, days as midnight in Tokyo
        (
            "Date,Open,High,Low,Close,Volume BTC,Volume USDT\n"
            "2024-01-02 00:00:00+09:00,10,12,9,11,1000,5\n2024-01-03 00:00:00+09:00,11,13,10,12.5,2000,6\n"
        ),
    ],
)
def test_one_series_written_in_many_ways(tmp_path, text):
    table = read_csv(write(tmp_path, text), "ABC")
    days = [str(day) for day in read_days(table.times).sessions[:2]]
    assert days == ["2024-01-02", "2024-01-03"]
    expected = {"open": [10, 11], "high": [12, 13], "low": [9, 10], "close": [11, 12.5], "volume": [1000, 2000]}
    for name, values in expected.items():
        assert table.numbers[name][:2].tolist() == values


def test_gzipped_files_and_empty_fields(tmp_path):
    head = "date,open,high,low,close,adj_close,volume,dividends,splits\n"
    text = head + "2024-01-02,1,1,1,1,0.9,5,0,\n2024-01-03,2,2,2,2,,5,0.1,4:1\n"
    table = read_csv(write(tmp_path, text, "ABC.csv.gz"), "ABC")
    np.testing.assert_array_equal(table.numbers["splits"], [np.nan, 4.0])
    np.testing.assert_array_equal(table.numbers["adj_close"], [0.9, np.nan])
    assert table.numbers["dividends"].tolist() == [0.0, 0.1]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (
            "date,open,high,low,close\n2024-01-02,1,1,1,1\n2024-01-03,1,1,1,oops\n",
            "line 3: close 'oops' is not a number",
        ),
        ("date,open,high,low,close\n2024-01-02,1,1,1,1\n2024-01-03,1,1,1\n", "line 3: 4 fields, its headings are 5"),
        ('date,open,high,low,close\n\n"2024-01-03",1,1,1,"1,23,4"\n', "line 3: close '1,23,4'"),
        ("date,open,high,low\n2024-01-02,1,1,1\n", "line 1: no column for close"),
        ("2024-01-02,1,1,1,1,1\n2024-01-03,1,1,1,1,1\n", "line 1: no headings"),
        ("date,open,high,low,close,Close\n2024-01-02,1,1,1,1,1\n", "line 1: two columns for close"),
        ("date,open,high,low,close\n", "has no rows"),
        ("symbol,date,open,high,low,close\nX,2024-01-02,1,1,1,1\nY,2024-01-02,1,1,1,1\n", "none of them ABC"),
    ],
)
def test_what_cannot_be_read_is_named_by_file_and_line(tmp_path, text, named):
    path = write(tmp_path, text)
    with pytest.raises(DataUnavailable) as refused:
        read_csv(path, "ABC")
    assert refused.value.message.startswith(str(path))
    assert named in refused.value.message


def test_a_cut_gzip_file_is_named(tmp_path):
    path = write(tmp_path, "date,open,high,low,close\n2024-01-02,1,1,1,1\n" * 50, "ABC.csv.gz")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataUnavailable, match=r"ABC\.csv\.gz cannot be read"):
        read_csv(path, "ABC")


@pytest.mark.parametrize(
    ("fields", "delimiter", "style"),
    [
        (["1.5", "2"], ",", NumberStyle.POINT),
        (["1,234.5"], ",", NumberStyle.POINT),
        (["1,234", "12,345"], ",", NumberStyle.POINT),
        (["1.234,5"], ";", NumberStyle.COMMA),
        (["12,5"], ";", NumberStyle.COMMA),
        (["1,085", "1,092"], ";", NumberStyle.COMMA),  # a rate with three decimals: the fields are not split by commas
    ],
)
def test_which_mark_separates_the_decimals(fields, delimiter, style):
    assert number_style(fields, delimiter) is style


@pytest.mark.parametrize(
    ("field", "style", "number"),
    [
        ("1,234,567", NumberStyle.POINT, 1234567.0),
        ("1.234.567,8", NumberStyle.COMMA, 1234567.8),
        ("$ 12.50", NumberStyle.POINT, 12.5),
        ("-3", NumberStyle.POINT, -3.0),
        ("1.2M", NumberStyle.POINT, 1_200_000.0),
        ("1:8", NumberStyle.POINT, 0.125),
        ("1e-4", NumberStyle.POINT, 0.0001),
        ("3 456", NumberStyle.POINT, 3456.0),
    ],
)
def test_numbers(field, style, number):
    assert parse_number(field, style) == pytest.approx(number, rel=1e-12)


@pytest.mark.parametrize("field", ["", " ", "-", "N/A", "null", "NaN"])
def test_empty_fields_are_not_numbers(field):
    assert np.isnan(parse_number(field, NumberStyle.POINT))


@pytest.mark.parametrize("field", ["12,34", "1.2.3", "abc", "1,2345"])
def test_what_is_no_number_raises(field):
    with pytest.raises(ValueError):
        parse_number(field, NumberStyle.POINT)


@pytest.mark.parametrize(
    "written",
    [
        ["2024-01-30", "2024-02-01"],
        ["2024-1-30", "2024-2-1"],
        ["2024/01/30", "2024/02/01"],
        ["30/01/2024", "01/02/2024"],  # a day above 12 tells which comes first
        ["01/30/2024", "02/01/2024"],
        ["30.01.2024", "01.02.2024"],
        ["30-Jan-2024", "01-Feb-2024"],
        ["30 January 2024", "1 February 2024"],
        ["January 30, 2024", "Feb. 1, 2024"],
        ["30-Jan-24", "1-Feb-24"],
        ["20240130", "20240201"],
        ["2024-01-30T00:00:00Z", "2024-02-01T00:00:00Z"],
        ["2024-01-30 00:00:00-05:00", "2024-02-01 00:00:00-05:00"],
        ["1706572800", "1706745600"],
    ],
)
def test_days_as_people_write_them(written):
    assert [str(day) for day in read_days(np.array(written)).sessions] == ["2024-01-30", "2024-02-01"]


def test_dates_that_can_be_read_in_two_ways_are_refused():
    with pytest.raises(UnreadableTime, match="two ways"):
        read_days(np.array(["03/04/2024", "04/04/2024"]))


@pytest.mark.parametrize(
    ("written", "row"),
    [(["2024-01-30", "soon"], 1), (["2024-02-30"], 0), (["2024-01-02", "2024-01-03x"], 1), ([""], 0)],
)
def test_dates_that_are_none(written, row):
    with pytest.raises(UnreadableTime) as refused:
        read_days(np.array(written))
    assert refused.value.row == row


@pytest.mark.parametrize(
    ("written", "symbol", "utc"),
    [
        (["2024-03-08T14:30:00Z"], "AAPL", "2024-03-08T14:30:00"),
        (["2024-03-08 09:30:00-05:00"], "AAPL", "2024-03-08T14:30:00"),
        (["2024-03-08 09:30", "2024-03-11 09:30"], "AAPL", "2024-03-08T14:30:00"),  # the exchange's own clock
        (["2024-03-08 14:30", "2024-03-08 14:35"], "AAPL", "2024-03-08T14:30:00"),  # opens at 14:30: UTC
        (["2024-03-08 09:30"], "BTC-USD", "2024-03-08T09:30:00"),
        (["03/28/2024 2:30 PM"], "BTC-USD", "2024-03-28T14:30:00"),
        (["1709908200000"], "BTC-USD", "2024-03-08T14:30:00"),
    ],
)
def test_times_become_utc(written, symbol, utc):
    assert str(read_times(np.array(written), market_of(symbol)).times[0]) == utc


def test_summer_time_is_taken_into_account():
    moments = read_times(np.array(["2024-03-08 09:30", "2024-03-11 09:30"]), market_of("AAPL"))
    assert [str(time) for time in moments.times] == ["2024-03-08T14:30:00", "2024-03-11T13:30:00"]
    assert moments.assumed_zone == "America/New_York"


def test_times_that_fit_no_opening_are_refused():
    with pytest.raises(UnreadableTime, match="no zone is named"):
        read_times(np.array(["2024-03-08 11:17"]), market_of("AAPL"))


MANY = 50_000  # lines: more than one block of the quick way


@pytest.mark.parametrize("last", ["", "\n\n", "2024-12-31,9,9,9,9,5"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_big_file_is_read_block_by_block_to_its_end(tmp_path, last, ending):
    days = np.datetime64("1880-01-01") + np.arange(MANY)
    lines = [f"{day},{1 + row % 7},9,1,{2 + row % 5}.5,{row}" for row, day in enumerate(days)]
    text = ending.join(["date,open,high,low,close,volume", *lines]) + ending + last
    table = read_csv(write(tmp_path, text), "ABC")
    count = MANY + (1 if "9" in last else 0)
    assert len(table.times) == count
    assert table.numbers["volume"][:MANY].tolist() == list(range(MANY))
    assert table.numbers["close"][MANY - 1] == 2 + (MANY - 1) % 5 + 0.5


@pytest.mark.parametrize("name", ["ABC.csv", "ABC.csv.gz"])
def test_room_that_was_guessed_too_small_grows(tmp_path, monkeypatch, name):
    # long lines first, short ones after them; and a gzip file whose end says less than is in it
    monkeypatch.setattr("bgagent.data.csv_plain._BLOCK_BYTES", 4096)
    monkeypatch.setattr("bgagent.data.csv_plain._MOST_PACKED", 0)
    days = np.datetime64("1880-01-01") + np.arange(5000)
    lines = [f"{day},1.{'0' * (60 if row < 1000 else 1)},2,1,1,{row},0,{row % 9}" for row, day in enumerate(days)]
    text = "\n".join(["date,open,high,low,close,volume,dividends,splits", *lines, ""])
    table = read_csv(write(tmp_path, text, name), "ABC")
    assert table.times.astype(str).tolist() == [str(day) for day in days]
    assert table.numbers["volume"].tolist() == list(range(5000))
    assert table.numbers["dividends"].tolist() == [0.0] * 5000
    assert table.numbers["splits"].tolist() == [row % 9 for row in range(5000)]


@pytest.mark.parametrize(
    ("line", "message"),
    [("2016-11-24,1,2,1,one,5", "close 'one' is not a number"), ("2016-11-24,1,2,1,5", "5 fields, its headings are 6")],
)
def test_a_bad_line_far_into_a_big_file_is_named(tmp_path, line, message):
    lines = [f"{day},1,2,1,1,5" for day in np.datetime64("1880-01-01") + np.arange(MANY)]
    text = "\n".join(["date,open,high,low,close,volume", *lines, line, ""])
    with pytest.raises(DataUnavailable, match=f"line {MANY + 2}: {message}"):
        read_csv(write(tmp_path, text), "ABC")


@pytest.mark.parametrize("stamp", ["{}", "{}T00:00:00Z", "{} 00:00", "{}T09:30:00-05:00"])
def test_the_quick_way_and_the_long_way_read_the_same(tmp_path, stamp):
    days = [str(day) for day in np.datetime64("2024-01-02") + np.arange(50)]
    rows = [
        f"{stamp.format(day)},{n + 0.1},{n + 2},{n},{n + 1.25},{n if n % 9 else ''}" for n, day in enumerate(days, 1)
    ]
    head = "date,open,high,low,close,volume"
    quick = read_csv(write(tmp_path, "\n".join([head, *rows]) + "\n"), "ABC")
    quoted = ['"' + row.replace(",", '","') + '"' for row in rows]
    slow = read_csv(write(tmp_path, "\n".join([head, *quoted]) + "\n"), "ABC")
    market = market_of("ABC" if "-05:00" in stamp else "BTC-USD")
    for name, column in quick.numbers.items():
        np.testing.assert_array_equal(column, slow.numbers[name])
    np.testing.assert_array_equal(read_days(quick.times).sessions, read_days(slow.times).sessions)
    np.testing.assert_array_equal(read_times(quick.times, market).times, read_times(slow.times, market).times)
