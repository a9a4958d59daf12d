"""Everything that can end a job other than success, sorted by who can act on it.

    BgAgentError
    ├── UserError                 the person who asked can act
    │   ├── BadUse                2   unusable option, name, empty sentence
    │   ├── NeedsClarification    4   the sentence leaves open what cannot be defaulted
    │   └── NeedsModel            4   words that the embedded reader does not know
    ├── OutsideError              the world outside has to change
    │   ├── DataUnavailable       3   no bars for the symbol and period
    │   ├── ModelUnavailable      5   language model unreachable or refused
    │   └── MachineUnfit          11  cannot write, disk full, no memory
    ├── NoAcceptableStrategy      6   the attempts are used up
    ├── LimitReached              7   time, tokens or money
    ├── Stopped                   8   the user stopped it
    ├── Crashed                   9   the job's process died
    └── Bug                       1   a defect of ours

A message says what was asked, what was found and what to do next, in one line.
"""

import errno
from typing import ClassVar


class BgAgentError(Exception):
    """Root of the tree; `exit_code` and `status` are those of the finished job."""

    exit_code: ClassVar[int] = 1
    status: ClassVar[str] = "failed"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UserError(BgAgentError):
    """The person who asked can put it right."""


class BadUse(UserError):
    """An option, a name or a sentence that cannot be used at all."""

    exit_code = 2
    status = "bad_use"


class NeedsClarification(UserError):
    """The sentence leaves open, or contradicts itself on, what must not be guessed.

    questions: one to three, each answerable in a few words.
    """

    exit_code = 4
    status = "needs_clarification"

    def __init__(self, message: str, *, questions: tuple[str, ...], hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.questions = questions[:3]


class NeedsModel(UserError):
    """Words of the sentence that the embedded reader cannot explain, and no model to ask.

    words: none when it was the person who wanted a model to read all of them.
    """

    exit_code = 4
    status = "needs_model"

    def __init__(self, words: tuple[str, ...], *, hint: str = "") -> None:
        named = ", ".join(f"'{word}'" for word in words)
        super().__init__(
            f"the embedded reader does not understand {named}" if words else "no language model is set",
            hint=hint or "say it in other words, or set LLM_MODEL and its key so that a language model can read it",
        )
        self.words = words

    @classmethod
    def as_told(cls, message: str) -> "NeedsModel":
        """One of which only the message is left."""
        error = cls(())
        error.args, error.message, error.hint = (message,), message, ""
        return error


class OutsideError(BgAgentError):
    """The world outside has to change; the same sentence may work later."""


class DataUnavailable(OutsideError):
    """No bars for this symbol and period; another provider or period may have them."""

    exit_code = 3
    status = "data_unavailable"


class ModelUnavailable(OutsideError):
    """The language model cannot be reached, or refuses to answer.

    kind: why, in one word, where it is known (`auth`, `quota`, `rate`, `context`, `refusal`, `malformed` ...).
    """

    exit_code = 5
    status = "model_unavailable"

    def __init__(self, message: str, *, hint: str = "", kind: str = "") -> None:
        super().__init__(message, hint=hint)
        self.kind = kind


class MachineUnfit(OutsideError):
    """This machine cannot do it: a folder cannot be written, the disk is full, memory is out."""

    exit_code = 11

    @classmethod
    def from_os_error(cls, error: OSError, path: object) -> "MachineUnfit":
        """What an OSError on `path` means to a person, in one line."""
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return cls(f"no room left on the disk for {path}", hint="free some space and run the job again")
        reason = (error.strerror or str(error)).lower()
        return cls(f"cannot write {path}: {reason}", hint="make the folder writable or run from another one")

    @classmethod
    def unusable(cls, error: OSError, path: object) -> "MachineUnfit":
        """What an OSError means that came when a file or folder of the program was to be read or used."""
        reason = (error.strerror or str(error)).lower()
        gone = isinstance(error, FileNotFoundError)
        return cls(
            f"cannot use {path}: {reason}",
            hint="somebody took it away meanwhile" if gone else "put it right, or run from another folder",
        )


class NoAcceptableStrategy(BgAgentError):
    """No attempt passed the critic's checks."""

    exit_code = 6


class LimitReached(BgAgentError):
    """The time, tokens or money allowed to the job are used up."""

    exit_code = 7
    status = "limit_reached"


class Stopped(BgAgentError):
    """The user stopped the job."""

    exit_code = 8
    status = "stopped"


class Crashed(BgAgentError):
    """The job's process died without a word (killed, out of memory, power cut)."""

    exit_code = 9
    status = "crashed"


class Bug(BgAgentError):
    """A defect of ours; the log has the details."""

    exit_code = 1
