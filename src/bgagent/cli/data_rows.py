"""Series of prices as rows of a table or of JSON, with what is odd about them."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from bgagent.cli.text import plain, table
from bgagent.errors import BgAgentError
from bgagent.settings import Settings

if TYPE_CHECKING:
    from bgagent.data.cache import Entry
    from bgagent.data.findings import Finding
    from bgagent.data.folder import SeriesFile
    from bgagent.data.series import RawSeries


def file_row(file: "SeriesFile") -> dict[str, Any]:
    """A file as its name tells; it is not read for that."""
    return {
        "symbol": file.symbol,
        "timeframe": str(file.timeframe),
        "provider": "folder",
        "first": "",
        "last": "",
        "rows": "",
        "fetched": "",
        "state": str(file.path),
    }


def entry_row(entry: "Entry") -> dict[str, Any]:
    """A cached series as its manifest tells."""
    return {
        "symbol": entry.symbol,
        "timeframe": str(entry.timeframe),
        "provider": entry.provider,
        "first": str(entry.first or ""),
        "last": str(entry.last or ""),
        "rows": entry.rows if entry.healthy else "",
        "fetched": entry.fetched_at.isoformat(timespec="seconds") if entry.fetched_at else "",
        "state": "ok" if entry.healthy else "broken: fetched again when needed",
    }


def facts(series: "RawSeries") -> dict[str, Any]:
    """What a series holds."""
    span = series.span()
    return {
        "symbol": series.symbol,
        "timeframe": str(series.timeframe),
        "provider": series.provider,
        "first": str(span.start) if span else "",
        "last": str(span.end) if span else "",
        "rows": len(series),
        "currency": series.currency or "",
    }


def warnings(series: "RawSeries", settings: Settings) -> list[str]:
    """What is odd about a series, the grave first."""
    from bgagent.data.held import findings_of
    from bgagent.data.session_lists import SessionLists

    try:
        found = findings_of(series, now=datetime.now(UTC), lists=SessionLists(settings.cache_dir))
    except BgAgentError as error:
        return [f"reject: {error.message}"]
    return [f"{finding.severity}: {finding.text}" for finding in _gravest_first(found)]


def _gravest_first(found: "Iterable[Finding]") -> "list[Finding]":
    from bgagent.data.findings import Severity

    weights = list(Severity)
    return sorted(found, key=lambda finding: -weights.index(finding.severity))


def show(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    """Series in a table, what is odd about each below it, and troubles on stderr."""
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    good = [row for row in rows if "error" not in row]
    if good:
        heads = [head for head in good[0] if head != "warnings"]
        click.echo(table([[row[head] for head in heads] for row in good], heads))
    for row in good:
        for warning in row.get("warnings", ()):
            click.echo(plain(f"{row['symbol']}: {warning}"))
    for row in rows:
        if "error" in row:
            click.echo(plain(f"nlbt: {row['error']}" + (f"; {row['hint']}" if row["hint"] else "")), err=True)
