"""Plans of weights and of payments as English, which read again gives the same plan."""

import re

from bgagent.engine.expression import Call, Name, Node, Number, Unary, unparse
from bgagent.engine.plan import PaymentPlan, Weighting, WeightPlan
from bgagent.engine.rules import parse
from bgagent.language.phrases import condition, days, number, percent, value
from bgagent.periods import Timeframe

_OFTEN = {
    "every_session": "every day",
    "first_of_week": "every week",
    "first_of_month": "every month",
    "first_of_quarter": "every quarter",
    "first_of_year": "every year",
}


def say_weights(plan: WeightPlan, timeframe: Timeframe) -> list[str]:
    """A plan of weights, apart from its protective orders."""
    said = _chosen(plan, timeframe)
    if plan.invested != 1:
        said.append(f"{percent(plan.invested)} of equity in all")
    said.append(_rebalanced(plan))
    if plan.when is not None:
        said.append(f"traded only when {condition(parse(plan.when).node, timeframe)}")
    if plan.holds is not None:
        asked = condition(parse(plan.holds).node, timeframe)
        considered = plan.weighting is Weighting.RANKED and not plan.ranked_first
        said.append(f"considering only those for which {asked}" if considered else f"each only while {asked}")
        said.append("otherwise spread over the others" if plan.spread else f"otherwise hold {plan.otherwise or 'cash'}")
    if plan.signal_symbol is not None:
        said.append(f"read on {plan.signal_symbol}")
    return said


def say_payments(plan: PaymentPlan, timeframe: Timeframe, currency: str) -> list[str]:
    """A plan of payments."""
    if plan.weights:
        shares = zip(plan.symbols, plan.weights, strict=True)
        target = ", ".join(f"{percent(share)} {symbol}" for symbol, share in shares)
    else:
        target = " and ".join(plan.symbols)
    said = [f"pay {number(plan.amount)} {currency} {_paid(plan.on)} into {target}"]
    if plan.when is not None:
        said.append(f"only when {condition(parse(plan.when).node, timeframe)}")
    if plan.rebalance_on is not None:
        said.append(f"rebalanced {_on(plan.rebalance_on)}")
    return said


def preference(score: str, timeframe: Timeframe) -> str:
    """Which symbols come first where not all that enter can be held."""
    best, _, said = _score(parse(score).node, timeframe)
    return f"prefer those with the {best} {said}"


def _chosen(plan: WeightPlan, timeframe: Timeframe) -> list[str]:
    together = _listed(plan.symbols)
    match plan.weighting:
        case Weighting.FIXED:
            parts = [
                f"{percent(share)} {symbol}" if share >= 0 else f"short {percent(-share)} {symbol}"
                for symbol, share in zip(plan.symbols, plan.weights, strict=True)
            ]
            cash = round(1 - sum(abs(share) for share in plan.weights), 12)
            return [f"hold {', '.join([*parts, *([f'{percent(cash)} cash'] if cash > 1e-9 else [])])}"]
        case Weighting.EQUAL:
            return [f"hold equal weights of {together}"]
        case Weighting.INVERSE_VOLATILITY:
            return [f"hold {together} weighted by inverse volatility over {plan.volatility_bars} bars"]
        case Weighting.FORMULA:
            return [f"hold {together}, each by a weight of {plan.score}, {percent(plan.invested)} in all at most"]
    assert plan.score is not None
    best, worst, score = _score(parse(plan.score).node, timeframe)
    said = [f"choose from {together}"]
    if plan.top:
        said.append(f"hold {plan.top} with the {best} {score}")
    if plan.bottom:
        said.append(f"sell short {plan.bottom} with the {worst} {score}")
    return said


def _score(node: Node, timeframe: Timeframe) -> tuple[str, str, str]:
    """(word for the best, word for the worst, what is ranked by)."""
    if isinstance(node, Unary) and node.operator == "-":
        best, worst, score = _score(node.operand, timeframe)
        return worst, best, score
    match node:
        case Call("change", (Name("close"), Number(bars))):
            return "highest", "lowest", f"{number(bars)}-bar return"
        case Call("rsi" | "mfi" | "cci" | "adx", _):
            return "highest", "lowest", str(value(node, timeframe))
        case Call("deviation", (Call("change", (Name("close"), Number(1.0))), Number(bars))):
            return "highest", "lowest", f"{number(bars)}-bar volatility"
    return "highest", "lowest", f'"{unparse(node)}"'


def _rebalanced(plan: WeightPlan) -> str:
    if plan.on == "first_session":
        return "never rebalanced"
    drift = f" only when a weight is off by {percent(plan.drift)}" if plan.drift is not None else ""
    return f"rebalanced {_on(plan.on)}{drift}"


def _on(on: str) -> str:
    return _OFTEN.get(on) or days(on, leaves=False)


def _paid(on: str) -> str:
    """Payments tell how often they come, which means the first open too, from particular days."""
    if on.startswith("first_session or ") and (often := _OFTEN.get(on.removeprefix("first_session or "))):
        return often
    if re.fullmatch(r"dated\(\d+, \d+\)", on):
        return f"{days(on, leaves=False)} every year"
    return "every day" if on == "every_session" else days(on, leaves=False)


def _listed(symbols: tuple[str, ...]) -> str:
    return symbols[0] if len(symbols) == 1 else f"{', '.join(symbols[:-1])} and {symbols[-1]}"
