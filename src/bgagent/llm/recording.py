"""Keeps every exchange with a model in a file, and answers from such a file in the model's place.

One JSON object a line: first `{"recording": 1, "about": {...}}`, then question and outcome of each call in order.
Secrets are taken out before anything is written. A recording answers a question only if it is the same to the letter.
"""

import json
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bgagent.errors import BadUse, MachineUnfit
from bgagent.llm.call import Answer, Failure, FailureKind, Line, Question
from bgagent.llm.choice import ModelChoice

VERSION = 1


class Recorder:
    """A line that writes down what another one carries; see `bgagent.llm.call.Line`."""

    def __init__(
        self,
        open_line: Callable[[], Line],
        path: Path,
        *,
        redact: Callable[[str], str],
        about: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Begins the file anew; opens the line at the first question. Raises MachineUnfit when it cannot be written.

        about: what else has to be known to ask the same questions again.
        """
        self._open_line = open_line
        self._line: Line | None = None
        self._path = path
        self._redact = redact
        self._write({"recording": VERSION, "about": dict(about)}, mode="w")

    @property
    def requests(self) -> int:
        """How many requests have been sent."""
        return self._line.requests if self._line else 0

    async def send(self, choice: ModelChoice, question: Question, *, timeout_s: float) -> Answer | Failure:
        """What came of asking, written down."""
        if self._line is None:
            self._line = self._open_line()
        outcome = await self._line.send(choice, question, timeout_s=timeout_s)
        kind = "answer" if isinstance(outcome, Answer) else "failure"
        self._write({"model": str(choice), "question": _asked(question), kind: asdict(outcome)}, mode="a")
        return outcome

    async def close(self) -> None:
        """Ends the other line."""
        if self._line is not None:
            await self._line.close()

    def _write(self, entry: dict[str, Any], *, mode: str) -> None:
        text = json.dumps(_each_text(entry, self._redact), ensure_ascii=False)
        try:
            with self._path.open(mode, encoding="utf-8", errors="replace") as file:
                file.write(text + "\n")
        except OSError as error:
            raise MachineUnfit.from_os_error(error, self._path) from error


class Replay:
    """A line whose answers stand in a recording, each used once; see `bgagent.llm.call.Line`."""

    def __init__(self, path: Path) -> None:
        """Raises BadUse when the file is no recording."""
        self.requests = 0
        self._path = path
        self._outcomes: dict[str, deque[Answer | Failure]] = defaultdict(deque)
        about, exchanges = _read(path)
        self.about = about
        for model, question, outcome in exchanges:
            self._outcomes[_key(model, question)].append(outcome)

    async def send(
        self,
        choice: ModelChoice,
        question: Question,
        *,
        timeout_s: float,  # noqa: ARG002 - what is on file takes no time
    ) -> Answer | Failure:
        """What came of the same question when it was recorded. Raises BadUse when it was not asked then."""
        self.requests += 1
        outcomes = self._outcomes[_key(str(choice), _asked(question))]
        if not outcomes:
            raise BadUse(
                f"{self._path} holds no further answer of {choice} to the question: {question.purpose}",
                hint="replay the same sentence with the same options and --as-of, or record it again",
            )
        return outcomes.popleft()

    async def close(self) -> None:
        """Nothing to end."""


def _asked(question: Question) -> dict[str, Any]:
    """What decides the answer; how long it may be is the budget's business."""
    return {"purpose": question.purpose, "instructions": question.instructions, "turns": list(question.turns)}


def _key(model: str, question: dict[str, Any]) -> str:
    return json.dumps([model, question["instructions"], question["turns"]])


def recorded_about(path: Path) -> dict[str, str]:
    """What a recording says about itself. Raises BadUse when it is none."""
    return _read(path)[0]


def _read(path: Path) -> tuple[dict[str, str], list[tuple[str, dict[str, Any], Answer | Failure]]]:
    no_recording = BadUse(f"{path} is no recording of this program's", hint="make one with --record FILE")
    try:
        first, *lines = path.read_text(encoding="utf-8").splitlines()
        head = json.loads(first)
        if not isinstance(head, dict) or head.get("recording") != VERSION:
            raise no_recording
        about = {str(name): str(value) for name, value in head.get("about", {}).items()}
        entries = [json.loads(line) for line in lines]
        return about, [(entry["model"], entry["question"], _outcome(entry)) for entry in entries]
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadUse(f"cannot read the recording {path}: {reason}", hint="name a file made with --record") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise no_recording from error


def _outcome(entry: dict[str, Any]) -> Answer | Failure:
    if "answer" in entry:
        return Answer(**entry["answer"])
    return Failure(**{**entry["failure"], "kind": FailureKind(entry["failure"]["kind"])})


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    match value:
        case str():
            return change(value)
        case dict():
            return {key: _each_text(item, change) for key, item in value.items()}
        case list() | tuple():
            return [_each_text(item, change) for item in value]
    return value
