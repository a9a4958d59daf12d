"""Standard streams that are closed, or whose reader has gone away, do not change what a verb does."""

import os
import sys


class NobodyListens(Exception):
    """The reader of a pipe went away (`nlbt bg-logs | head`): nothing is left to say, and nobody to say it to."""


def open_what_is_closed() -> None:
    """A stream closed by the caller (`2>&-`) leads to /dev/null: no file opened later can take its place."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is not None:
            continue
        descriptor = os.open(os.devnull, os.O_RDWR)  # takes the lowest number, which is that of the stream
        os.set_inheritable(descriptor, descriptor == number)
        setattr(sys, name, open(descriptor, "w" if number else "r", encoding="utf-8"))  # noqa: SIM115 - for good


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Prints; when nobody listens any more, nothing, for the waiting goes on.

    Letters that the stream cannot show become `?`.
    """
    stream = sys.stderr if err else sys.stdout
    whole = f"{text}\n" if nl else text
    try:
        try:
            stream.write(whole)
        except UnicodeEncodeError:
            stream.write(whole.encode(stream.encoding, errors="replace").decode(stream.encoding))
        stream.flush()
    except BrokenPipeError:
        mute()


def mute() -> None:
    """Sends to /dev/null what a stream without a reader still holds, and all that is said there from now on."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            descriptor = os.open(os.devnull, os.O_WRONLY)
            os.dup2(descriptor, stream.fileno())
            os.close(descriptor)
