"""Writes the strategy that a plan of target weights says, as Python for people."""

from bgagent.artifacts.spec import RunSpec, StrategySpec
from bgagent.engine.other_symbols import words_of
from bgagent.engine.plan import Weighting, WeightPlan
from bgagent.implementation.conditions import Declarations
from bgagent.implementation.template_markets import claim, declare_each, declare_one, known, quoted
from bgagent.implementation.template_words import module, protections


def render_weights(spec: StrategySpec, run: RunSpec, plan: WeightPlan) -> str:
    """A module with one Strategy subclass that rebalances as the plan says."""
    taken = {"score", "signal", "due"}
    words = words_of(plan.needed_symbols)
    each = Declarations(owner="market", of_each=True, taken=taken, words=words)
    signal = Declarations(owner="self.signal", taken=taken, words=words)
    asks = claim("is_signalled", "self", known(plan.when, signal)) if plan.when is not None else []
    holds = []
    if plan.holds is not None:
        read_on = each if plan.signal_symbol is None else signal
        holds = claim("may_be_held", "self, market", known(plan.holds, read_on))
    acts = _acts(plan, each)
    init = [f'        self.due = self.calendar("{plan.on}")']
    if signal.indicators or "self.signal." in "".join([*asks, *holds]):
        init.append(f"        self.signal = self[{quoted(plan.signal_symbol or plan.symbols[0])}]")
    if _score(plan):
        init.append(
            f'        self.score = {{symbol: self[symbol].indicator("{_score(plan)}") for symbol in self.RANKED}}'
        )
    body = [
        *_constants(plan),
        "",
        "    def init(self):",
        *init,
        *declare_one(signal),
        *declare_each(each),
        *acts,
        *asks,
        *holds,
        *_weights(plan),
    ]
    return module(spec, run, "Weights", _said(plan), body)


def _score(plan: WeightPlan) -> str:
    """The expression whose last value decides a symbol's share."""
    if plan.weighting is Weighting.INVERSE_VOLATILITY:
        return f"volatility({plan.volatility_bars})"
    return plan.score or ""


def _constants(plan: WeightPlan) -> list[str]:
    if plan.weighting is Weighting.FIXED:
        pairs = zip(plan.symbols, plan.weights, strict=True)
        return ["", f"    WEIGHTS = {{{', '.join(f'{quoted(symbol)}: {weight!r}' for symbol, weight in pairs)}}}"]
    name = "RANKED" if _score(plan) else "SYMBOLS"
    return ["", f"    {name} = ({', '.join(map(quoted, plan.symbols))},)"]


def _acts(plan: WeightPlan, each: Declarations) -> list[str]:
    arguments = ["self.weights()"]
    if plan.drift is not None:
        arguments.append(f"drift={plan.drift!r}")
    arguments += protections(plan, each)
    if plan.whole_shares:
        arguments.append("whole_shares=True")
    rebalance = f"self.rebalance({', '.join(arguments)})"
    signalled = "self.is_signalled()" if plan.when is not None else ""
    start = [f"        if {signalled}:", f"            {rebalance}"] if signalled else [f"        {rebalance}"]
    due = f"self.due and {signalled}" if signalled else "self.due"
    return [
        "",
        "    def on_start(self):",
        *start,
        "",
        "    def on_bar(self):",
        f"        if {due}:",
        f"            {rebalance}",
    ]


def _weights(plan: WeightPlan) -> list[str]:
    lines = ["", "    def weights(self):", *(f"        {line}" for line in _wanted(plan))]
    is_ranked = plan.weighting is Weighting.RANKED
    is_complete = plan.weighting not in (Weighting.RANKED, Weighting.FORMULA)
    if plan.holds is None and (is_complete or not (plan.otherwise or plan.spread)):
        return [*lines, "        return wanted"]
    kept = "wanted"
    if plan.holds is not None and (not is_ranked or plan.ranked_first):
        kept = "kept"
        held = "weight and self.may_be_held(self[symbol])"
        lines.append(f"        kept = {{symbol: weight for symbol, weight in wanted.items() if {held}}}")
    if not (plan.otherwise or plan.spread):
        return [*lines, f"        return {kept}"]
    if is_ranked:
        lines.append(f"        left = {plan.invested!r} * (1.0 - len({kept}) / {(plan.top or 0) + (plan.bottom or 0)})")
    elif plan.weighting is Weighting.FORMULA:
        lines.append(f"        left = {plan.invested!r} - sum({kept}.values())")
    else:
        lines.append("        left = sum(wanted.values()) - sum(kept.values())")
    if plan.otherwise is not None:
        to = quoted(plan.otherwise)
        return [*lines, f"        return {kept} | {{{to}: {kept}.get({to}, 0.0) + left}}"]
    return [
        *lines,
        f"        invested = sum(abs(weight) for weight in {kept}.values())",
        f"        return {{symbol: weight * (invested + left) / invested for symbol, weight in {kept}.items()}}",
    ]


def _wanted(plan: WeightPlan) -> list[str]:
    """Lines that say what the weights are before those are left out that may not be held."""
    match plan.weighting:
        case Weighting.FIXED:
            return ["wanted = self.WEIGHTS"]
        case Weighting.EQUAL:
            return [f"wanted = dict.fromkeys(self.SYMBOLS, {plan.invested!r} / {len(plan.symbols)})"]
        case Weighting.INVERSE_VOLATILITY:
            return [
                *_scores("volatilities"),
                "shares = {symbol: 1.0 / value for symbol, value in volatilities.items() if value > 0}",
                "total = sum(shares.values())",
                f"wanted = {{symbol: {plan.invested!r} * share / total for symbol, share in shares.items()}}",
            ]
        case Weighting.FORMULA:
            return [
                *_scores("numbers"),
                "wanted = {symbol: value for symbol, value in numbers.items() if value > 0}",
                "total = sum(wanted.values())",
                f"if total > {plan.invested!r}:",
                f"    wanted = {{symbol: share * ({plan.invested!r} / total) for symbol, share in wanted.items()}}",
            ]
    return _ranked(plan)


def _scores(name: str) -> list[str]:
    """Lines that collect the last value of each symbol's score."""
    return [
        f"{name} = {{}}",
        "if self.index >= 0:",
        f"    {name} = {{symbol: column[-1] for symbol, column in self.score.items()}}",
    ]


def _ranked(plan: WeightPlan) -> list[str]:
    top, bottom = plan.top or 0, plan.bottom or 0
    may_rank = "not isnan(scores[symbol])"
    if plan.holds is not None and not plan.ranked_first:
        may_rank += " and self.may_be_held(self[symbol])"
    lines = [
        *_scores("scores"),
        f"ranked = sorted((symbol for symbol in scores if {may_rank}), key=scores.get, reverse=True)",
    ]
    each = f"{plan.invested!r} / {top + bottom}"
    if bottom == 0:
        return [*lines, f"wanted = dict.fromkeys(ranked[:{top}], {each})"]
    worst = f"dict.fromkeys(ranked[max({top}, len(ranked) - {bottom}) :], -{each})"
    if top == 0:
        return [*lines, f"wanted = {worst}"]
    return [*lines, f"wanted = dict.fromkeys(ranked[:{top}], {each}) | {worst}"]


def _said(plan: WeightPlan) -> str:
    how = plan.weighting.value.replace("_", " ")
    when = f", when {plan.when}" if plan.when is not None else ""
    return f"{', '.join(plan.symbols)}: {how} weights on {plan.on}{when}."
