"""Chooses who writes the source of a run: the template where rules say it, a model where only code can."""

from bgagent.artifacts.attempts import Check, StrategySource
from bgagent.artifacts.code_plan import CodePlan
from bgagent.artifacts.spec import RunSpec, StrategySpec
from bgagent.errors import Bug
from bgagent.implementation.loop import Producer
from bgagent.implementation.template import TemplateProducer


class ProducerByPlan:
    """Writes each run by its plan; see `bgagent.implementation.loop.Producer`."""

    name = "by plan"

    def __init__(self, code: Producer | None) -> None:
        """code: None where no model can be asked."""
        self._rules = TemplateProducer()
        self._code = code

    def write(self, spec: StrategySpec, run: RunSpec, findings: tuple[Check, ...], number: int) -> StrategySource:
        """Source of one Strategy subclass. Raises ModelUnavailable and LimitReached for code."""
        if not isinstance(run.plan, CodePlan):
            return self._rules.write(spec, run, findings, number)
        if self._code is None:
            raise Bug("a plan for code came without a model")
        return self._code.write(spec, run, findings, number)
