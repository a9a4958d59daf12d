"""Conditions put together with and, or, while, only if."""

from bgagent.language.comparisons import CLOSE
from bgagent.language.measures import Average, Comparing, Condition, Either, Every, Repeated, Turning, Value
from bgagent.language.rulebook import Rules

RULES = Rules()
_LONGEST_RUN = 20  # bars

RULES.same(
    "atom", "{move}", "{fact}", "{comparing}", "{crossing}", "{touching}", "{returning}", "{extremity}", "{turning}"
)
RULES.same("atom", "{repeated}", "{crossing_where}", "{defined_extremity}")


@RULES.rule(
    "repeated",
    "{repeatable} (for)? {count:whole} (<in_a_row>|at least) <bar_word>",
    "{repeatable} (for)? (at least)? {count:whole} <bar_word> <in_a_row>",
)
def _repeated(repeatable: Condition, count: int) -> Repeated | None:
    return Repeated(repeatable, count) if 2 <= count <= _LONGEST_RUN else None


@RULES.rule(
    "repeated",
    "{count:whole} <in_a_row> (daily)? <close_noun> {operator:comparison} {right:value}",
    "{count:whole} (daily)? <close_noun> <in_a_row> {operator:comparison} {right:value}",
    "{count:whole} (daily)? <close_noun> {operator:comparison} {right:value} <in_a_row>",
)
def _closes_in_a_row(count: int, operator: str, right: Value) -> Repeated | None:
    return Repeated(Comparing(CLOSE, operator, right), count) if 2 <= count <= _LONGEST_RUN else None


@RULES.rule("term", "{pattern:candle_fact} {operator:position} {right:average}")
def _candle_at(pattern: Condition, operator: str, right: Value) -> Every:
    """ "a bullish engulfing pattern below the 50-day SMA": the close is below it."""
    return Every((pattern, Comparing(CLOSE, operator, right)))


@RULES.rule(
    "repeated",
    "{left:sloping} <be>? <goes>? {side:sloping_word} (for)? {count:whole} <bar_word> <in_a_row>",
    "{left:sloping} <be>? <goes>? {side:sloping_word} (for)? {count:whole} <in_a_row> <bar_word>",
    "{left:sloping} <be>? <goes>? {side:sloping_word} (for)? {count:whole} <in_a_row>",
)
def _slopes_in_a_row(left: Value, side: str, count: int) -> Repeated | None:
    """ "the histogram is rising three bars in a row"."""
    return Repeated(Turning(left, side), count) if 2 <= count <= _LONGEST_RUN else None


@RULES.rule("and_term", ",? (in|within|during) (a)? {side:trend_name} \\( {condition} \\)")
def _in_a_trend(side: str, condition: Condition) -> tuple[Condition, bool] | None:
    """ "in a downtrend (close below the 50-day average)": what is meant by it stands in brackets."""
    inward = ("<", "<=") if side == "below" else (">", ">=")
    return (condition, True) if isinstance(condition, Comparing) and condition.operator in inward else None


RULES.same("repeatable", "{comparing}")
RULES.same("atom", "<day_when> {atom}")
RULES.same("atom", "(first|next) {one_up}")
RULES.same("atom", "(first|next|every|each) {close_beyond}")
RULES.same("term", "{atom} <same_bar>?", "\\( {condition} \\)", "there (is|be) {atom}")


@RULES.rule("both", "both {first:term} and {second:term}")
def _both(first: Condition, second: Condition) -> Every:
    return Every((first, second))


RULES.same("term", "{both}")


@RULES.rule("and_term", ",? <and> {term}", ",? <and> <when> {term}", ",? but (also|still)? {term}")
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
    if isinstance(term, Comparing) and term.left is None and not isinstance(term.right, Average):
        return None  # "if above the 200-day average" is about the price, "if above 30" about nobody knows what
    return term, True


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
