"""On whose bars each expression of a plan is read."""

from collections.abc import Iterator

from bgagent.engine.plan import PaymentPlan, Plan, RulePlan, RulePortfolio, WeightPlan


def read_on(plan: Plan) -> Iterator[tuple[str, str]]:
    """(expression on prices, symbol whose bars it is read on), of every condition and score; none for code."""
    match plan:
        case RulePlan():
            yield from ((text, plan.symbol) for text in plan.conditions)
        case RulePortfolio():
            for rules in plan.plans:
                yield from ((text, rules.symbol) for text in (*rules.conditions, *plan.scores))
        case WeightPlan():
            if plan.when is not None:
                yield plan.when, plan.signal_symbol or plan.symbols[0]
            for symbol in plan.symbols:
                if plan.holds is not None:
                    yield plan.holds, plan.signal_symbol or symbol
                yield from ((text, symbol) for text in plan.scores)
        case PaymentPlan():
            yield from ((text, symbol) for symbol in plan.symbols for text in plan.conditions)
