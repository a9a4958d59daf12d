"""Writes the strategy that a plan of rules says, as Python for people: the producer that needs no model."""

import ast
from dataclasses import replace

from bgagent.artifacts.attempts import Check, StrategySource
from bgagent.artifacts.spec import RunSpec, StrategySpec
from bgagent.engine.plan import Costs, Distance, DistanceKind, Rule, RulePlan, SizeKind, Sizing, rules_of
from bgagent.implementation.conditions import Declarations, render_condition

_FALSE = "False"


class TemplateProducer:
    """Renders the rules; the findings of a critique change nothing, as there is only one rendering."""

    name = "template"

    def write(self, spec: StrategySpec, run: RunSpec, findings: tuple[Check, ...], number: int) -> StrategySource:  # noqa: ARG002
        """Source of one Strategy subclass that trades by the run's rules."""
        return StrategySource(run.label, render(spec, run), self.name)


def render(spec: StrategySpec, run: RunSpec) -> str:
    """A module with one Strategy subclass."""
    plan = rules_of(run.plan)
    declarations = Declarations()
    conditions = {
        name: _rule(rule, declarations, is_intraday=spec.timeframe.is_intraday)
        for name, rule in (
            ("should_buy", plan.entry),
            ("should_sell", plan.exit),
            ("should_sell_short", plan.short_entry),
            ("should_cover", plan.short_exit),
        )
    }
    for distance in (plan.stop_loss, plan.take_profit, plan.trailing_stop):
        if distance is not None and distance.kind is DistanceKind.ATR:
            declarations.indicator(f"atr({distance.atr_length})")
    used = {name: text for name, text in conditions.items() if text != _FALSE}
    entry_arguments = _entry_arguments(plan)
    body = [
        *_init(declarations),
        *(line for name, text in used.items() for line in _method(name, text)),
        *_start(plan, used, entry_arguments),
        *_on_bar(plan, used, entry_arguments),
    ]
    imports = sorted({"Strategy", *declarations.imports})
    plan_imports = sorted(_plan_imports(entry_arguments))
    lines = [
        f'"""{_docstring(spec, run)}"""',
        "",
        *([f"from bgagent.engine.plan import {', '.join(plan_imports)}"] if plan_imports else []),
        f"from bgagent.engine.strategy import {', '.join(imports)}",
        "",
        "",
        "class Rules(Strategy):",
        f'    """{_safe(_said(plan))}"""',
        *body,
        "",
    ]
    return "\n".join(lines)


def runnable(source: StrategySource) -> StrategySource:
    """The same strategy as a file that reruns it when started; the sandbox gets it without these lines."""
    classes = [node.name for node in ast.parse(source.text).body if isinstance(node, ast.ClassDef)]
    tail = (
        '\n\nif __name__ == "__main__":\n'
        "    from bgagent.cli.rerun import rerun\n\n"
        f"    rerun({classes[-1]}, __file__)\n"
    )
    return replace(source, text=source.text.rstrip("\n") + "\n" + tail)


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


def _init(declarations: Declarations) -> list[str]:
    if not declarations.indicators and not declarations.calendars:
        return []
    return [
        "",
        "    def init(self):",
        *(f'        self.{name} = self.indicator("{text}")' for name, text in declarations.indicators.items()),
        *(f'        self.{name} = self.calendar("{text}")' for name, text in declarations.calendars.items()),
    ]


def _method(name: str, condition: str) -> list[str]:
    return ["", f"    def {name}(self):", f"        return bool({condition})"]


def _start(plan: RulePlan, used: dict[str, str], arguments: str) -> list[str]:
    """Before the window's first open only a rule that names the session of the fill can be decided."""
    dated = {name: rule for name, rule in _entries(plan).items() if rule.on is not None}
    lines = []
    for name, rule in dated.items():
        leaves, other = ("should_sell", "should_sell_short") if name == "should_buy" else ("should_cover", "should_buy")
        against = [leaves] if not _needs_no_price(rule) else []
        against += [other] if other in dated else []
        order = f"self.buy({arguments})" if name == "should_buy" else f"self.sell_short({arguments})"
        lines += [f"        if {_wish(name, tuple(against), used)}:", f"            {order}"]
    return ["", "    def on_start(self):", *lines] if lines else []


def _entries(plan: RulePlan) -> dict[str, Rule]:
    rules = {"should_buy": plan.entry, "should_sell_short": plan.short_entry}
    return {name: rule for name, rule in rules.items() if rule is not None}


def _needs_no_price(rule: Rule) -> bool:
    return rule.when is None and rule.on in ("first_session", "every_session")


def _on_bar(plan: RulePlan, used: dict[str, str], arguments: str) -> list[str]:
    side = _one_side if plan.direction != "both" else _two_sides
    return ["", "    def on_bar(self):", *(f"        {line}" for line in side(plan, used, arguments))]


def _one_side(plan: RulePlan, used: dict[str, str], arguments: str) -> list[str]:
    if plan.direction == "long":
        leaves, wish, order = "should_sell", _wish("should_buy", ("should_sell",), used), f"self.buy({arguments})"
    else:
        leaves, wish = "should_cover", _wish("should_sell_short", ("should_cover",), used)
        order = f"self.sell_short({arguments})"
    lines = []
    if leaves in used:
        lines = [f"if self.position.is_open and self.{leaves}():", f"    self.exit({_reason(plan, leaves)})"]
    return [*lines, f"{'elif' if lines else 'if'} {_all(_room(plan), _waited(plan), wish)}:", f"    {order}"]


def _two_sides(plan: RulePlan, used: dict[str, str], arguments: str) -> list[str]:
    buy, short = f"self.buy({arguments})", f"self.sell_short({arguments})"
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


def _entry_arguments(plan: RulePlan) -> str:
    parts = [] if plan.sizing == Sizing() else [_sizing(plan.sizing)]
    for name in ("stop_loss", "take_profit", "trailing_stop"):
        distance = getattr(plan, name)
        if distance is not None:
            parts.append(f"{name}={_distance(distance)}")
    if plan.hold_bars is not None:
        parts.append(f"hold_bars={plan.hold_bars}")
    return ", ".join(parts)


def _sizing(sizing: Sizing) -> str:
    if sizing.kind is SizeKind.EQUITY and not sizing.whole_shares:
        return repr(sizing.value)
    whole = ", whole_shares=True" if sizing.whole_shares else ""
    return f"Sizing(SizeKind.{sizing.kind.name}, {sizing.value!r}{whole})"


def _distance(distance: Distance) -> str:
    match distance.kind:
        case DistanceKind.FRACTION:
            return repr(distance.value)
        case DistanceKind.MONEY:
            return f"Distance(DistanceKind.MONEY, {distance.value!r})"
        case DistanceKind.ATR:
            follows = ", follows=True" if distance.follows else ""
            return f"Distance(DistanceKind.ATR, {distance.value!r}, atr_length={distance.atr_length}{follows})"


def _plan_imports(arguments: str) -> set[str]:
    return {
        name
        for name in ("Distance", "DistanceKind", "SizeKind", "Sizing")
        if f"{name}(" in arguments or f"{name}." in arguments
    }


def _docstring(spec: StrategySpec, run: RunSpec) -> str:
    head = _safe(spec.summary) if len(spec.runs) == 1 else f"{_safe(run.label)}: {_safe(spec.summary)}"
    return f"{head}\n\n{_costs(spec.costs)} Run it again from this folder: python strategy.py\n"


def _costs(costs: Costs) -> str:
    """What trading costs, nothing left out but what is 0."""
    parts = (
        (costs.slippage_bps, f"slippage {costs.slippage_bps:g} bps a fill"),
        (costs.slippage_per_share, f"slippage {costs.slippage_per_share:g} a share"),
        (costs.commission_bps, f"commission {costs.commission_bps:g} bps"),
        (costs.commission_per_share, f"commission {costs.commission_per_share:g} a share"),
        (costs.commission_per_order, f"commission {costs.commission_per_order:g} an order"),
        (costs.commission_minimum, f"at least {costs.commission_minimum:g} an order"),
        (costs.borrow_rate, f"borrow fee {costs.borrow_rate * 100:g} % a year"),
    )
    said = ", ".join(text for value, text in parts if value) or "none"
    return f"Costs: {said}."


def _said(plan: RulePlan) -> str:
    words = {"buys": plan.entry, "sells": plan.exit, "sells short": plan.short_entry, "covers": plan.short_exit}
    said = [f"{verb} when {_when(rule)}" for verb, rule in words.items() if rule is not None]
    return f"{plan.symbol}: {'; '.join(said)}."


def _when(rule: Rule) -> str:
    return " and ".join(part for part in (rule.on, rule.when) if part)


def _safe(text: str) -> str:
    """Text that can stand in a docstring without ending it or meaning anything there."""
    printable = "".join(mark if mark.isprintable() else " " for mark in text)
    return printable.replace("\\", "/").replace('"', "'")
