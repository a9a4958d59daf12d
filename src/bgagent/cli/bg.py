"""`nlbt bg`: one sentence in, a job id out."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from bgagent import api
from bgagent.cli.options import VALUES
from bgagent.cli.streams import say
from bgagent.cli.telling import tell
from bgagent.cli.watching import conclusion, watch
from bgagent.errors import BadUse


def _with_values(command: Callable[..., int]) -> Callable[..., int]:
    """The options that take a value."""
    for name, (kind, default, told) in reversed(list(VALUES.items())):
        command = click.option(name, type=kind, default=default, help=told)(command)
    return command


@click.command("bg")
@click.argument("sentence")
@_with_values
@click.option("--narrate", is_flag=True, default=False, help="Tell the result in prose too, by a language model.")
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


def _text(value: object) -> object:
    return str(value) if isinstance(value, Path) else value
