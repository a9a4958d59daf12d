"""The command that runs a job again, as one would type it."""

import shlex
from dataclasses import fields, replace

from bgagent.artifacts.request import Request

_FLAGS = {
    "data": "--data",
    "reader": "--reader",
    "model": "--model",
    "max_iters": "--max-iters",
    "timeout_s": "--timeout",
    "seed": "--seed",
    "lang": "--lang",
    "replay": "--replay",
}
_DEFAULTS = {field.name: field.default for field in fields(Request)}


def rerun_command(request: Request) -> str:
    """`nlbt bg '<sentence>' --as-of ...` with every option that is not the default, quoted for a POSIX shell.

    Directories that the environment named are said on the line, so that it finds the same prices from any shell.
    """
    if request.data == _DEFAULTS["data"] and request.data_dir:
        request = replace(request, data=request.data_dir)
    if request.record:  # what was recorded is repeated from the file
        request = replace(request, replay=request.record)
    words = ["--as-of", request.as_of.isoformat(timespec="seconds").replace("+00:00", "Z")]
    for name, flag in _FLAGS.items():
        value = getattr(request, name)
        if value is not None and value != _DEFAULTS[name]:
            words += [flag, f"{value:g}" if isinstance(value, float) else str(value)]
    words += ["--narrate"] if request.narrate else []
    sentence = " ".join(request.prompt.split())
    if sentence.startswith("-"):
        words = [*words, "--", sentence]  # or it would be taken for an option
    else:
        words = [sentence, *words]
    return shlex.join(["nlbt", "bg", *words])


def changed(request: Request, **options: object) -> str:
    """The same command with some options of the request replaced."""
    return rerun_command(replace(request, **options))  # type: ignore[arg-type]
