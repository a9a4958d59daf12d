"""What the baselines have in common: a request comes in as JSON, a report goes out, a last line says what it took."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from os import environ
from pathlib import Path

from bgagent.artifacts.request import Request
from bgagent.settings import Settings, resolve


@dataclass(frozen=True, slots=True)
class Talk:
    """Turns of a person, and what the language model took for them beside what the report tells.

    cost_usd: None when it is not known.
    """

    questions: int = 0
    model_calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float | None = 0.0


class Silent:
    """A recorder of a job that nobody follows."""

    def phase(self, name: str) -> None:
        """Says nothing."""

    def attempt(self, number: int) -> None:
        """Says nothing."""

    def event(self, level: str, event: str, /, **fields: object) -> None:
        """Says nothing."""


def run_in_front(body: Callable[[Request, Settings, Path], Talk]) -> None:
    """Read the request from standard input, run the body and print its talk. The folder of reports is an argument."""
    asked = json.loads(sys.stdin.read())
    request = Request(**{**asked, "as_of": datetime.fromisoformat(asked["as_of"])})
    talk = body(request, resolve(environ), Path(sys.argv[1]))
    sys.stdout.write(json.dumps({name: getattr(talk, name) for name in Talk.__slots__}) + "\n")
