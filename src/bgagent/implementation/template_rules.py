"""Writes the strategy that rules for one symbol say, as Python for people."""

from bgagent.artifacts.spec import RunSpec, StrategySpec
from bgagent.engine.other_symbols import words_of
from bgagent.engine.plan import Rule, RulePlan, Sizing
from bgagent.implementation.conditions import Declarations, render_condition
from bgagent.implementation.template_words import init, module, protections, sizing_text, steps_text

_FALSE = "False"


def render_rules(spec: StrategySpec, run: RunSpec, plan: RulePlan) -> str:
    """A module with one Strategy subclass that trades by the rules."""
    declarations = Declarations(words=words_of(plan.needed_symbols))
    conditions = {
        name: _rule(rule, declarations, is_intraday=spec.timeframe.is_intraday)
        for name, rule in (
            ("should_buy", plan.entry),
            ("should_sell", plan.exit),
            ("should_sell_short", plan.short_entry),
            ("should_cover", plan.short_exit),
        )
    }
    orders = _orders(plan, declarations)
    session_ends = f"self.{declarations.calendar('last_of_session')}" if plan.flat_overnight else ""
    used = {name: text for name, text in conditions.items() if text != _FALSE}
    body = [
        *init(declarations),
        *(line for name, text in used.items() for line in _method(name, text)),
        *_start(plan, used, orders, session_ends),
        *_on_bar(plan, used, orders, session_ends),
    ]
    return module(spec, run, "Rules", said(plan), body, imports=declarations.imports)


def _rule(rule: Rule | None, declarations: Declarations, *, is_intraday: bool) -> str:
    if rule is None:
        return _FALSE
    parts = []
    if rule.on is not None and (is_intraday or rule.on != "every_session"):
        parts.append(f"self.{declarations.calendar(rule.on)}")
    if rule.when is not None:
        condition = render_condition(rule.when, declarations)
        parts.append(f"({condition})" if parts and " or " in condition else condition)
    return " and ".join(parts) or "True"


def _method(name: str, condition: str) -> list[str]:
    return ["", f"    def {name}(self):", f"        return bool({condition})"]


def _start(plan: RulePlan, used: dict[str, str], orders: dict[str, str], session_ends: str) -> list[str]:
    """Before the window's first open only a rule that names the session of the fill can be decided."""
    dated = {name: rule for name, rule in _entries(plan).items() if rule.on is not None}
    lines = []
    for name, rule in dated.items():
        leaves, other = ("should_sell", "should_sell_short") if name == "should_buy" else ("should_cover", "should_buy")
        against = [leaves] if not needs_no_price(rule) else []
        against += [other] if other in dated else []
        wish = _all(f"not {session_ends}" if session_ends else "", _wish(name, tuple(against), used))
        lines += [f"        if {wish}:", f"            {orders[name]}"]
    return ["", "    def on_start(self):", *lines] if lines else []


def _entries(plan: RulePlan) -> dict[str, Rule]:
    rules = {"should_buy": plan.entry, "should_sell_short": plan.short_entry}
    return {name: rule for name, rule in rules.items() if rule is not None}


def needs_no_price(rule: Rule) -> bool:
    """Whether a rule is about the session alone, so that nothing suppresses it on the first."""
    return rule.when is None and rule.on in ("first_session", "every_session")


def _on_bar(plan: RulePlan, used: dict[str, str], orders: dict[str, str], session_ends: str) -> list[str]:
    side = _one_side if plan.direction != "both" else _two_sides
    lines = side(plan, used, orders)
    if session_ends:
        leave = ["    if self.position.is_open:", '        self.exit("time")']
        lines = [f"if {session_ends}:", *leave, "else:", *(f"    {line}" for line in lines)]
    return ["", "    def on_bar(self):", *(f"        {line}" for line in lines)]


def _one_side(plan: RulePlan, used: dict[str, str], orders: dict[str, str]) -> list[str]:
    if plan.direction == "long":
        leaves, wish, order = "should_sell", _wish("should_buy", ("should_sell",), used), orders["should_buy"]
    else:
        leaves, wish = "should_cover", _wish("should_sell_short", ("should_cover",), used)
        order = orders["should_sell_short"]
    lines = []
    if leaves in used:
        lines = [f"if self.position.is_open and self.{leaves}():", f"    self.exit({_reason(plan, leaves)})"]
    return [*lines, f"{'elif' if lines else 'if'} {_all(_room(plan), _waited(plan), wish)}:", f"    {order}"]


def _two_sides(plan: RulePlan, used: dict[str, str], orders: dict[str, str]) -> list[str]:
    buy, short = orders["should_buy"], orders["should_sell_short"]
    lines = [
        f"buys = {_wish('should_buy', ('should_sell', 'should_sell_short'), used)}",
        f"sells_short = {_wish('should_sell_short', ('should_cover', 'should_buy'), used)}",
    ]
    keyword = "if"
    for side, leaves, back, order in (
        ("is_long", "should_sell", "sells_short", short),
        ("is_short", "should_cover", "buys", buy),
    ):
        if leaves in used:
            lines += [f"{keyword} self.position.{side} and self.{leaves}():", f"    self.exit({_reason(plan, leaves)})"]
            lines += [f"    if {back}:", f"        {order}"] if plan.wait_bars is None else []
            keyword = "elif"
    for wish, against, order in (("buys", "is_short", buy), ("sells_short", "is_long", short)):
        one_sided = f"not self.position.{against}" if plan.max_positions > 1 else ""
        lines += [f"{keyword} {_all(wish, one_sided, _room(plan), _waited(plan))}:", f"    {order}"]
        keyword = "elif"
    return lines


def _all(*conditions: str) -> str:
    return " and ".join(condition for condition in conditions if condition)


def _wish(entry: str, against: tuple[str, ...], used: dict[str, str]) -> str:
    parts = [f"self.{entry}()"] + [f"not self.{name}()" for name in against if name in used]
    return " and ".join(parts)


def _room(plan: RulePlan) -> str:
    if plan.max_positions == 1:
        return "self.position.is_flat"
    return f"len(self.position.lots) < {plan.max_positions}"


def _waited(plan: RulePlan) -> str:
    """The next open lies one bar further from the last exit than this close."""
    if plan.wait_bars is None:
        return ""
    return f"(self.bars_since_exit is None or self.bars_since_exit + 1 >= {plan.wait_bars})"


def _reason(plan: RulePlan, leaves: str) -> str:
    rule = plan.exit if leaves == "should_sell" else plan.short_exit
    return '"schedule"' if rule is not None and rule.on is not None else ""


def _orders(plan: RulePlan, declarations: Declarations) -> dict[str, str]:
    """The orders of both sides, by the rule that gives them."""
    orders = {}
    if plan.entry is not None:
        orders["should_buy"] = f"self.buy({entry_arguments(plan, declarations)})"
    if plan.short_entry is not None:
        orders["should_sell_short"] = f"self.sell_short({entry_arguments(plan, declarations, is_short=True)})"
    return orders


def entry_arguments(plan: RulePlan, declarations: Declarations, *, is_short: bool = False) -> str:
    """Size, protection and clock of the plan's entries, as arguments of an order."""
    parts = [] if plan.sizing == Sizing() else [sizing_text(plan.sizing)]
    parts += protections(plan, declarations, is_short=is_short)
    if plan.stop_steps:
        parts.append(steps_text(plan.stop_steps))
    if plan.hold_bars is not None:
        parts.append(f"hold_bars={plan.hold_bars}")
    return ", ".join(parts)


def said(plan: RulePlan) -> str:
    """The rules in a line."""
    words = {"buys": plan.entry, "sells": plan.exit, "sells short": plan.short_entry, "covers": plan.short_exit}
    said = [f"{verb} when {_when(rule)}" for verb, rule in words.items() if rule is not None]
    return f"{plan.symbol}: {'; '.join(said)}."


def _when(rule: Rule) -> str:
    return " and ".join(part for part in (rule.on, rule.when) if part)
