"""`nlbt data`: what prices are kept here, and getting more of them in and out."""

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bgagent.cli.data_files import renamed, series_files, timeframe_of
from bgagent.cli.data_rows import entry_row, facts, file_row, show, warnings
from bgagent.cli.text import plain, table
from bgagent.errors import BadUse, DataUnavailable
from bgagent.periods import Period, Timeframe
from bgagent.settings import Settings, resolve, surroundings

if TYPE_CHECKING:
    from bgagent.data.cache import Entry, SeriesCache
    from bgagent.data.folder import SeriesFile

_JSON = click.option("--json", "as_json", is_flag=True, default=False, help="Print facts as JSON.")
_TIMEFRAME = click.option("--timeframe", default="1d", show_default=True, help="Length of the bars.")
_UNREADABLE = "cannot be read"


@click.group("data")
def command() -> None:
    """Show, get, check and hand out prices.

    \b
    nlbt data fetch AAPL SPY
    nlbt data add ~/prices/AAPL.csv
    nlbt data export AAPL --format parquet
    """


@command.command("list")
@_JSON
def list_series(*, as_json: bool) -> int:
    """List the files and the cached series that jobs here would use."""
    settings = _settings()
    rows = [file_row(file) for file in _files(settings)] + [entry_row(entry) for entry in _cache(settings).contents()]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    elif rows:
        click.echo(table([list(row.values()) for row in rows], list(rows[0])))
    else:
        click.echo("no prices are kept here yet; nlbt data fetch AAPL gets some, nlbt data add FILE takes your own")
    return 0


@command.command("add")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--symbol", help="The symbol of the file, where its name does not say it.")
@click.option("--timeframe", help="The length of the file's bars, where its name does not say it.")
@click.option("--replace", is_flag=True, default=False, help="Put the file in place of one of that name.")
@_JSON
def add(paths: tuple[Path, ...], *, symbol: str | None, timeframe: str | None, replace: bool, as_json: bool) -> int:
    """Read csv or parquet files (or directories of them), and keep copies where jobs here find them.

    They go to the first directory of NLBT_DATA_DIR, or beside the cache when it is not set.
    """
    from bgagent.data.added import added_dir, copy_file
    from bgagent.data.folder import read_file

    settings = _settings()
    directory = _directories(settings)[0] if _directories(settings) else added_dir(settings.cache_dir)
    files = [renamed(file, symbol, timeframe) for file in series_files(paths)]
    if symbol is not None and len(files) > 1:
        raise BadUse(f"--symbol {symbol} for {len(files)} files", hint="add one file at a time")
    read = [(file, name, read_file(file)) for file, name in files]  # all of them before any is kept
    rows = []
    for file, name, series in read:
        target = copy_file(file.path, directory, name, replace=replace)
        rows.append({**facts(series), "file": str(target), "warnings": warnings(series, settings)})
    show(rows, as_json=as_json)
    return 0


@command.command("fetch")
@click.argument("symbols", nargs=-1, required=True)
@click.option("--data", default="yahoo", show_default=True, help="The provider to ask.")
@_TIMEFRAME
@click.option("--start", help="First day; daily series are fetched whole.")
@click.option("--end", help="Last day.")
@_JSON
def fetch(
    symbols: tuple[str, ...], *, data: str, timeframe: str, start: str | None, end: str | None, as_json: bool
) -> int:
    """Get series of SYMBOLS into the cache, or bring them up to date. Exit 3 when one of them is not to be had."""
    from bgagent.data.providers import ProviderOptions, provider_of

    settings = _settings()
    now = datetime.now(UTC)
    length = timeframe_of(timeframe)
    period = _period(start, end, length, now.date())
    options = ProviderOptions(
        settings.cache_dir, _directories(settings), timeout_s=settings.timeout_s, keys=settings.secrets
    )
    provider = provider_of(data, options)
    rows: list[dict[str, Any]] = []
    failed = 0
    for symbol in symbols:
        try:
            series = provider.fetch(symbol, period, length, now)
        except DataUnavailable as error:
            failed += 1
            rows.append({"symbol": symbol, "error": error.message, "hint": error.hint})
        else:
            rows.append({**facts(series), "warnings": warnings(series, settings)})
    show(rows, as_json=as_json)
    return DataUnavailable.exit_code if failed else 0


@command.command("verify")
@click.argument("symbols", nargs=-1)
@_JSON
def verify(symbols: tuple[str, ...], *, as_json: bool) -> int:
    """Read every file and every cached series (or those of SYMBOLS), and say what is odd. Exit 3 when one is broken."""
    from bgagent.data.folder import read_file

    settings, cache = _settings(), _cache(_settings())
    rows: list[dict[str, Any]] = []
    for file in _files(settings):
        if _is_wanted(file.symbol, symbols):
            try:
                series = read_file(file)
                rows.append({**facts(series), "warnings": warnings(series, settings)})
            except DataUnavailable as error:
                rows.append({"symbol": file.symbol, "error": error.message, "hint": error.hint})
    for entry in cache.contents():
        if _is_wanted(entry.symbol, symbols):
            stored = cache.read(entry.provider, entry.symbol, entry.timeframe) if entry.healthy else None
            if stored is None:
                what = f"{entry.path} {_UNREADABLE} or its checksum differs"
                rows.append({"symbol": entry.symbol, "error": what, "hint": "it is fetched again when it is needed"})
            else:
                rows.append({**facts(stored.series), "warnings": warnings(stored.series, settings)})
    _none_found(symbols, rows)
    show(rows, as_json=as_json)
    return DataUnavailable.exit_code if any("error" in row for row in rows) else 0


@command.command("clear")
@click.argument("symbols", nargs=-1)
@click.option("--all", "everything", is_flag=True, default=False, help="Every cached series.")
@click.option("--provider", help="Only series of this provider.")
@_JSON
def clear(symbols: tuple[str, ...], *, everything: bool, provider: str | None, as_json: bool) -> int:
    """Forget cached series of SYMBOLS; they are fetched again when needed. Files are never touched."""
    if bool(symbols) == everything:
        raise BadUse("clear what?", hint="name symbols, or --all")
    cache = _cache(_settings())
    rows = []
    for entry in cache.contents():
        if _is_wanted(entry.symbol, symbols) and provider in (None, entry.provider):
            cache.remove(entry.provider, entry.symbol, entry.timeframe)
            rows.append({"symbol": entry.symbol, "timeframe": str(entry.timeframe), "provider": entry.provider})
    _none_found(symbols, rows)
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    else:
        click.echo(f"{len(rows)} cached series forgotten")
    return 0


@command.command("export")
@click.argument("symbol")
@_TIMEFRAME
@click.option("--format", "kind", default="csv", show_default=True, help="csv, csv.gz or parquet.")
@click.option("--out", type=click.Path(path_type=Path), help="A file, or a directory to put it in.")
@click.option("--provider", help="Whose series, where several have the symbol.")
@click.option("--replace", is_flag=True, default=False, help="Overwrite a file of that name.")
@_JSON
def export(
    symbol: str, *, timeframe: str, kind: str, out: Path | None, provider: str | None, replace: bool, as_json: bool
) -> int:
    """Write a cached series of SYMBOL to a file, as the provider gave it, with columns for dividends and splits."""
    from bgagent.data.export import FORMATS, export_name, write_series

    if kind not in FORMATS:
        raise BadUse(f"--format {kind} is none of {', '.join(FORMATS)}")
    entry = _entry_of(symbol, timeframe_of(timeframe), provider, _cache(_settings()))
    stored = _cache(_settings()).read(entry.provider, entry.symbol, entry.timeframe)
    if stored is None:
        raise DataUnavailable(f"{entry.path} {_UNREADABLE}", hint=f"nlbt data fetch {symbol} gets it again")
    path = out
    if path is None or path.is_dir():
        path = (path or Path()) / export_name(entry.symbol, entry.timeframe, kind)
    if path.exists() and not replace:
        raise BadUse(f"{path} is there already", hint="--replace overwrites it, --out names another file")
    write_series(stored.series, path)
    show([{**facts(stored.series), "file": str(path)}], as_json=as_json)
    return 0


@command.command("check")
@click.argument("provider")
@click.argument("symbol")
@_TIMEFRAME
@click.option("--start", help="First day of a period for which it has bars; without it the last year.")
@click.option("--end", help="Last day.")
def check(provider: str, symbol: str, *, timeframe: str, start: str | None, end: str | None) -> int:
    """For authors of providers: ask PROVIDER for SYMBOL, and name every rule that it breaks (exit 3)."""
    import tempfile
    from datetime import timedelta

    from bgagent.data.cached_provider import CachedProvider
    from bgagent.data.conformance import Sample, violations
    from bgagent.data.providers import ProviderOptions, provider_of

    settings = _settings()
    now = datetime.now(UTC)
    start = start or str(now.date() - timedelta(7 if timeframe_of(timeframe).is_intraday else 365))
    period = _period(start, end, timeframe_of(timeframe), now.date())
    with tempfile.TemporaryDirectory() as scratch:
        options = ProviderOptions(
            Path(scratch), _directories(settings), timeout_s=settings.timeout_s, keys=settings.secrets
        )
        made = provider_of(provider, options)
        asked = made.inner if isinstance(made, CachedProvider) else made
        sample = Sample(symbol, period, now, timeframe_of(timeframe), secrets=tuple(settings.secrets.values()))
        broken = violations(asked, sample, Path(scratch))
    for line in broken:
        click.echo(plain(f"broken: {line}"))
    if not broken:
        click.echo(f"{asked.name} keeps to every rule that could be looked at with {plain(symbol)}")
    return DataUnavailable.exit_code if broken else 0


def _settings() -> Settings:
    return resolve(surroundings(Path.cwd(), os.environ))


def _cache(settings: Settings) -> "SeriesCache":
    from bgagent.data.cache import SeriesCache

    return SeriesCache(settings.cache_dir)


def _directories(settings: Settings) -> tuple[Path, ...]:
    return tuple(Path(part).expanduser() for part in (settings.data_dir or "").split(os.pathsep) if part)


def _files(settings: Settings) -> "list[SeriesFile]":
    """The files that `auto` would look into."""
    from bgagent.data.added import added_dir
    from bgagent.data.folder import FolderProvider

    directories = _directories(settings) or (added_dir(settings.cache_dir),)
    if not settings.data_dir and not directories[0].is_dir():
        return []
    return FolderProvider(directories).files()


def _entry_of(symbol: str, timeframe: Timeframe, provider: str | None, cache: "SeriesCache") -> "Entry":
    found = [
        entry
        for entry in cache.contents()
        if _is_wanted(entry.symbol, (symbol,)) and entry.timeframe is timeframe and provider in (None, entry.provider)
    ]
    if not found:
        raise DataUnavailable(f"no cached {timeframe} series of {symbol}", hint=f"nlbt data fetch {symbol} gets it")
    if len(found) > 1:
        names = ", ".join(entry.provider for entry in found)
        raise BadUse(f"{symbol} is there from {names}", hint="say whose with --provider")
    return found[0]


def _is_wanted(symbol: str, symbols: tuple[str, ...]) -> bool:
    return not symbols or symbol.casefold() in {name.casefold() for name in symbols}


def _none_found(symbols: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    """Raises DataUnavailable for a symbol that was named and is not there."""
    there = {str(row["symbol"]).casefold() for row in rows}
    missing = [symbol for symbol in symbols if symbol.casefold() not in there]
    if missing:
        raise DataUnavailable(f"nothing of {', '.join(missing)} is kept here", hint="nlbt data list shows what is")


def _period(start: str | None, end: str | None, timeframe: Timeframe, today: date) -> Period:
    """The days asked for; by default everything, or the last seven days for bars within the day."""
    from datetime import timedelta

    try:
        last = date.fromisoformat(end) if end else today
        usual = last - timedelta(7) if timeframe.is_intraday else date(1970, 1, 1)
        return Period(date.fromisoformat(start) if start else usual, last)
    except ValueError as error:
        raise BadUse(f"the days cannot be used: {error}", hint="write them as 2024-12-31") from error
