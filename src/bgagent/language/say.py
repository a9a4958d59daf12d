"""A spec as one plain sentence, which read again gives the same spec."""

from collections.abc import Sequence
from dataclasses import replace

from bgagent.artifacts.spec import RunSpec, StrategySpec
from bgagent.engine.calendar_rules import parse_calendar
from bgagent.engine.plan import (
    Costs,
    Distance,
    DistanceKind,
    PaymentPlan,
    Plan,
    Rule,
    RulePlan,
    RulePortfolio,
    SizeKind,
    Sizing,
    Weighting,
    WeightPlan,
    rules_of,
)
from bgagent.engine.rules import parse
from bgagent.language.phrases import condition, days, number, percent, season
from bgagent.language.say_portfolios import preference, say_payments, say_weights
from bgagent.periods import Timeframe

_BARS = {
    Timeframe.MINUTE_1: "1-minute", Timeframe.MINUTE_5: "5-minute", Timeframe.MINUTE_15: "15-minute",
    Timeframe.MINUTE_30: "30-minute", Timeframe.HOUR_1: "hourly", Timeframe.HOUR_4: "4-hour", Timeframe.DAY: "daily",
    Timeframe.WEEK: "weekly", Timeframe.MONTH: "monthly",
}  # fmt: skip
_PRICES = {"raw": "unadjusted prices", "split": "split-adjusted prices", "total_return": "adjusted prices"}


def say(spec: StrategySpec) -> str:
    """The spec as one plain sentence: what is traded, when, with what, by which rules, at what cost."""
    terms = [f"from {spec.period.start} to {spec.period.end}", f"on {_BARS[spec.timeframe]} bars"]
    money = f"{_thousands(spec.initial_capital)} {spec.currency}"
    symbols = [run.plan.needed_symbols[0] for run in spec.runs]
    after = [*_costs(spec.costs, spec.currency)]
    if spec.price_mode != "total_return":
        after.append(_PRICES[spec.price_mode])
    if spec.benchmark is not None:
        after.append(f"benchmark {spec.benchmark}")
    if not _trades_by_one_rule(spec):
        return _portfolios(spec, f"{' '.join(terms)} with {money}", after)
    if len(spec.runs) == 1:
        rules = _rules(rules_of(spec.runs[0].plan), spec)
        return f"{symbols[0]} {' '.join(terms)} with {money}: {'; '.join([*rules, *after])}."
    if len(set(symbols)) == len(symbols):
        rules = _rules(rules_of(spec.runs[0].plan), spec)
        named = f"{', '.join(symbols[:-1])} and {symbols[-1]}"
        return f"Compare {named} {' '.join(terms)} with {money} each: {'; '.join([*rules, *after])}."
    runs = [
        f"run {place}: {'; '.join(_rules(rules_of(run.plan), spec))}" for place, run in enumerate(spec.runs, start=1)
    ]
    return f"Compare on {symbols[0]} {' '.join(terms)} with {money}: {'; '.join([*after, *runs])}."


def _trades_by_one_rule(spec: StrategySpec) -> bool:
    """Whether all runs are rules for one symbol each: different rules for one, or the same for several."""
    plans = [run.plan for run in spec.runs]
    if not all(isinstance(plan, RulePlan) for plan in plans):
        return False
    rules = [rules_of(plan) for plan in plans]
    return len({plan.symbol for plan in rules}) == 1 or len({replace(plan, symbol="") for plan in rules}) == 1


def _portfolios(spec: StrategySpec, terms: str, after: list[str]) -> str:
    runs = ["; ".join(_run(run.plan, spec)) for run in spec.runs]
    if len(runs) == 1:
        return f"{terms[0].upper()}{terms[1:]}: {'; '.join([*runs, *after])}."
    numbered = [f"run {place}: {run}" for place, run in enumerate(runs, start=1)]
    return f"Compare {terms}: {'; '.join([*after, *numbered])}."


def _run(plan: Plan, spec: StrategySpec) -> list[str]:
    match plan:
        case WeightPlan():
            whole = ["whole shares only"] if plan.whole_shares else []
            return [*say_weights(plan, spec.timeframe), *_protection(plan, spec.currency), *whole]
        case PaymentPlan():
            whole = ["whole shares only"] if plan.whole_shares else []
            return [*say_payments(plan, spec.timeframe, spec.currency), *whole]
        case RulePortfolio():
            return _rule_portfolio(plan, spec)
        case RulePlan():
            return [f"on {plan.symbol}", *_rules(plan, spec)]
    return [f"code for {', '.join(plan.needed_symbols)}"]


def _rule_portfolio(plan: RulePortfolio, spec: StrategySpec) -> list[str]:
    if len({replace(each, symbol="") for each in plan.plans}) == 1:
        named = f"{', '.join(plan.symbols[:-1])} and {plan.symbols[-1]}" if len(plan.symbols) > 1 else plan.symbols[0]
        said = [f"one portfolio of {named}", *_rules(plan.plans[0], spec)]
    else:
        said = [f"rules for {each.symbol}: {', '.join(_rules(each, spec))}" for each in plan.plans]
        said = ["one portfolio", *said]
    if plan.slots is not None:
        said.append(f"at most {plan.slots} symbols at once")
    if plan.score is not None:
        said.append(preference(plan.score, spec.timeframe))
    return said


def _thousands(amount: float) -> str:
    whole, point, rest = number(amount).partition(".")
    return f"{int(whole):,}{point}{rest}" if whole.isdigit() else number(amount)


def label_runs(plans: Sequence[Plan]) -> tuple[RunSpec, ...]:
    """The plans with a label each, by what they are, numbered where several are alike."""
    labels: list[str] = []
    for plan in plans:
        label = label_of(plan)
        same = sum(known == label or known.startswith(f"{label} ") for known in labels)
        labels.append(f"{label} {same + 1}" if same else label)
    return tuple(RunSpec(label, plan) for label, plan in zip(labels, plans, strict=True))


def label_of(plan: Plan) -> str:
    """What a plan is, in a few words."""
    match plan:
        case RulePlan():
            return f"{plan.symbol} {'buy and hold' if is_buy_and_hold(plan) else 'strategy'}"
        case WeightPlan(weighting=Weighting.FIXED):
            shares = "/".join(f"{share * 100:.4g}" for share in plan.weights)
            return f"{_short_list(plan.symbols)} {shares}"
        case WeightPlan(weighting=Weighting.RANKED):
            return f"{_short_list(plan.symbols)} rotation"
        case WeightPlan(weighting=Weighting.INVERSE_VOLATILITY):
            return f"{_short_list(plan.symbols)} inverse volatility"
        case WeightPlan():
            return f"{_short_list(plan.symbols)} {'equal weight' if len(plan.symbols) > 1 else 'allocation'}"
        case PaymentPlan():
            return f"{_short_list(plan.symbols)} recurring purchases"
    return f"{_short_list(plan.needed_symbols)} portfolio"


def _short_list(symbols: tuple[str, ...]) -> str:
    return " ".join(symbols) if len(symbols) <= 4 else f"{' '.join(symbols[:3])} and {len(symbols) - 3} more"


def is_buy_and_hold(plan: RulePlan) -> bool:
    """True for a plan that only buys at the window's first open."""
    return plan == RulePlan(
        plan.symbol, entry=Rule(on="first_session"), sizing=replace(Sizing(), whole_shares=plan.sizing.whole_shares)
    )


def _rules(plan: RulePlan, spec: StrategySpec) -> list[str]:
    said: list[str] = []
    holds = plan.entry == Rule(on="first_session") and plan.short_entry is None
    in_season = _held_in_season(plan)
    if holds:
        said.append("buy and hold")
    elif in_season is not None:
        said.append(f"hold {in_season}")
    elif plan.entry is not None:
        said.append(f"buy {_rule(plan.entry, spec.timeframe)}")
    if in_season is not None:
        pass
    elif plan.exit is not None:
        said.append(f"sell {_rule(plan.exit, spec.timeframe, leaves=True)}")
    elif plan.entry is not None and not holds:
        said.append("no sell rule")
    if plan.short_entry is not None:
        said.append(f"sell short {_rule(plan.short_entry, spec.timeframe)}")
        said.append(
            "no cover rule"
            if plan.short_exit is None
            else f"cover {_rule(plan.short_exit, spec.timeframe, leaves=True)}"
        )
    said += _protection(plan, spec.currency)
    for step in plan.stop_steps:
        where = "break even" if step.stop_at == 0 else f"{percent(step.stop_at)} above entry"
        said.append(f"move the stop to {where} after {percent(step.gain)} profit")
    if plan.hold_bars is not None:
        said.append(f"hold for {_bars(plan.hold_bars)}")
    if plan.wait_bars is not None:
        said.append(f"wait {_bars(plan.wait_bars)} after an exit")
    if plan.flat_overnight:
        said.append("no overnight positions")
    return [*said, *_size(plan, spec.currency)]


def _held_in_season(plan: RulePlan) -> str | None:
    """The part of the year in which it is held and sold outside of; None for other plans."""
    if plan.entry is None or plan.exit is None or plan.entry.when or plan.exit.when or plan.short_entry is not None:
        return None
    ends = plan.exit.on == parse_calendar(f"not ({plan.entry.on})").text
    return season(plan.entry.on) if ends else None


def _bars(count: int) -> str:
    return "1 bar" if count == 1 else f"{count} bars"


def _protection(plan: RulePlan | WeightPlan, currency: str) -> list[str]:
    distances = [(name, getattr(plan, name)) for name in ("stop_loss", "take_profit", "trailing_stop")]
    return [f"{name.replace('_', ' ')} of {_distance(each, currency)}" for name, each in distances if each is not None]


def _rule(rule: Rule, timeframe: Timeframe, *, leaves: bool = False) -> str:
    parts = []
    if rule.on == "every_session" and rule.when is not None:
        parts.append('on days "every_session"')
    elif rule.on is not None:
        parts.append(days(rule.on, leaves=leaves))
    if rule.when is not None:
        parts.append(f"when {condition(parse(rule.when).node, timeframe)}")
    return " ".join(parts)


def _distance(distance: Distance, currency: str) -> str:
    match distance.kind:
        case DistanceKind.FRACTION:
            return percent(distance.value)
        case DistanceKind.ATR:
            follows = " updated every bar" if distance.follows else ""
            return f"{number(distance.value)} ATR({distance.atr_length}){follows}"
        case DistanceKind.MONEY:
            return f"{number(distance.value)} {currency} per share"
        case DistanceKind.RISK:
            return f"{number(distance.value)} times the risk"
        case DistanceKind.PRICE:
            at = distance.at if distance.short_at is None else f"{distance.at} (short: {distance.short_at})"
            return f"{at}" if distance.value == 1 else f"{number(distance.value)} times {at}"


def _size(plan: RulePlan, currency: str) -> list[str]:
    said = []
    sizing = plan.sizing
    if sizing.kind is not SizeKind.EQUITY or sizing.value != 1 / plan.max_positions:
        said.append(_sizing(sizing, currency))
    if sizing.whole_shares:
        said.append("whole shares only")
    if plan.max_positions > 1:
        said.append(f"at most {plan.max_positions} positions open")
    return said


def _sizing(sizing: Sizing, currency: str) -> str:
    match sizing.kind:
        case SizeKind.EQUITY:
            return f"position size {percent(sizing.value)} of equity"
        case SizeKind.CASH:
            return f"position size {number(sizing.value)} {currency}"
        case SizeKind.QUANTITY:
            return f"position size {number(sizing.value)} shares"
        case SizeKind.RISK:
            return f"risk {percent(sizing.value)} of equity per trade"
        case SizeKind.VOLATILITY:
            return f"volatility target {percent(sizing.value)}"
        case _:
            raise ValueError(f"an entry cannot be sized by {sizing.kind.value}")


def _costs(costs: Costs, currency: str) -> list[str]:
    said = [f"slippage {number(costs.slippage_bps)} bps"]
    if costs.slippage_per_share:
        said.append(f"slippage {number(costs.slippage_per_share)} {currency} per share")
    if costs.borrow_rate:
        said.append(f"borrow fee {percent(costs.borrow_rate)} a year")
    without_commission = len(said)
    if costs.commission_bps:
        said.append(f"commission {number(costs.commission_bps)} bps")
    if costs.commission_per_share:
        said.append(f"commission {number(costs.commission_per_share)} {currency} per share")
    if costs.commission_per_order:
        said.append(f"commission {number(costs.commission_per_order)} {currency} per order")
    if costs.commission_minimum:
        said.append(f"minimum commission {number(costs.commission_minimum)} {currency} per order")
    return said if len(said) > without_commission else [*said, "no commission"]
