"""Writes the strategy that rules for several symbols in one account say, as Python for people.

Symbols with the same rules share their methods. Orders are decided before each open for the symbols that trade there:
first for those that are held, then for the others, those with the highest score first, while a place is free.
"""

from dataclasses import dataclass, replace

from bgagent.artifacts.spec import RunSpec, StrategySpec
from bgagent.engine.other_symbols import symbol_word, words_of
from bgagent.engine.plan import Rule, RulePlan, RulePortfolio, SizeKind
from bgagent.implementation.conditions import Declarations
from bgagent.implementation.template_markets import claim, declare_each, known, quoted
from bgagent.implementation.template_rules import entry_arguments, needs_no_price, said
from bgagent.implementation.template_words import module

_LONG, _SHORT = ("should_buy", "should_sell"), ("should_sell_short", "should_cover")


@dataclass(frozen=True, slots=True)
class _Group:
    """Symbols with the same rules. suffix: of its methods; plan: that of its first symbol."""

    suffix: str
    symbols: tuple[str, ...]
    plan: RulePlan


def render_portfolio(spec: StrategySpec, run: RunSpec, portfolio: RulePortfolio) -> str:
    """A module with one Strategy subclass that trades all symbols by their rules."""
    groups = _groups(portfolio)
    taken = {"trade", "score", "rules"}
    init: list[str] = []
    methods: list[str] = []
    for group in groups:
        declarations = Declarations(owner="market", of_each=True, taken=taken, words=words_of(portfolio.needed_symbols))
        methods += _methods(group, declarations)
        markets = "self.markets"
        if len(groups) > 1:
            markets = f"[{', '.join(f'self[{quoted(symbol)}]' for symbol in group.symbols)}]"
        init += declare_each(declarations, markets)
    if portfolio.score is not None:
        init.append(
            f'        self.score = {{market: market.indicator("{portfolio.score}") for market in self.markets}}'
        )
    if len(groups) > 1:
        init.append("        self.rules = {}")
        init += [
            f"        self.rules |= dict.fromkeys(({', '.join(map(quoted, group.symbols))},), self.trade{group.suffix})"
            for group in groups
        ]
    is_dated = any(rule.on is not None for plan in portfolio.plans for rule in (plan.entry, plan.short_entry) if rule)
    body = [
        *(["", "    def init(self):", *init] if init else []),
        *(["", "    def on_start(self):", "        self.decide()"] if is_dated else []),
        "",
        "    def on_bar(self):",
        "        self.decide()",
        *_decide(portfolio, "self.trade(market)" if len(groups) == 1 else "self.rules[market.symbol](market)"),
        *_by_score(portfolio),
        *methods,
    ]
    return module(spec, run, "Portfolio", "; ".join(said(group.plan) for group in groups), body)


def _groups(portfolio: RulePortfolio) -> list[_Group]:
    """The plans, those that differ in their symbol only together; sizes as the portfolio gives them."""
    slots = portfolio.slots or len(portfolio.plans)
    found: dict[RulePlan, list[str]] = {}
    for plan in portfolio.plans:
        sizing = plan.sizing
        if sizing.kind is SizeKind.EQUITY and sizing.value == 1.0:
            sizing = replace(sizing, value=1.0 / (slots * plan.max_positions))
        found.setdefault(replace(plan, symbol="", sizing=sizing), []).append(plan.symbol)
    return [
        _Group(
            "" if len(found) == 1 else f"_{number}_{symbol_word(symbols[0])}",
            tuple(symbols),
            replace(plan, symbol=", ".join(symbols)),
        )
        for number, (plan, symbols) in enumerate(found.items(), start=1)
    ]


def _decide(portfolio: RulePortfolio, trade: str) -> list[str]:
    """The method that goes through the symbols."""
    order = "not market.position.is_open" if portfolio.score is None else "self.rank(market)"
    is_full = portfolio.slots is not None and portfolio.slots < len(portfolio.plans)
    lines = [
        "",
        "    def decide(self):",
        *(["        taken = sum(market.position.is_open for market in self.markets)"] if is_full else []),
        "        trading = [market for market in self.markets if market.trades_next]",
        f"        for market in sorted(trading, key=lambda market: {order}):",
    ]
    if not is_full:
        return [*lines, f"            {trade}"]
    timed = any(plan.hold_bars is not None for plan in portfolio.plans)
    if not timed:
        return [
            *lines,
            f"            if market.position.is_open or taken < {portfolio.slots}:",
            f"                taken += {trade}",
        ]
    return [
        *lines,
        "            if market.position.is_open and all(lot.bars_left == 1 for lot in market.position.lots):",
        f"                {trade}",
        "                taken -= 1",
        f"            elif market.position.is_open or taken < {portfolio.slots}:",
        f"                taken += {trade}",
    ]


def _by_score(portfolio: RulePortfolio) -> list[str]:
    """The method that says which symbols come first: held ones, then those with the highest score."""
    if portfolio.score is None:
        return []
    return [
        "",
        "    def rank(self, market):",
        "        if market.position.is_open:",
        "            return (0, 0.0)",
        '        score = self.score[market][-1] if self.index >= 0 else float("nan")',
        '        return (1, float("inf") if isnan(score) else -score)',
    ]


def _methods(group: _Group, declarations: Declarations) -> list[str]:
    """The rules of a group as methods, and the one that places its orders."""
    plan, lines = group.plan, []
    for (enters, leaves), entry, exit_rule in (
        (_LONG, plan.entry, plan.exit),
        (_SHORT, plan.short_entry, plan.short_exit),
    ):
        if entry is not None:
            conditions = _rule(entry, declarations, in_window=entry.on is None)
            lines += claim(f"{enters}{group.suffix}", "self, market", conditions)
        if exit_rule is not None:
            in_window = entry is not None and needs_no_price(entry)
            lines += claim(
                f"{leaves}{group.suffix}", "self, market", _rule(exit_rule, declarations, in_window=in_window)
            )
    return [*lines, "", f"    def trade{group.suffix}(self, market):", *_trade(group, declarations)]


def _rule(rule: Rule, declarations: Declarations, *, in_window: bool) -> list[str]:
    """What has to be true for an order at the market's next open. in_window: only once it has traded in the window."""
    conditions = ["market.window_bars > 0"] if in_window else []
    if rule.on is not None:
        conditions.append(declarations.place(declarations.calendar(rule.on)))
    if rule.when is not None:
        is_known, condition = known(rule.when, declarations)
        conditions += [condition] if in_window else [is_known, condition]
    return conditions


def _trade(group: _Group, declarations: Declarations) -> list[str]:
    """The body that places a market's orders, and gives 1 for a place taken, -1 for one left."""
    plan, lines = group.plan, []
    if plan.flat_overnight:
        lines += [
            f"if {declarations.place(declarations.calendar('last_of_session'))}:",
            "    if market.position.is_open:",
            '        market.exit("time")',
            "        return -1",
            "    return 0",
        ]
    wishes, orders = {}, {}
    if plan.entry is not None:
        wishes["buys"] = _wish(group, "should_buy", {"should_sell": plan.exit, "should_sell_short": plan.short_entry})
        orders["buys"] = f"market.buy({_arguments(plan, plan.entry, declarations)})"
    if plan.short_entry is not None:
        wishes["sells_short"] = _wish(
            group, "should_sell_short", {"should_cover": plan.short_exit, "should_buy": plan.entry}
        )
        orders["sells_short"] = f"market.sell_short({_arguments(plan, plan.short_entry, declarations)})"
    lines += [f"{name} = {wish}" for name, wish in wishes.items()]
    for side, name, exit_rule, turn in (
        ("is_long", "should_sell", plan.exit, "sells_short"),
        ("is_short", "should_cover", plan.short_exit, "buys"),
    ):
        if exit_rule is None:
            continue
        arguments_out = f"side={quoted(side.removeprefix('is_'))}"
        if exit_rule.on is not None:
            arguments_out = f'"schedule", {arguments_out}'
        lines += [
            f"if market.position.{side} and self.{name}{group.suffix}(market):",
            f"    market.exit({arguments_out})",
        ]
        if turn in orders and plan.wait_bars is None:
            lines.append(f"    return 0 if {turn} and {orders[turn]} is not None else -1")
        else:
            lines.append("    return -1")
    for name, order in orders.items():
        lines += [f"if {_may_enter(plan, name)}:", f"    return {_counted(plan, order)}"]
    return [f"        {line}" for line in [*lines, "return 0"]]


def _arguments(plan: RulePlan, rule: Rule, declarations: Declarations) -> str:
    """Of an order to enter."""
    is_short = rule is plan.short_entry
    parts = [entry_arguments(plan, declarations, is_short=is_short), 'reason="schedule"' if rule.on is not None else ""]
    return ", ".join(part for part in parts if part)


def _wish(group: _Group, entry: str, against: dict[str, Rule | None]) -> str:
    parts = [f"self.{entry}{group.suffix}(market)"]
    parts += [f"not self.{name}{group.suffix}(market)" for name, rule in against.items() if rule is not None]
    return " and ".join(parts)


def _may_enter(plan: RulePlan, wish: str) -> str:
    parts = [wish]
    if plan.max_positions == 1:
        parts.append("market.position.is_flat")
    else:
        if plan.direction == "both":
            parts.append(f"not market.position.{'is_short' if wish == 'buys' else 'is_long'}")
        parts.append(f"len(market.position.lots) < {plan.max_positions}")
    if plan.wait_bars is not None:
        parts.append(f"(market.bars_since_exit is None or market.bars_since_exit + 1 >= {plan.wait_bars})")
    return " and ".join(parts)


def _counted(plan: RulePlan, order: str) -> str:
    """A place is taken by an order, if there is one, for a market that is not held yet."""
    if plan.max_positions == 1:
        return f"int({order} is not None)"
    return f"int({order} is not None and market.position.is_flat)"
