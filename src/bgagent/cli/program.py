"""The verbs of `nlbt` as click takes them: finds the one that is meant and loads only its module."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

import bgagent
from bgagent.cli.options import is_sentence
from bgagent.cli.streams import NobodyListens, say
from bgagent.cli.text import plain
from bgagent.cli.verbs import VERBS
from bgagent.errors import MachineUnfit


class VerbGroup(click.Group):
    """A group whose verbs are imported when they are called, not when they are listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All verbs, in the order of the table."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The verb's command; None when there is no such verb."""
        if cmd_name not in VERBS:
            return None
        command = import_module(VERBS[cmd_name][0]).command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The verbs' help lines from the table."""
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, help_line) for verb, (_, help_line) in VERBS.items()])

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """As in any group, but a closed pipe, as of `--help`, is none of click's business."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except BrokenPipeError as error:
            raise NobodyListens from error

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the verb; what it gives back is the exit code."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError as error:
            raise NobodyListens from error
        except OSError as error:  # `logs` is no folder, or was removed under a verb that waits
            raise MachineUnfit.unusable(error, error.filename or "a file or a stream") from error
        return code

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb to run; a first word with a space in it is a sentence, and means `bg`."""
        if args and is_sentence(args[0]):
            return "bg", self.get_command(ctx, "bg"), args
        return super().resolve_command(ctx, args)


@click.group(cls=VerbGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(bgagent.__version__, prog_name="nlbt")
def nlbt() -> None:
    """Backtests in the background, from one sentence.

    \b
    nlbt bg "Backtest AAPL 50/200 MA crossover in 2024 with $25K"
    """


def run(arguments: Sequence[str]) -> int:
    """Run the verb that is meant; its exit code. BgAgentError and NobodyListens come through."""
    try:
        code = nlbt.main(args=list(arguments), prog_name="nlbt", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        say(error.format_message(), err=True)
        return 2
    except click.ClickException as error:
        where = f" (see: {error.ctx.command_path} --help)" if isinstance(error, click.UsageError) and error.ctx else ""
        say(f"nlbt: {plain(error.format_message())}{where}", err=True)
        return 2
    except click.Abort:
        return 130
    return code if isinstance(code, int) else 0
