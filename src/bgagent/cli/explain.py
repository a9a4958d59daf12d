"""`nlbt bg --explain`: how a sentence is read, phrase by phrase, without running anything."""

import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from bgagent import api
from bgagent.cli.text import plain, table
from bgagent.engine.plan import Costs
from bgagent.errors import NeedsClarification, NeedsModel
from bgagent.language.read import Defaults, Reading, read
from bgagent.settings import resolve, surroundings
from bgagent.understanding.explain import ExplainedRow, explain


def explain_sentence(sentence: str, *, as_of: str | None, as_json: bool) -> int:
    """Prints how the sentence is read; 0 when it can be run as it is, else the exit code its job would end with."""
    api.checked_sentence(sentence)
    settings = resolve(surroundings(Path.cwd(), os.environ), overrides={"as_of": as_of})
    defaults = Defaults(costs=Costs(slippage_bps=settings.slippage_bps, commission_bps=settings.commission_bps))
    reading = read(sentence, now=settings.as_of or datetime.now(UTC), defaults=defaults)
    rows = explain(reading)
    if as_json:
        summary = reading.spec.summary if reading.spec else None
        click.echo(json.dumps({"summary": summary, "rows": [asdict(row) for row in rows]}, indent=2))
    else:
        click.echo(table([_cells(row) for row in rows], ("", "phrase", "meaning")))
        if reading.spec:
            click.echo(f"\n{plain(reading.spec.summary)}")
    return _exit_code(reading)


def _cells(row: ExplainedRow) -> tuple[str, str, str]:
    return row.kind, row.phrase, row.meaning


def _exit_code(reading: Reading) -> int:
    if reading.questions:
        return NeedsClarification.exit_code
    return NeedsModel.exit_code if reading.unexplained or reading.spec is None else 0
