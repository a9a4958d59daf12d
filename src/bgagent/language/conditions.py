"""Conditions put together with and, or, while, only if."""

from bgagent.language.measures import Comparing, Condition, Either, Every
from bgagent.language.rulebook import Rules

RULES = Rules()

RULES.same("atom", "{move}", "{fact}", "{comparing}", "{crossing}", "{touching}", "{returning}", "{extremity}")
RULES.same("atom", "<day_when> {atom}")
RULES.same("atom", "(first|next) {one_up}")
RULES.same("term", "{atom} <same_bar>?", "\\( {condition} \\)", "there (is|be) {atom}")


@RULES.rule("both", "both {first:term} and {second:term}")
def _both(first: Condition, second: Condition) -> Every:
    return Every((first, second))


RULES.same("term", "{both}")


@RULES.rule("and_term", ",? <and> {term}", ",? <and> <when> {term}")
def _and_term(term: Condition) -> tuple[Condition, bool]:
    return term, False


@RULES.rule(
    "and_term",
    ",? <and>? <filter_word> {term}",
    ",? <and>? <while_word> {term}",
    ", <with_word> {term}",
    "<with_word> {term}",
)
def _filter_term(term: Condition) -> tuple[Condition, bool] | None:
    return None if isinstance(term, Comparing) and term.left is None else (term, True)


RULES.listing("more_terms", "{and_term}", longest=11)
RULES.listing("more_options", ",? or <when>? {term}", longest=11)


@RULES.rule("condition", "{term}", "{term} {more_terms}")
def _every(term: Condition, more_terms: tuple[tuple[Condition, bool], ...] = ()) -> Condition | None:
    if not more_terms:
        return term
    kinds = [is_filter for _, is_filter in more_terms]
    filters = sum(kinds)
    if kinds != sorted(kinds):
        return None
    return Every((term, *(part for part, _ in more_terms)), filters)


@RULES.rule("condition", "either? {term} {more_options}")
def _either(term: Condition, more_options: tuple[Condition, ...]) -> Either:
    return Either((term, *more_options))
