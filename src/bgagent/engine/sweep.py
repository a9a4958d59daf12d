"""One plan with many values of its parameters on the same bars: the figures to compare them by."""

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from os import cpu_count

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import Bars, Floats
from bgagent.engine.backtest import run_plan
from bgagent.engine.books import numbers, open_book
from bgagent.engine.codes import (
    CROSSES_ABOVE,
    CROSSES_BELOW,
    FIGURES,
    GREATER,
    LESS,
    LONG_ENTRY,
    LONG_EXIT,
    SHORT_ENTRY,
    SHORT_EXIT,
)
from bgagent.engine.expression import Call, Compare, Node, unparse
from bgagent.engine.kernel import Book
from bgagent.engine.plan import Account, Rule, RulePlan
from bgagent.engine.rule_loop import OneLot, is_one_lot
from bgagent.engine.rules import RuleError, evaluate_node, parse, parse_condition
from bgagent.engine.signals import rule_orders
from bgagent.engine.sums import CurveSums
from bgagent.engine.sweep_loop import Sweeper

_FIRST_STAND_IN = 90_001  # whole numbers that stand for parameters while a rule is read; lengths may be as large
_PARAMETER = re.compile(r"\{([a-z_][a-z_0-9]*)\}")
_KINDS = {"crosses_above": CROSSES_ABOVE, "crosses_below": CROSSES_BELOW, "<": LESS, ">": GREATER}


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """Figures of the variants, in their order, (v,) each; NaN where one is not defined.

    max_drawdown: 0 or below. sharpe: annualised, risk-free 0. trades: closed ones.
    """

    final_equity: Floats
    total_return: Floats
    max_drawdown: Floats
    sharpe: Floats
    trades: NDArray[np.int64]


def run_variants(
    plan: RulePlan,
    bars: Bars,
    variants: Sequence[Mapping[str, float]],
    *,
    first: int,
    account: Account,
    bars_per_year: float,
    threads: int | None = None,
) -> Sweep:
    """Runs a plan once for each of some sets of parameters.

    plan: its rules on prices name parameters in braces, as in `crosses_above(sma(close, {fast}), sma(close, {slow}))`.
    variants: the values of all of them. threads: None: one for each processor. Rules that are one comparison (`<`,
    `>`) or one cross take a quick way, where no level of the plan needs an order of its own; others are run one by one.
    Raises RuleError for a rule that cannot be read or a parameter without a value.
    """
    if plan.symbol != bars.symbol:
        raise ValueError(f"the plan is for {plan.symbol}, the bars are of {bars.symbol}")
    if not 0 <= first < len(bars):
        raise ValueError(f"{bars.symbol}: the window cannot begin at bar {first} of {len(bars)}")
    figures = np.empty(len(variants) * FIGURES)
    if variants and not _run_quickly(plan, bars, variants, first, account, threads or cpu_count() or 1, figures):
        _run_one_by_one(plan, bars, variants, first, account, figures)
    final, depth, mean, squares, trades = figures.reshape(-1, FIGURES).T
    with np.errstate(divide="ignore", invalid="ignore"):
        deviation = np.sqrt(squares / (len(bars) - first - 1))
        sharpe = np.where(deviation > 0, mean / deviation * np.sqrt(bars_per_year), np.nan)
    return Sweep(final.copy(), final / account.initial_capital - 1.0, depth.copy(), sharpe, trades.astype(np.int64))


def _run_quickly(
    plan: RulePlan,
    bars: Bars,
    variants: Sequence[Mapping[str, float]],
    first: int,
    account: Account,
    threads: int,
    figures: Floats,
) -> bool:
    """The quick way; False where the plan is not made for it."""
    rules = [
        (plan.entry, LONG_ENTRY, first + 1),
        (plan.exit, LONG_EXIT, first),
        (plan.short_entry, SHORT_ENTRY, first + 1),
        (plan.short_exit, SHORT_EXIT, first),
    ]
    lines = _Lines(bars, variants)
    given = [(rule, bit, begins) for rule, bit, begins in rules if rule is not None]
    columns = [lines.terms(rule, bit, begins) for rule, bit, begins in given]
    example = replace(plan, entry=_without_prices(plan.entry), short_entry=_without_prices(plan.short_entry))
    orders, lacking = rule_orders(example, bars)
    if any(column is None for column in columns) or plan.flat_overnight or lacking is not None:
        return False
    if not is_one_lot(_book(bars, first, account), orders):
        return False
    terms = np.stack([column for column in columns if column is not None], axis=1).reshape(-1)
    opens, highs, lows, closes = (numbers(column) for column in (bars.open, bars.high, bars.low, bars.close))
    table, heard = numbers(np.concatenate(lines.rows)), numbers(terms)
    parts = np.linspace(0, len(variants), min(threads, len(variants)) + 1).astype(int).tolist()

    def run(start: int, stop: int) -> None:
        book = _book(bars, first, account)
        room = numbers(np.empty(len(bars) - first))
        sums = CurveSums(numbers(np.ones(len(bars) - first + 1)), room, 0.0, 0.05)
        way = OneLot(book, orders, len(bars))
        sweeper = Sweeper(book, way, sums, numbers(np.zeros(len(bars) + 1, dtype=np.uint8)), room)
        sweeper.run(table, heard, len(given), start, stop, opens, highs, lows, closes, numbers(figures))

    if len(parts) == 2:
        run(*parts)
    else:
        with ThreadPoolExecutor(len(parts) - 1) as pool:
            list(pool.map(run, parts[:-1], parts[1:]))
    return True


def _book(bars: Bars, first: int, account: Account) -> Book:
    return open_book(account, first=first, bars=len(bars) - first, sessions=bars.sessions[first:])


def _run_one_by_one(
    plan: RulePlan, bars: Bars, variants: Sequence[Mapping[str, float]], first: int, account: Account, figures: Floats
) -> None:
    room = numbers(np.empty(len(bars) - first))
    for number, values in enumerate(variants):
        result = run_plan(with_values(plan, values), bars, first=first, account=account)
        sums = CurveSums(numbers(result.equity), room, 0.0, 0.05)
        closed = len(result.closed_trades)
        at = number * FIGURES
        figures[at : at + FIGURES] = (result.final_equity, sums.depth, sums.mean, sums.squares, closed)


def with_values(plan: RulePlan, values: Mapping[str, float]) -> RulePlan:
    """The plan with numbers in the place of its parameters. Raises RuleError for a parameter without a value."""
    changed = {
        name: replace(rule, when=_fill_in(rule.when, values))
        for name in ("entry", "exit", "short_entry", "short_exit")
        if (rule := getattr(plan, name)) is not None and rule.when is not None
    }
    return replace(plan, **changed)


def _fill_in(text: str, values: Mapping[str, float]) -> str:
    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            raise RuleError(f"the parameter {found[0]} was given no value")
        return _written(values[found[1]])

    return _PARAMETER.sub(value, text)


def _written(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _without_prices(rule: Rule | None) -> Rule | None:
    return None if rule is None else Rule(on="every_session")


class _Lines:
    """What the rules of all variants compare, each line once."""

    def __init__(self, bars: Bars, variants: Sequence[Mapping[str, float]]) -> None:
        self.rows: list[Floats] = []
        self._bars = bars
        self._variants = variants
        self._places: dict[str, int] = {}

    def terms(self, rule: Rule, bit: int, begins: int) -> NDArray[np.int64] | None:
        """(v, 5): the rule's term in each variant; None where it is not a single comparison or cross."""
        if rule.when is None or rule.on is not None:
            return None
        names = tuple(dict.fromkeys(_PARAMETER.findall(rule.when)))
        stand_ins = {name: float(_FIRST_STAND_IN + number) for number, name in enumerate(names)}
        node = parse_condition(_fill_in(rule.when, stand_ins)).node
        match node:
            case Call(function, (one, other)) if function in _KINDS:
                kind = _KINDS[function]
            case Compare(sign, one, other) if sign in _KINDS:
                kind = _KINDS[sign]
            case _:
                return None
        terms = np.empty((len(self._variants), 5), dtype=np.int64)
        terms[:, 0], terms[:, 3], terms[:, 4] = kind, bit, begins
        for place, side in ((1, one), (2, other)):
            terms[:, place] = self._lines_of(side, stand_ins)
        return terms

    def _lines_of(self, node: Node, stand_ins: Mapping[str, float]) -> list[int]:
        """For each variant, the line that one side of a comparison is."""
        text = unparse(node)
        used = [name for name, number in stand_ins.items() if _written(number) in text]
        known: dict[tuple[float, ...], int] = {}
        places = []
        for values in self._variants:
            try:
                key = tuple([values[name] for name in used])
            except KeyError as error:
                raise RuleError(f"the parameter {{{error.args[0]}}} was given no value") from error
            if key not in known:
                written = text
                for name in used:
                    written = written.replace(_written(stand_ins[name]), _written(values[name]))
                known[key] = self._line(written)
            places.append(known[key])
        return places

    def _line(self, text: str) -> int:
        if text not in self._places:
            line = np.asarray(evaluate_node(parse(text).node, self._bars), dtype=np.float64)
            self._places[text] = len(self.rows)
            self.rows.append(np.ascontiguousarray(np.broadcast_to(line, len(self._bars))))
        return self._places[text]
