"""What a job has kept in its folder on its way, so that one that was cut short can be taken up or told of."""

from pathlib import Path
from typing import TypeVar

from bgagent.artifacts.attempts import Attempt
from bgagent.artifacts.codec import from_json
from bgagent.artifacts.report import DataRow
from bgagent.artifacts.spec import Understood
from bgagent.story import Story

UNDERSTOOD, DATA, ATTEMPTS = "understood.json", "data.json", "attempts"

T = TypeVar("T")


def kept_understood(folder: Path) -> Understood | None:
    """How the job of this folder read its sentence; None when it did not come so far."""
    return _read(folder / UNDERSTOOD, Understood)


def kept_story(folder: Path) -> Story:
    """As much of the job's story as its folder tells; phases and times are lost."""
    understood = kept_understood(folder)
    attempts = [_read(path, Attempt) for path in (folder / ATTEMPTS).glob("*.json")]
    known = sorted((attempt for attempt in attempts if attempt), key=lambda attempt: attempt.number)
    return Story(
        understood=understood,
        clauses=understood.clauses if understood else (),
        assumptions=understood.assumptions if understood else (),
        data=_read(folder / DATA, tuple[DataRow, ...]) or (),
        attempts=known,
    )


def _read(path: Path, kind: type[T]) -> T | None:
    """None when it is not there, or was not finished, or is of another version of the program."""
    try:
        return from_json(path.read_bytes(), kind)
    except (OSError, ValueError):
        return None
