"""The order of the phases; nothing else knows it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from bgagent.artifacts.report import Report
from bgagent.artifacts.request import Request
from bgagent.artifacts.spec import StrategySpec, Understood
from bgagent.data.series import Series
from bgagent.implementation.loop import Implementation


class Recorder(Protocol):
    """Where the phases tell how far they are."""

    def phase(self, name: str) -> None:
        """A phase begins."""

    def attempt(self, number: int) -> None:
        """An attempt of the implementation begins."""

    def event(self, level: str, event: str, /, **fields: object) -> None:
        """Something worth a line in the log."""


@dataclass(frozen=True, slots=True)
class Tools:
    """One function per phase, built in `wiring`; each keeps its artifact on disk the moment it exists."""

    understand: Callable[[Request], Understood]
    load: Callable[[StrategySpec], Mapping[str, Series]]
    implement: Callable[[StrategySpec, Mapping[str, Series]], Implementation]
    report: Callable[[Request, Understood, Mapping[str, Series], Implementation], Report]
    keep: Callable[[str, object], None]


def run(request: Request, tools: Tools, record: Recorder) -> Report:
    """From a request to a report; raises a BgAgentError when the job cannot go on."""
    record.phase("understanding")
    tools.keep("request", request)
    understood = tools.understand(request)
    tools.keep("understood", understood)

    record.phase("data")
    series = tools.load(understood.spec)

    record.phase("implementation")
    implementation = tools.implement(understood.spec, series)

    record.phase("reporting")
    return tools.report(request, understood, series, implementation)
