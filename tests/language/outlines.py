"""Plans of portfolios in one line, for tables of what sentences mean."""

from bgagent.engine.plan import PaymentPlan, Plan, RulePlan, RulePortfolio, Weighting, WeightPlan
from bgagent.language.limits import describe_distance
from tests.language.reading import rules


def outline(plan: Plan) -> str:
    """Everything that a plan says that is not its default, in one line."""
    match plan:
        case WeightPlan():
            return _weights(plan)
        case PaymentPlan():
            return _payments(plan)
        case RulePortfolio():
            return _portfolio(plan)
        case RulePlan():
            return f"{plan.symbol}: {rules(plan)}"
    raise AssertionError(plan)


def _weights(plan: WeightPlan) -> str:
    symbols = ", ".join(plan.symbols)
    match plan.weighting:
        case Weighting.FIXED:
            parts = (f"{share:.4g} {symbol}" for symbol, share in zip(plan.symbols, plan.weights, strict=True))
            said = [" + ".join(parts)]
        case Weighting.EQUAL:
            said = [f"equal {symbols}"]
        case Weighting.INVERSE_VOLATILITY:
            said = [f"inverse volatility {plan.volatility_bars} of {symbols}"]
        case Weighting.RANKED:
            bottom = f", bottom {plan.bottom}" if plan.bottom else ""
            said = [f"top {plan.top}{bottom} of {symbols} by {plan.score}"]
    said.append(f"@ {plan.on}")
    said += [f"drift {plan.drift:g}"] if plan.drift is not None else []
    said += [f"when {plan.when}"] if plan.when else []
    said += [f"holds {plan.holds}"] if plan.holds else []
    said += ["ranked first"] if plan.ranked_first else []
    said += [f"on {plan.signal_symbol}"] if plan.signal_symbol else []
    said += [f"otherwise {plan.otherwise}"] if plan.otherwise else []
    said += ["spread"] if plan.spread else []
    said += [f"invested {plan.invested:g}"] if plan.invested != 1 else []
    for name in ("stop_loss", "take_profit", "trailing_stop"):
        distance = getattr(plan, name)
        said += [f"{name} {describe_distance(distance)}"] if distance else []
    return "; ".join(said + (["whole shares"] if plan.whole_shares else []))


def _payments(plan: PaymentPlan) -> str:
    target = ", ".join(plan.symbols)
    if plan.weights:
        target = " + ".join(f"{share:g} {symbol}" for symbol, share in zip(plan.symbols, plan.weights, strict=True))
    said = [f"pay {plan.amount:g} into {target}", f"@ {plan.on}"]
    said += [f"when {plan.when}"] if plan.when else []
    said += [f"rebalanced @ {plan.rebalance_on}"] if plan.rebalance_on else []
    return "; ".join(said + (["whole shares"] if plan.whole_shares else []))


def _portfolio(plan: RulePortfolio) -> str:
    (said,) = {rules(each) for each in plan.plans}
    slots = f"; {plan.slots} slots" if plan.slots else ""
    score = f"; by {plan.score}" if plan.score else ""
    return f"each of {', '.join(plan.symbols)}: {said}{slots}{score}"
