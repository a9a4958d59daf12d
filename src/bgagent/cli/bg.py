"""`nlbt bg`: one sentence in, a job id out."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from bgagent import api
from bgagent.cli.streams import say
from bgagent.cli.text import plain
from bgagent.cli.watching import conclusion, watch
from bgagent.errors import BadUse


@click.command("bg")
@click.argument("sentence")
@click.option("--name", help="The job's id: letters, digits, '.', '_', '-'.")
@click.option("--timeout", type=float, help="Seconds the whole job may take.")
@click.option("--max-iters", type=int, help="Attempts at a strategy that passes the checks.")
@click.option("--model", help="Language model for what the embedded reader does not understand.")
@click.option("--data", help="auto, demo (made-up prices), a provider's name, or a directory of csv or parquet files.")
@click.option("--reader", default="auto", help="Who reads the sentence: auto, embedded or model.")
@click.option("--seed", type=int, default=0, help="Seed of everything random.")
@click.option("--lang", default="en", help="Language of the report: en, es, de, fr, hi or zh.")
@click.option("--as-of", help='What "now" is for relative windows: an ISO date or time.')
@click.option("--budget-usd", type=float, help="US dollars the job may spend on a language model.")
@click.option(
    "--notify",
    help="Command that is run when the job has ended; it finds NLBT_JOB_ID, NLBT_JOB_STATE, "
    "NLBT_JOB_EXIT_CODE, NLBT_JOB_MESSAGE, NLBT_JOB_REPORT and NLBT_JOB_REPORT_JSON in its environment.",
)
@click.option("--wait", is_flag=True, default=False, help="Wait for the job; the exit code is its own.")
@click.option("--explain", is_flag=True, default=False, help="Show how the sentence is read, and run nothing.")
@click.option("--json", "as_json", is_flag=True, default=False, help="Print facts as JSON.")
def command(sentence: str, *, wait: bool, explain: bool, as_json: bool, **options: Any) -> int:
    """Start a backtest in the background from one SENTENCE ('-' reads it from standard input).

    \b
    nlbt bg "Backtest AAPL 50/200 MA crossover in 2024 with $25K"
    nlbt bg "Buy and hold SPY since 2020" --data ./prices --wait
    nlbt bg "Buy and hold SPY since 2020" --notify 'notify-send "$NLBT_JOB_ID: $NLBT_JOB_STATE"'
    """
    if sentence == "-":
        sentence = sys.stdin.read(api.LONGEST_SENTENCE + 1)
    if explain:
        from bgagent.cli.explain import explain_sentence

        _refuse_what_explain_cannot_heed(click.get_current_context(), options["reader"])
        return explain_sentence(sentence, as_of=options["as_of"], as_json=as_json)
    job = api.run_background_job(sentence, **options)
    if not wait:
        if as_json:
            say(json.dumps({name: _text(getattr(job, name)) for name in job.__dataclass_fields__}, indent=2))
        else:
            tell(job)
        return 0
    if not as_json:
        tell(job)
    code = watch(job.job_id, quiet=as_json)
    if as_json:
        say(json.dumps(api.job_status(job.job_id), indent=2))
    else:
        say(conclusion(job.job_id))
    return code


def _refuse_what_explain_cannot_heed(context: click.Context, reader: str) -> None:
    heeded = {"sentence", "explain", "as_of", "as_json", *(["reader"] if reader in ("auto", "embedded") else [])}
    given = [
        option.opts[0]
        for option in context.command.params
        if option.name not in heeded and context.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE
    ]
    if given:
        raise BadUse(f"--explain runs nothing and cannot heed {', '.join(given)}", hint="leave out one or the other")


def tell(job: api.BackgroundJob) -> None:
    """The job's id and where its files will be."""
    rows = [
        ("job", job.job_id),
        ("log", _near(job.log)),
        ("report", _near(job.report_markdown)),
        ("", _near(job.report_html)),
        ("", _near(job.report_json)),
    ]
    if job.attach:
        rows.append(("watch", job.attach))
    for label, value in rows:
        say(f"{label:<8}{plain(value)}")
    if job.note:
        say(plain(job.note), err=True)


def _text(value: object) -> object:
    return str(value) if isinstance(value, Path) else value


def _near(path: Path) -> str:
    """Relative to where the person is, if it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
