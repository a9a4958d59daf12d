"""Which phrases about portfolios are clauses of their own; taken for the same words only where no other clause is."""

from bgagent.language.rulebook import Rules

RULES = Rules()

_CLAUSES = (
    "rebalancing rebalancing_contest rebalanced_allotment allotment split_capital ratio_contest held_against better_to "
    "ranking_dated inverse_volatility inverse_volatility_of ranking skipping pool_clause rotation_title_clause "
    "fallback absolute_filter switching_state read_on traded_when invested_share payment starting_payment "
    "payment_contest lump_sum lump_sum_contest shared_capital each_symbol preference holds dates_clause"
).split()
for _name in _CLAUSES:
    RULES.same("clause", f"{{{_name}}}")
