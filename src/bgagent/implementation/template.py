"""The producer that needs no model: it writes what a plan says, as Python for people."""

import ast
from dataclasses import replace

from bgagent.artifacts.attempts import Check, StrategySource
from bgagent.artifacts.spec import RunSpec, StrategySpec
from bgagent.engine.plan import PaymentPlan, RulePlan, RulePortfolio, WeightPlan
from bgagent.errors import Bug
from bgagent.implementation.template_payments import render_payments
from bgagent.implementation.template_portfolio import render_portfolio
from bgagent.implementation.template_rules import render_rules
from bgagent.implementation.template_weights import render_weights


class TemplateProducer:
    """Renders the plan; the findings of a critique change nothing, as there is only one rendering."""

    name = "template"

    def write(self, spec: StrategySpec, run: RunSpec, findings: tuple[Check, ...], number: int) -> StrategySource:  # noqa: ARG002
        """Source of one Strategy subclass that trades as the run's plan says."""
        return StrategySource(run.label, render(spec, run), self.name)


def render(spec: StrategySpec, run: RunSpec) -> str:
    """A module with one Strategy subclass that proposes the very orders of the run's plan.

    Raises Bug for a plan of a kind that has no rendering.
    """
    match run.plan:
        case RulePlan() as plan:
            return render_rules(spec, run, plan)
        case WeightPlan() as plan:
            return render_weights(spec, run, plan)
        case PaymentPlan() as plan:
            return render_payments(spec, run, plan)
        case RulePortfolio() as plan:
            return render_portfolio(spec, run, plan)
    raise Bug(f"there is no rendering of a plan of {run.plan.kind}")


def runnable(source: StrategySource) -> StrategySource:
    """The same strategy as a file that reruns it when started; the sandbox gets it without these lines."""
    classes = [node.name for node in ast.parse(source.text).body if isinstance(node, ast.ClassDef)]
    tail = (
        '\n\nif __name__ == "__main__":\n'
        "    from bgagent.cli.rerun import rerun\n\n"
        f"    rerun({classes[-1]}, __file__)\n"
    )
    return replace(source, text=source.text.rstrip("\n") + "\n" + tail)
