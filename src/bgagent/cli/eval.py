"""`nlbt eval`: a suite of sentences through the real jobs, counted."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from bgagent.cli.streams import say
from bgagent.cli.text import plain, table, terminal_width
from bgagent.errors import BadUse
from bgagent.evals.compare import compare, lines_of
from bgagent.evals.evaluate import Choice, Told, evaluate, write_evaluation
from bgagent.evals.results import Evaluation, read_evaluation
from bgagent.evals.running import ARMS
from bgagent.evals.summary import complaints, goals
from bgagent.settings import surroundings

REGRESSION = 1
GOAL_MISSED = 1
_INTERRUPTED = 130


@click.command("eval")
@click.argument("suite", required=False, type=click.Path(path_type=Path))
@click.option("--arm", type=click.Choice(ARMS), default=ARMS[0], show_default=True, help="What runs the cases.")
@click.option("--data", default=None, help="Source of prices [default: the suite's, else as for bg].")
@click.option("--as-of", default=None, help="What 'now' is [default: the suite's].")
@click.option("--model", default=None, help="Language model, as for bg.")
@click.option("--reader", type=click.Choice(["auto", "embedded", "model"]), default="auto", show_default=True)
@click.option("--timeout", type=float, default=None, help="Seconds for each job.")
@click.option("--max-iters", type=int, default=None, help="Attempts for each job.")
@click.option("--jobs", "at_once", type=click.IntRange(1), default=None, help="Jobs at once [default: cores].")
@click.option("--only", default=None, metavar="TEXT", help="Cases with TEXT in their id or family.")
@click.option("--limit", type=click.IntRange(1), default=None, help="At most so many cases.")
@click.option(
    "--answer-s", type=click.FloatRange(0), default=0.0, help="Seconds a person is assumed to take to answer."
)
@click.option(
    "--baseline", type=click.Path(path_type=Path), default=None, help="JSON of an earlier run to be faster than."
)
@click.option("--record", type=click.Path(path_type=Path), default=None, help="Folder to keep model exchanges in.")
@click.option(
    "--replay", type=click.Path(path_type=Path), default=None, help="Folder of kept exchanges to answer from."
)
@click.option("--compare", "pair", type=click.Path(path_type=Path), nargs=2, default=None, help="Two JSON results.")
@click.option("--json", "as_json", is_flag=True, default=False, help="Print facts as JSON.")
def command(
    suite: Path | None, *, pair: tuple[Path, Path] | None, baseline: Path | None, as_json: bool, **options: object
) -> int:
    """Run SUITE (.toml, .jsonl or .md; without one the built-in suite) and count what comes out right.

    Writes reports/bg_eval_<date>.md and .json. Exit code 1 when a goal that this run can tell of is missed; with
    --compare A B, when B is a step back behind A.

    \b
    nlbt eval
    nlbt eval EXAMPLES.md --data demo
    nlbt eval --arm interactive --answer-s 30
    nlbt eval --baseline reports/bg_eval_2025-01-31.json
    nlbt eval --compare reports/bg_eval_2025-01-31.json reports/bg_eval_2025-02-01.json
    """
    if pair:
        if suite is not None:
            raise BadUse("--compare runs no suite", hint="leave out one or the other")
        return _compare(read_evaluation(pair[0]), read_evaluation(pair[1]), as_json=as_json)
    before = read_evaluation(baseline) if baseline else None
    root = Path.cwd()
    choice = Choice(suite=suite, **options)  # type: ignore[arg-type]
    try:
        with _progress(quiet=as_json) as told:
            found = evaluate(choice, root=root, environment=surroundings(root, os.environ), on_result=told)
    except KeyboardInterrupt:
        say("\nbroken off; nothing is written", err=True)
        return _INTERRUPTED
    paths = write_evaluation(found, root / "reports", before)
    rows = goals(found, before)
    if as_json:
        say(
            json.dumps(
                {"markdown": str(paths[0]), "json": str(paths[1]), "goals": [_plain(row) for row in rows]}, indent=2
            )
        )
    else:
        say(_summary(found, before, paths))
    return GOAL_MISSED if any(row.is_met is False for row in rows) else 0


def _plain(row: object) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__slots__}  # type: ignore[attr-defined]


def _compare(first: Evaluation, second: Evaluation, *, as_json: bool) -> int:
    found = compare(first, second)
    if as_json:
        say(json.dumps({"lines": lines_of(found), "regressions": list(found.regressions)}, indent=2))
    else:
        for line in lines_of(found):
            say(line)
        for line in found.regressions or ("no regression",):
            say(plain(line))
    return REGRESSION if found.regressions else 0


def _summary(found: Evaluation, before: Evaluation | None, paths: tuple[Path, Path]) -> str:
    met = {True: "yes", False: "NO", None: "-"}
    width = terminal_width()
    rows = [(goal.name, goal.wanted, goal.found, met[goal.is_met]) for goal in goals(found, before)]
    blocks = [table(rows, ("goal", "wanted", "found", "met"), width=width)]
    wrong = [(case.id, case.mark.value, case.why) for case in complaints(found.cases)]
    if wrong:
        blocks.append(table(wrong, ("case", "mark", "why"), width=width))
    blocks.append("\n".join([*found.remarks, f"report  {paths[0]}", f"        {paths[1]}"]))
    return "\n\n".join(blocks)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Told]:
    """A bar on a terminal; nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)
        told: Callable[..., None] = lambda case, count: bar.update(  # noqa: E731
            task, advance=1, total=count, description=plain(f"{case.id} {case.mark.value}")
        )
        yield told
