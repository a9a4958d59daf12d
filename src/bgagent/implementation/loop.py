"""The only loop: write, run, criticise, at most `max_iters` times."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from bgagent.artifacts.attempts import Attempt, Check, Critique, StrategySource
from bgagent.artifacts.spec import RunSpec, StrategySpec
from bgagent.data.series import Series
from bgagent.implementation.code_checks import DOUBT, doubts
from bgagent.implementation.critic import examine
from bgagent.implementation.trial import Trial


class Producer(Protocol):
    """Writes the source of one run, told what the critic found in the last one."""

    name: str

    def write(self, spec: StrategySpec, run: RunSpec, findings: tuple[Check, ...], number: int) -> StrategySource:
        """Source of one Strategy subclass. number: of the attempt, from 1."""


# what speaks against trials that passed every other check: a check for each of them that a model wrote
Judge = Callable[[tuple[Trial, ...]], tuple[Check, ...]]
TrySource = Callable[[StrategySpec, RunSpec, Mapping[str, Series], StrategySource], Trial]


@dataclass(frozen=True, slots=True)
class Implementation:
    """Every attempt made; trials: those of the last one. ended: why the loop stopped, when nothing was accepted."""

    attempts: tuple[Attempt, ...]
    trials: tuple[Trial, ...]
    ended: str = ""

    @property
    def is_accepted(self) -> bool:
        """True when the last attempt passed the gate."""
        return bool(self.attempts) and self.attempts[-1].critique.is_acceptable

    @property
    def critique(self) -> Critique:
        """The critique of the last attempt."""
        return self.attempts[-1].critique


def implement(
    spec: StrategySpec,
    series: Mapping[str, Series],
    *,
    producer: Producer,
    try_source: TrySource,
    max_iters: int,
    on_attempt_begins: Callable[[int], None],
    on_attempt: Callable[[Attempt, float], None],
    judge: Judge = lambda _: (),
) -> Implementation:
    """Attempts until one is accepted, the same findings come twice, or `max_iters` are made.

    on_attempt_begins: told the number of each attempt. on_attempt: told of each attempt the moment it is judged, with
    the seconds it took. judge: asked last, and only about trials that nothing else speaks against.
    """
    attempts: list[Attempt] = []
    trials: tuple[Trial, ...] = ()
    ended = f"{max_iters} attempts made"
    findings: tuple[Check, ...] = ()
    for number in range(1, max_iters + 1):
        started = time.monotonic()
        on_attempt_begins(number)
        sources = tuple(producer.write(spec, run, findings, number) for run in spec.runs)
        if attempts and sources == attempts[-1].sources:
            if not _only_doubted(findings):
                ended = "the producer wrote the same strategy again"
                break
            critique = examine(trials)  # its writer stands by it
        else:
            trials = tuple(
                try_source(spec, run, series, source) for run, source in zip(spec.runs, sources, strict=True)
            )
            critique = examine(trials)
            was_doubted = any(_only_doubted(made.critique.findings) for made in attempts)
            if critique.is_acceptable and not was_doubted and number < max_iters:
                critique = Critique((*critique.checks, *doubts(trials)))
        if critique.is_acceptable:
            critique = Critique((*critique.checks, *judge(trials)))
        attempt = Attempt(number, sources, critique)
        attempts.append(attempt)
        on_attempt(attempt, time.monotonic() - started)
        if attempt.critique.is_acceptable:
            return Implementation(tuple(attempts), trials)
        if findings and _said(attempt.critique.findings) == _said(findings):
            ended = "the same findings came twice"
            break
        findings = attempt.critique.findings
    return Implementation(tuple(attempts), trials, ended)


def _only_doubted(findings: tuple[Check, ...]) -> bool:
    return bool(findings) and all(check.id == DOUBT for check in findings)


def _said(findings: tuple[Check, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((check.id, check.detail) for check in findings)
