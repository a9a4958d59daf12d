"""The baseline `interactive`: a program that talks with a person before it runs anything.

It reads the sentence, shows everything the sentence left open and asks whether that is right, reads all that was said
again, asks whether to run it, and runs it in front. The person says yes each time; how long that takes is added by
whoever reads the figures. A question that the sentence does not answer ends the talk: the person knows no more.

`python -m bgagent.evals.interactive REPORTS` reads a request as JSON and leaves `REPORTS/<job_id>.json`.
"""

from dataclasses import replace
from pathlib import Path

from bgagent import wiring
from bgagent.artifacts.request import Request
from bgagent.artifacts.spec import Understood
from bgagent.engine.plan import Costs
from bgagent.errors import BgAgentError
from bgagent.evals.in_front import Silent, Talk, run_in_front
from bgagent.job_model import JobModel
from bgagent.language.read import Defaults
from bgagent.settings import Settings
from bgagent.story import Story
from bgagent.understanding.understand import understand


def talk_and_run(request: Request, settings: Settings, reports: Path) -> Talk:
    """The whole of it; what was asked and what the model took for the talk alone."""
    understood, talk = _read(request, settings, Talk())
    talk = replace(talk, questions=1)  # what was left open, or what cannot be left open
    if understood is not None and understood.assumptions:
        _, talk = _read(request, settings, talk)  # with the answer, everything is read again
        talk = replace(talk, questions=2)  # shall it run?
    wiring.run_request(request, settings, reports, Silent())
    return talk


def _read(request: Request, settings: Settings, talk: Talk) -> tuple[Understood | None, Talk]:
    """The sentence read once; None when it cannot be tested as it stands."""
    story = Story()
    model = JobModel(request, settings, Silent().event, story)
    defaults = Defaults(costs=Costs(slippage_bps=settings.slippage_bps, commission_bps=settings.commission_bps))
    try:
        understood = understand(
            request, defaults=defaults, read_by_model=model.reader(defaults), on_reading=lambda _: None
        )
    except BgAgentError:  # the run that follows tells of it
        understood = None
    finally:
        model.close()
    used = story.model
    if used is None:
        return understood, talk
    costs = (talk.cost_usd, used.cost_usd)
    return understood, replace(
        talk,
        model_calls=talk.model_calls + used.calls,
        tokens_in=talk.tokens_in + used.tokens_in,
        tokens_out=talk.tokens_out + used.tokens_out,
        cost_usd=None if None in costs else sum(cost for cost in costs if cost is not None),
    )


if __name__ == "__main__":
    run_in_front(talk_and_run)
