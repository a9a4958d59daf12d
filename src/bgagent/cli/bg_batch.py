"""`nlbt bg-batch`: a file of sentences, run as jobs and ranked."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from bgagent.batch import BatchResult, BatchRow, ranked, read_rows, run_rows, to_plain
from bgagent.cli.streams import say
from bgagent.cli.text import plain, table, terminal_width
from bgagent.cli.watching import INTERRUPTED
from bgagent.errors import BadUse
from bgagent.local_processes import LocalProcesses
from bgagent.settings import resolve, surroundings

_LONGEST_SENTENCE = 60
_BAR_WIDTH = 12
_RATES = ("total_return", "cagr", "volatility", "max_drawdown", "win_rate", "exposure")

Told = Callable[[Sequence[BatchResult]], None]


@click.command("bg-batch")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--metric", default="sharpe", show_default=True, help="What ranks jobs of the same verdict.")
@click.option("--json", "as_json", is_flag=True, default=False, help="Print the ranking as JSON.")
def command(file: Path, metric: str, *, as_json: bool) -> int:
    """Run each sentence of FILE as a job, and rank the results by verdict and then by a metric.

    FILE holds one sentence a line, or is CSV or JSON lines with a column 'sentence' and options beside it: timeout,
    max_iters, model, data, reader, lang, seed, as_of, budget_usd, record, replay. Run it again to go on where it was
    interrupted: what has ended is not run twice. The exit code is the highest of the jobs'.

    \b
    nlbt bg-batch ideas.txt
    nlbt bg-batch ideas.csv --metric total_return --json
    """
    rows = read_rows(Path("stdin.txt") if str(file) == "-" else file, _text_of(file))
    root = Path.cwd()
    slots = resolve(surroundings(root, os.environ)).slots
    executor = LocalProcesses(min(slots, len(rows)))
    try:
        with _progress(rows, quiet=as_json) as told:
            results = run_rows(rows, executor, root=root, metric=metric, on_result=told)
    except KeyboardInterrupt:
        say(f"\nwhat runs goes on; nlbt bg-batch {file} takes it up again", err=True)
        return INTERRUPTED
    executor.shutdown()
    best_first = ranked(results)
    if as_json:
        say(json.dumps([to_plain(result) for result in best_first], indent=2))
    else:
        say(_summary(best_first, rows, metric))
    return max(result.exit_code for result in results)


def _text_of(file: Path) -> str:
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadUse(f"cannot read {file}: {error}", hint="give a text, csv or jsonl file in UTF-8") from error


@contextmanager
def _progress(rows: Sequence[BatchRow], *, quiet: bool) -> Iterator[Told]:
    """A bar on a terminal; nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.table import Column

    rest = Column(ratio=1, no_wrap=True, overflow="ellipsis")  # what happened last takes the room that is left
    last = TextColumn("{task.description}", markup=False, table_column=rest)
    columns = (BarColumn(bar_width=_BAR_WIDTH), MofNCompleteColumn(), TimeElapsedColumn(), last)
    with Progress(*columns, console=Console(stderr=True), expand=True) as bar:
        task = bar.add_task("", total=len(rows))

        def told(results: Sequence[BatchResult]) -> None:
            ended = results[-1]
            bar.update(task, advance=1, description=plain(f"{ended.job_id} {ended.verdict or ended.error}"))

        yield told


def _summary(results: Sequence[BatchResult], rows: Sequence[BatchRow], metric: str) -> str:
    sentences = {row.line: row.sentence for row in rows}
    cells = []
    for place, result in enumerate(results, start=1):
        said = f"{result.label}: " if sum(other.line == result.line for other in results) > 1 else ""
        sentence = result.error or f"{said}{sentences[result.line]}"
        short = sentence if len(sentence) <= _LONGEST_SENTENCE else f"{sentence[: _LONGEST_SENTENCE - 1]}…"
        cells.append(
            (place, result.verdict or "-", _figure(result.value, metric), result.exit_code, result.job_id, short)
        )
    return table(cells, ("", "verdict", metric, "exit", "job", "sentence"), width=terminal_width(), named_by=4)


def _figure(value: float | None, metric: str) -> str:
    if not isinstance(value, int | float):
        return "n/a"
    return f"{value * 100:.2f} %" if metric in _RATES else f"{value:.2f}"
