"""`nlbt demo`: the whole way on made-up prices, offline and without keys."""

import click

from bgagent import api
from bgagent.cli.streams import say
from bgagent.cli.telling import tell
from bgagent.cli.watching import conclusion, key_figures, watch

SENTENCE = "Backtest AAPL 50/200 MA crossover in 2024 with $25K"


@click.command("demo")
def command() -> int:
    """Run one backtest on made-up prices (marked SYNTHETIC), without network, keys or a language model.

    \b
    nlbt demo
    """
    say(f'nlbt bg "{SENTENCE}" --data demo --wait\n')
    job = api.run_background_job(SENTENCE, data="demo")
    tell(job)
    code = watch(job.job_id, quiet=False)
    say(f"\n{conclusion(job.job_id)}")
    if code in (0, 10):
        say(f"\n{key_figures(api.read_report(job.report_json))}\n")
        say("SYNTHETIC prices: made up by a random number generator, they say nothing about a real market.")
        say("Real ones: --data DIR (csv or parquet files), or none at all for Yahoo.")
    return code
