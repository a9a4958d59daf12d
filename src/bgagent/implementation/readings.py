"""Every expression of a plan with the bars it is read on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bgagent.bars import Bars, Floats
from bgagent.engine.expression import Node, series_of
from bgagent.engine.other_symbols import read_by, words_of
from bgagent.engine.plan import PaymentPlan, Plan, RulePlan, RulePortfolio, WeightPlan
from bgagent.engine.rules import Conditions, Expression, evaluate_node, parse


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One expression. text: as the plan has it; bars: of the symbol it is read on; others: by symbol, what else."""

    text: str
    expression: Expression
    bars: Bars
    others: Mapping[str, Bars]

    @property
    def numbers(self) -> tuple[Node, ...]:
        """The parts that are a number on each bar: what has to be defined, and to know nothing of later bars."""
        node = self.expression.node
        return series_of(node) if self.expression.is_condition else (node,)

    def evaluate(self, node: Node) -> Floats | Conditions:
        """A part of the expression on every bar."""
        return evaluate_node(node, self.bars, self.others)


def read_from(text: str, symbol: str, universe: Mapping[str, Bars]) -> Reading:
    """An expression read on a symbol's bars. universe: bars of every symbol of the plan. Raises RuleError."""
    expression = parse(text, words_of(universe))
    return Reading(text, expression, universe[symbol], read_by(expression.symbols, universe.values()))


def readings_of(plan: Plan, universe: Mapping[str, Bars]) -> tuple[Reading, ...]:
    """Every condition and score on prices, once for each symbol it is read on; none for a plan of code."""
    return tuple(read_from(text, symbol, universe) for text, symbol in dict.fromkeys(_read_on(plan)))


def _read_on(plan: Plan) -> Iterator[tuple[str, str]]:
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
