"""`nlbt`: submits a sentence at once, or finds the verb for all else; errors become one line and an exit code."""

import gc
import os
import sys
from collections.abc import Sequence

from bgagent.cli.options import read_plainly
from bgagent.cli.streams import NobodyListens, mute, open_what_is_closed, say
from bgagent.cli.text import error_line
from bgagent.errors import BgAgentError, MachineUnfit


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and exit with the code of DESIGN's table; every expected error is one line on stderr."""
    open_what_is_closed()
    words = sys.argv[1:] if arguments is None else arguments
    plainly = read_plainly(words) if "_NLBT_COMPLETE" not in os.environ else None
    try:
        if plainly is None:
            from bgagent.cli.program import run

            code = run(words)
        else:
            code = _submit(*plainly)
    except BgAgentError as error:
        say(f"nlbt: {error_line(error)}", err=True)
        code = error.exit_code
    except NobodyListens:
        mute()
        code = 0
    except KeyboardInterrupt:
        code = 130
    if plainly is not None and arguments is None:
        _leave(code)
    sys.exit(code)


def _submit(sentence: str, options: dict[str, object]) -> int:
    """What `cli.bg` does for a sentence that is only submitted."""
    gc.disable()  # a process of 50 ms leaves nothing worth collecting
    from bgagent import api
    from bgagent.cli.telling import tell

    try:
        tell(api.run_background_job(sentence, **options))  # type: ignore[arg-type]
    except OSError as error:
        raise MachineUnfit.unusable(error, error.filename or "a file or a stream") from error
    return 0


def _leave(code: int) -> None:
    """End without taking the interpreter down, which takes 4 ms that the shell's prompt would wait for."""
    mute()
    os._exit(code)
