"""`nlbt completion`: what a shell has to know to complete verbs, options and jobs."""

from pathlib import Path

import click

from bgagent import api
from bgagent.errors import Bug, MachineUnfit
from bgagent.jobs import store

SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(context: click.Context, shell: str) -> int:
    """Print what makes SHELL complete verbs, options and jobs.

    \b
    bash  nlbt completion bash >> ~/.bashrc
    zsh   nlbt completion zsh >> ~/.zshrc
    fish  nlbt completion fish > ~/.config/fish/completions/nlbt.fish
    """
    from click.shell_completion import get_completion_class

    root = context.find_root()
    kind = get_completion_class(shell)
    if kind is None:
        raise Bug(f"click does not know the shell {shell}")
    click.echo(kind(root.command, {}, "nlbt", "_NLBT_COMPLETE").source())
    return 0


def jobs(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001
    """Ids of jobs that begin so, for click."""
    try:
        ids = store.job_ids(api.folders_of(Path.cwd()))
    except MachineUnfit:
        return []  # whoever presses a key is not told; the verb will say it
    return [job_id for job_id in sorted(ids) if job_id.startswith(incomplete)]
