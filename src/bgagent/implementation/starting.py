"""What lay before the window: crosses that a strategy of crosses does not follow, although its averages stand so."""

from collections.abc import Iterator, Mapping
from datetime import date

from bgagent.bars import Bars
from bgagent.engine.expression import Call, nodes_of, unparse
from bgagent.engine.plan import Plan, RulePlan, RulePortfolio
from bgagent.implementation.conformity import counted
from bgagent.implementation.readings import read_from
from bgagent.language.phrases import value

MOST_NOTES = 3  # of a portfolio


def starting_notes(plan: Plan, universe: Mapping[str, Bars], first_on: date) -> tuple[str, ...]:
    """A sentence for each cross that lies before the window: a strategy of crosses starts flat all the same.

    universe: bars of every symbol of the plan, as they were loaded. first_on: first session of the window.
    """
    match plan:
        case RulePlan():
            return tuple(dict.fromkeys(_notes(plan, universe, first_on)))
        case RulePortfolio(plans):
            notes = tuple(
                dict.fromkeys(
                    f"{rules.symbol}: {note}" for rules in plans for note in _notes(rules, universe, first_on)
                )
            )
            left = len(notes) - MOST_NOTES
            return notes if left <= 0 else (*notes[:MOST_NOTES], f"So it is for {counted(left, 'other rule')}.")
    return ()


def _notes(plan: RulePlan, universe: Mapping[str, Bars], first_on: date) -> Iterator[str]:
    first = universe[plan.symbol].index_of(first_on)
    if first >= len(universe[plan.symbol]):
        return
    for rule, side in ((plan.entry, "long"), (plan.short_entry, "short")):
        if rule is None or rule.when is None:
            continue
        reading = read_from(rule.when, plan.symbol, universe)
        for node in nodes_of(reading.expression.node):
            if not (isinstance(node, Call) and node.function in ("crosses_above", "crosses_below")):
                continue
            if reading.evaluate(node)[first]:
                continue  # it crosses on that very bar
            one, other = (reading.evaluate(argument)[first] for argument in node.arguments)
            is_above = node.function == "crosses_above"
            if (one > other) if is_above else (one < other):
                names = [value(argument, reading.bars.timeframe) or unparse(argument) for argument in node.arguments]
                yield (
                    f"On {reading.bars.sessions[first]}, the first session, {names[0]} was already "
                    f"{'above' if is_above else 'below'} {names[1]}: a cross is an event, so the strategy started flat "
                    f"and waited for the next one before going {side}."
                )
