"""The baseline `single`: the same phases, but one attempt, run once with all bars open to it, and no critic.

`python -m bgagent.evals.single REPORTS` reads a request as JSON and leaves `REPORTS/<job_id>.json`.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from bgagent import wiring
from bgagent.artifacts.attempts import Attempt, Check, CheckStatus, Critique, RunFailure, StrategySource
from bgagent.artifacts.request import Request
from bgagent.artifacts.spec import RunSpec, StrategySpec
from bgagent.data.series import Series
from bgagent.evals.in_front import Silent, Talk, run_in_front
from bgagent.implementation.loop import Implementation, Producer, TrySource
from bgagent.implementation.trial import Trial
from bgagent.implementation.trying import Propose, Stage, try_source
from bgagent.sandbox.conversation import Proposal
from bgagent.settings import Settings


def run_once(request: Request, settings: Settings, reports: Path) -> Talk:
    """One attempt to a report; nobody is asked."""
    wiring.run_request(request, settings, reports, Silent(), method=wiring.Method(unjudged, try_freely))
    return Talk()


def unjudged(
    spec: StrategySpec,
    series: Mapping[str, Series],
    *,
    producer: Producer,
    try_source: TrySource,
    on_attempt: Callable[[Attempt, float], None],
    **_: object,
) -> Implementation:
    """One turn of the loop whose outcome is taken as it is, unless the code could not be run at all."""
    sources = tuple(producer.write(spec, run, (), 1) for run in spec.runs)
    trials = tuple(try_source(spec, run, series, source) for run, source in zip(spec.runs, sources, strict=True))
    attempt = Attempt(1, sources, Critique(tuple(_check(trial) for trial in trials)))
    on_attempt(attempt, 0.0)
    return Implementation((attempt,), trials)


def try_freely(
    spec: StrategySpec, run: RunSpec, loaded: Mapping[str, Series], source: StrategySource, *, propose: Propose
) -> Trial:
    """One run with the whole window open; that it could have looked ahead is not examined."""
    found: list[Proposal | RunFailure] = []

    def once(written: StrategySource, stage: Stage, *_: object) -> Proposal | RunFailure:
        if not found:
            found.append(propose(written, stage, [stage.count - 1], 0))
        return found[0]

    return try_source(spec, run, loaded, source, propose=once)


def _check(trial: Trial) -> Check:
    if trial.failure is not None:
        return Check("runs", CheckStatus.FAIL, trial.failure.detail, {})
    if trial.result is None:
        return Check("runs", CheckStatus.FAIL, trial.rejected, {})
    return Check("critic", CheckStatus.SKIP, "no critic has looked at this", {})


if __name__ == "__main__":
    run_in_front(run_once)
