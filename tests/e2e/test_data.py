"""`nlbt data`: files in, series out, and what is kept."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bgagent.data.cache import SeriesCache, Stored
from bgagent.data.synthetic import SyntheticProvider
from bgagent.periods import Period, Timeframe
from tests.e2e.project import CROSSOVER, Project

ROWS = "date,open,high,low,close,volume\n2024-01-02,10,12,9,11,1000\n2024-01-03,11,13,10,12.5,2000\n"


@pytest.fixture
def bare(project: Project) -> Project:
    """A project without a data directory of its own."""
    return Project(project.root, {key: value for key, value in project.environment.items() if key != "NLBT_DATA_DIR"})


def keep(project: Project, symbol: str = "ABC", timeframe: Timeframe = Timeframe.DAY) -> SeriesCache:
    """A cached series, as a provider would have left it."""
    period = Period(date(2024, 1, 2), date(2024, 3, 28))
    now = datetime(2024, 3, 29, tzinfo=UTC)
    series = SyntheticProvider().fetch(symbol, period, timeframe, now)
    cache = SeriesCache(project.root / ".cache")
    with cache.lock("synthetic", symbol, series.timeframe, wait_s=1.0, shared=False):
        cache.write(Stored(series, period), library="made up")
    return cache


def facts(project: Project, *arguments: str) -> list[dict[str, object]]:
    done = project.nlbt("data", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, object]] = json.loads(done.stdout)
    return rows


def test_an_added_file_is_what_jobs_use(bare: Project):
    (bare.root / "wave.csv").write_text((bare.root / "prices" / "WAVE.csv").read_text())
    added = facts(bare, "add", "wave.csv", "--symbol", "WAVE")
    assert [row["symbol"] for row in added] == ["WAVE"]
    assert Path(str(added[0]["file"])).name == "WAVE.csv"
    report = bare.run(CROSSOVER)
    assert report["exit_code"] == 0, report["error"]
    assert (report["data"][0]["provider"], report["data"][0]["source"]) == ("folder", "WAVE.csv")
    assert [row["symbol"] for row in facts(bare, "list")] == ["WAVE"]


def test_a_file_that_cannot_be_read_is_not_added(bare: Project):
    (bare.root / "GOOD.csv").write_text(ROWS)
    (bare.root / "BAD.csv").write_text(ROWS + "2024-01-04,eleven,1,1,1,1\n")
    done = bare.nlbt("data", "add", "GOOD.csv", "BAD.csv")
    assert done.returncode == 3
    assert "BAD.csv line 4: open 'eleven' is not a number" in done.stderr
    assert not (bare.root / ".cache" / "added").exists()


def test_a_file_is_replaced_only_when_asked(bare: Project):
    (bare.root / "ABC.csv").write_text(ROWS)
    facts(bare, "add", "ABC.csv")
    again = bare.nlbt("data", "add", "ABC.csv")
    assert again.returncode == 2
    assert "--replace" in again.stderr
    assert facts(bare, "add", "ABC.csv", "--replace")[0]["rows"] == 2


def test_what_is_odd_about_a_file_is_said_when_it_is_added(bare: Project):
    (bare.root / "ABC.csv").write_text(ROWS + "2024-01-04,0.11,0.12,0.1,0.11,10\n")
    done = bare.nlbt("data", "add", "ABC.csv")
    assert done.returncode == 0, done.stderr
    assert "ABC: reject: the close goes from 12.5 to 0.11" in done.stdout


def test_files_go_to_the_data_directory_where_there_is_one(project: Project):
    (project.root / "ABC.csv").write_text(ROWS)
    facts(project, "add", "ABC.csv")
    assert (project.root / "prices" / "ABC.csv").read_text() == ROWS


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet"])
@pytest.mark.parametrize("timeframe", [Timeframe.DAY, Timeframe.MINUTE_1])
def test_an_exported_series_reads_back_as_it_was(bare: Project, kind: str, timeframe: Timeframe):
    if kind == "parquet":
        pytest.importorskip("pyarrow")
    cache = keep(bare, timeframe=timeframe)
    stored = cache.read("synthetic", "ABC", timeframe)
    facts(bare, "export", "abc", "--timeframe", str(timeframe), "--format", kind)
    name = f"ABC.{kind}" if timeframe is Timeframe.DAY else f"ABC_1m.{kind}"
    facts(bare, "add", name)
    from bgagent.data.folder import read_file, series_file

    file = series_file(bare.root / ".cache" / "added" / name)
    assert file is not None
    assert stored is not None
    back = read_file(file)
    for column in ("times", "sessions", "open", "high", "low", "close", "volume", "dividends", "splits"):
        assert (getattr(back, column) == getattr(stored.series, column)).all(), column


def test_pandas_reads_an_exported_file(bare: Project):
    pandas = pytest.importorskip("pandas")
    keep(bare)
    facts(bare, "export", "ABC", "--out", "there.csv")
    frame = pandas.read_csv(bare.root / "there.csv", parse_dates=["date"], index_col="date")
    assert list(frame.columns) == ["open", "high", "low", "close", "volume", "dividends", "splits"]
    assert bare.nlbt("data", "export", "ABC", "--out", "there.csv").returncode == 2  # it is there already


def test_a_broken_series_is_found_and_cleared(bare: Project):
    cache = keep(bare)
    keep(bare, "XYZ")
    assert [row["state"] for row in facts(bare, "list")] == ["ok", "ok"]
    assert bare.nlbt("data", "verify").returncode == 0
    path = cache.path_of("synthetic", "ABC", Timeframe.DAY)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    done = bare.nlbt("data", "verify")
    assert done.returncode == 3
    assert "ABC" in done.stderr
    assert "XYZ" in done.stdout
    assert bare.nlbt("data", "verify", "XYZ").returncode == 0
    assert bare.nlbt("data", "clear").returncode == 2
    assert [row["symbol"] for row in facts(bare, "clear", "abc")] == ["ABC"]
    assert [row["symbol"] for row in facts(bare, "list")] == ["XYZ"]
    facts(bare, "clear", "--all")
    assert facts(bare, "list") == []


def test_fetching_reports_every_symbol_and_fails_when_one_is_missing(project: Project):
    done = project.nlbt("data", "fetch", "WAVE", "NOWHERE", "--data", "folder")
    assert done.returncode == 3
    assert "WAVE" in done.stdout
    assert "no file for NOWHERE" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["export", "NOPE"], 3, "nlbt data fetch NOPE"),
        (["verify", "NOPE"], 3, "nothing of NOPE"),
        (["clear", "NOPE"], 3, "nothing of NOPE"),
        (["export", "NOPE", "--format", "xlsx"], 2, "csv, csv.gz, parquet"),
        (["fetch", "NOPE", "--timeframe", "7m"], 2, "use one of 1m"),
        (["fetch", "NOPE", "--data", "synthetic", "--start", "tomorrow"], 2, "2024-12-31"),
        (["add", "nowhere.csv"], 2, "there is no file"),
        (["add", "prices/notes.txt"], 2, "neither csv nor parquet"),
    ],
)
def test_what_cannot_be_done_is_one_line_that_says_what_to_do(
    bare: Project, arguments: list[str], code: int, message: str
):
    (bare.root / "prices" / "notes.txt").write_text("none")
    done = bare.nlbt("data", *arguments)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_provider_is_checked_against_the_rules(project: Project):
    done = project.nlbt("data", "check", "folder", "WAVE", "--start", "2024-01-02", "--end", "2024-12-31")
    assert (done.returncode, done.stdout) == (0, "folder keeps to every rule that could be looked at with WAVE\n")
    missing = project.nlbt("data", "check", "folder", "NOWHERE", "--start", "2024-01-02", "--end", "2024-12-31")
    assert missing.returncode == 3
    assert "broken: fetch has no 1d bars of NOWHERE" in missing.stdout
