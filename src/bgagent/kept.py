"""What a job has kept in its folder on its way, so that one that was cut short can be taken up or told of."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bgagent.artifacts.attempts import Attempt, Check, StrategySource
from bgagent.artifacts.codec import from_json
from bgagent.artifacts.report import DataRow
from bgagent.artifacts.spec import RunSpec, StrategySpec, Understood
from bgagent.story import Story

if TYPE_CHECKING:  # whoever only tells of a job that died need not load what runs one
    from bgagent.implementation.loop import Judge, Producer
    from bgagent.implementation.trial import Trial

UNDERSTOOD, DATA, ATTEMPTS = "understood.json", "data.json", "attempts"
OPINION = "says_the_sentence"  # the check that a model was asked for

T = TypeVar("T")


def kept_understood(folder: Path) -> Understood | None:
    """How the job of this folder read its sentence; None when it did not come so far."""
    return _read(folder / UNDERSTOOD, Understood)


def kept_story(folder: Path) -> Story:
    """As much of the job's story as its folder tells; phases and times are lost."""
    understood = kept_understood(folder)
    return Story(
        understood=understood,
        clauses=understood.clauses if understood else (),
        assumptions=understood.assumptions if understood else (),
        data=_kept_data(folder),
        attempts=list(kept_attempts(folder)),
    )


def kept_attempts(folder: Path) -> tuple[Attempt, ...]:
    """The attempts that the job of this folder has judged, the first one first."""
    attempts = [_read(path, Attempt) for path in (folder / ATTEMPTS).glob("*.json")]
    return tuple(sorted((attempt for attempt in attempts if attempt), key=lambda attempt: attempt.number))


def with_other_bars(folder: Path, rows: Iterable[DataRow]) -> list[str]:
    """Symbols whose bars are not those that the job of this folder had."""
    known = {row.symbol: row.sha256 for row in _kept_data(folder)}
    return [row.symbol for row in rows if known.get(row.symbol, row.sha256) != row.sha256]


class KeptProducer:
    """Hands out the sources of an earlier job's attempts, each in its turn, and then asks the producer behind it.

    They are run and judged again, which costs seconds; what a model was paid for is not written again.
    """

    def __init__(self, attempts: Sequence[Attempt], behind: "Producer") -> None:
        self.name = behind.name
        self._kept = {(attempt.number, source.label): source for attempt in attempts for source in attempt.sources}
        self._behind = behind

    def write(self, spec: StrategySpec, run: RunSpec, findings: tuple[Check, ...], number: int) -> StrategySource:
        """Source of one Strategy subclass, as `Producer.write` says."""
        kept = self._kept.get((number, run.label))
        return kept if kept is not None else self._behind.write(spec, run, findings, number)


def kept_opinion(attempts: Sequence[Attempt], judge: "Judge") -> "Judge":
    """A judge that is only asked about sources of which no earlier attempt's opinion is known."""

    def judged(trials: "tuple[Trial, ...]") -> tuple[Check, ...]:
        sources = tuple(trial.source for trial in trials)
        for attempt in attempts:
            known = tuple(check for check in attempt.critique.checks if check.id == OPINION)
            if known and attempt.sources == sources:
                return known
        return judge(trials)

    return judged


def _kept_data(folder: Path) -> tuple[DataRow, ...]:
    return _read(folder / DATA, tuple[DataRow, ...]) or ()


def _read(path: Path, kind: type[T]) -> T | None:
    """None when it is not there, or was not finished, or is of another version of the program."""
    try:
        return from_json(path.read_bytes(), kind)
    except (OSError, ValueError):
        return None
