"""Why a rule was never true: how often each of its clauses was, and how near those came that never were."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from bgagent.bars import Bars
from bgagent.engine.expression import Call, Compare, Logic, Node, Unary, unparse, without_not
from bgagent.engine.rules import Conditions, Expression, evaluate_node


@dataclass(frozen=True, slots=True)
class NearMiss:
    """The bar on which a comparison that never held came nearest. left, right: its two sides there; gap: between them.

    gap is in the unit of the sides, 0 or more (0 where equality was not enough). bar: index in the bars given.
    """

    bar: int
    left: float
    right: float
    gap: float


@dataclass(frozen=True, slots=True)
class ClauseCount:
    """How often one clause of a rule was true in the window.

    text: the clause in normal form. depth: 0 the whole rule, 1 its parts, and so on. bars: those of the window; on
    undefined_bars of them the clause had no truth yet. nearest: given for a comparison or a cross that was never true
    although it was defined; None for a cross whose sides never lay so that it could have come about.
    """

    text: str
    depth: int
    bars: int
    true_bars: int
    undefined_bars: int
    nearest: NearMiss | None = None


def explain(
    expression: Expression, bars: Bars, first: int, others: Mapping[str, Bars] | None = None
) -> tuple[ClauseCount, ...]:
    """How often the rule was true from bar `first` on, and each of its clauses, split at `and` and `or`.

    The whole comes first, then its parts in order, each followed by its own parts. others: bars by symbol that it reads
    besides.
    Raises ValueError when the expression is a number, or `first` is no index into the bars or their length.
    """
    if not expression.is_condition:
        raise ValueError(f"'{expression.text}' is a number on each bar, not a condition")
    if not 0 <= first <= len(bars):
        raise ValueError(f"the window cannot begin at bar {first} of {len(bars)}")
    return tuple(_count(node, depth, bars, first, others) for node, depth in _clauses(expression.node, 0))


def _clauses(node: Node, depth: int) -> Iterator[tuple[Node, int]]:
    yield node, depth
    if isinstance(node, Logic):
        for part in node.parts:
            yield from _clauses(part, depth + 1)


def _count(node: Node, depth: int, bars: Bars, first: int, others: Mapping[str, Bars] | None) -> ClauseCount:
    is_true = _window(node, bars, first, others)
    is_defined = is_true | _window(Unary("not", node), bars, first, others)
    true_bars = int(is_true.sum())
    return ClauseCount(
        text=unparse(node),
        depth=depth,
        bars=len(is_true),
        true_bars=true_bars,
        undefined_bars=int((~is_defined).sum()),
        nearest=None if true_bars else _nearest(without_not(node), bars, first, others),
    )


def _window(condition: Node, bars: Bars, first: int, others: Mapping[str, Bars] | None) -> Conditions:
    truths: Conditions = evaluate_node(condition, bars, others)[first:].astype(np.bool_)
    return truths


def _nearest(node: Node, bars: Bars, first: int, others: Mapping[str, Bars] | None) -> NearMiss | None:
    match node:
        case Compare(operator, left, right):
            pass
        case Call(function, (left, right)):
            operator = ">" if function == "crosses_above" else "<"
        case _:
            return None
    sides = [evaluate_node(side, bars, others)[first:] for side in (left, right)]
    gaps = np.abs(sides[0] - sides[1])
    if isinstance(node, Call):  # only a side that still had to cross can have come near
        waiting = sides[0] <= sides[1] if operator == ">" else sides[0] >= sides[1]
        gaps = np.where(waiting, gaps, np.nan)
    if np.isnan(gaps).all():
        return None
    bar = int(np.nanargmin(gaps))
    return NearMiss(first + bar, float(sides[0][bar]), float(sides[1][bar]), float(gaps[bar]))
