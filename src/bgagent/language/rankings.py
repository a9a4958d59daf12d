"""Phrases for what symbols are ranked by and how many of the best are held: top 3 by 6-month return."""

from collections.abc import Iterator

from bgagent.engine.expression import Name
from bgagent.engine.grammar import RuleError
from bgagent.engine.rules import parse
from bgagent.language.elements import Finder
from bgagent.language.measures import Change, Known, Scale, SymbolPrice, Value
from bgagent.language.portfolio_meanings import (
    Dates,
    Pool,
    Ranking,
    RotationTitle,
    Score,
    Skip,
)
from bgagent.language.quantities import Duration
from bgagent.language.rulebook import Rules
from bgagent.language.values import quoted_text

RULES = Rules()

Order = bool  # whether the lowest score is the best
Best = tuple[Order, int | None]


@RULES.rule("over_time", "(over|in|during|on|by|for|of) <last>? {duration}")
def _over_time(duration: Duration) -> Duration:
    return duration


@RULES.rule("over_time", "(over|in|during|on|by|for|of) <last> {unit}")
def _over_last(unit: str) -> Duration:
    return Duration(1, unit)


# what is ranked by


@RULES.rule(
    "return_score",
    "{time:duration} (total|trailing|past|price|prior)* <return_noun>",
    "<return_noun> (over|of|for|in|during|across) <last>? {time:duration}",
    "<last> {time:duration} <return_noun>",
    "<return_noun> \\( {time:duration} \\)",
    "(total|trailing|past|price)+ {time:duration} <return_noun>",
    "{time:duration} (relative strength|rs)",
)
def _return(time: Duration) -> Score:
    return Score((time,))


@RULES.rule(
    "return_score",
    "{first:whole} - {last:whole} (month)? <return_noun>",
    "{first:whole} minus {last:whole} (month)? <return_noun>",
    "<return_noun> \\(? {first:whole} - {last:whole} \\)?",
)
def _skipping(first: int, last: int) -> Score | None:
    """12-1 momentum: twelve months without the last."""
    return Score((Duration(first, "month"),), Duration(last, "month")) if 0 < last < first <= 36 else None


RULES.listing("several_times", "{number}", between="(,|and|, and|/|\\+|&|plus)", longest=5)


@RULES.rule(
    "return_score",
    "(average|mean|blend|combination) of {several_times} {unit} (total)? <return_noun>",
    "(average|mean|blended|averaged|combined) {several_times} {unit} <return_noun>",
)
def _average_return(several_times: tuple[float, ...], unit: str) -> Score | None:
    return Score(tuple(Duration(number, unit) for number in several_times)) if len(several_times) > 1 else None


@RULES.rule(
    "volatility_score",
    "{time:duration} <volatility_noun>",
    "<volatility_noun> (over|of|for|in) <last>? {time:duration}",
)
def _volatility(time: Duration) -> Score:
    return Score(volatility=time)


@RULES.rule("value_score", "{value:oscillator_value}")
def _value(value: Value) -> Score:
    return Score(value=value)


@RULES.primitive("score_formula", lambda: ['"'])
def _formula(chart: Finder, place: int) -> Iterator[tuple[int, Score]]:
    """A value of the rule language in double quotes."""
    quoted = quoted_text(chart, place)
    if quoted is None:
        return
    end, text = quoted
    try:
        expression = parse(text)
    except RuleError:
        return
    if not expression.is_condition:
        yield end, Score(value=Known(expression.node, Scale.ANY))


@RULES.rule(
    "return_value",
    "{symbol} {time:duration} <return_word>",
    "{symbol} <return_word> (over|of|for) <last>? {time:duration}",
)
def _return_of(symbol: str, time: Duration) -> Change:
    return Change(time, SymbolPrice(symbol, Name("close")))


RULES.same("score", "{return_score}", "{volatility_score}", "{value_score}", "{score_formula}")


# how many of the best


RULES.value("lowest", False, "best", "highest", "strongest", "greatest", "largest", "biggest", "top", "most", "leading")
RULES.value("lowest", True, "worst", "lowest", "weakest", "smallest", "bottom", "least", "poorest")
RULES.value("lowest", False, "better", "higher", "stronger", "greater", "larger")
RULES.value("lowest", True, "worse", "lower", "weaker", "smaller")


@RULES.rule("best", "{lowest} {count:whole}", "{count:whole} {lowest}", "(single|one)? {lowest}")
def _best(lowest: bool, count: int | None = None) -> Best | None:
    return (lowest, count) if count is None or 1 <= count <= 100 else None


RULES.same("bare_count", "{whole} <ones>?", "(only)? {whole}")


@RULES.rule(
    "ranking",
    "<hold_best>? {count:bare_count} <among> {pool} <had> {lowest} {score}",
    "<hold_best>? {count:bare_count} <had> {lowest} {score} <among> {pool}",
    "<hold_best>? {count:bare_count} <had> {lowest} {score}",
    "<hold_best>? <whichever> (of|among)? {pool}? <had> {lowest} {score}",
    "<hold_best>? <whichever> <had> {lowest} {score} <among> {pool}",
    "<hold_best>? {pool} ,? <whichever> <had> {lowest} {score}",
    "<hold_best>? <whichever> {count:bare_count}? <among> {pool} <had> {lowest} {score}",
    "<hold_best>? <whichever> {count:bare_count} <had> {lowest} {score}",
)
def _held_with(
    lowest: bool,
    score: Score,
    count: int = 1,
    pool: tuple[str, ...] = (),
) -> Ranking:
    return Ranking(pool, count, None, score, lowest)


@RULES.rule(
    "ranking",
    "<hold_best>? {best} <performing>? <among> {pool} ,? <rank_by> {score}",
    "<hold_best>? {best} <performing>? <rank_by> {score} ,? <among> {pool}",
    "<hold_best>? {best} <performing>? <rank_by> {score}",
    "<hold_best>? {best} {score} <performing>? <among> {pool}",
    "<hold_best>? {best} <performing> <over_last>? <last> {time:duration} <among> {pool}",
    "<hold_best>? {best} <performing> {time:over_time} <among> {pool}",
    "<hold_best>? {best} <performing>? <among> {pool} ,? {time:over_time}",
    "<hold_best>? {best} <performing> <among> {pool} ,? <over_last>? <last>? {time:duration}",
    "<hold_best>? {best} <among> {pool} ,? <over_last> <last>? {time:duration}",
    "<hold_best>? {best} <performing> {time:over_time}",
    "<hold_best>? {best} <performing>? <had> {second:lowest} {score} <among> {pool}",
    "<hold_best>? {best} {time:duration} <performing> <among> {pool}",
    "<hold_best>? {best} {time:duration} <performing>",
    "<hold_best>? {best} <performing>? <among> {pool}",
    "<hold_best> :? {best} <performing>?",
    "{best} <performing>",
    "<hold_best>? {best} {score} (of|among|from|in)? {pool}",
    "<hold_best> {best} {score}",
)
def _best_by(
    best: Best,
    score: Score | None = None,
    time: Duration | None = None,
    pool: tuple[str, ...] = (),
    second: bool | None = None,
) -> Ranking | None:
    lowest, count = best
    if second is not None and second != lowest:
        return None
    if score is None and time is not None:
        score = Score((time,))
    return Ranking(pool, count or 1, None, score, lowest)


@RULES.rule(
    "ranking",
    "<hold_best>? {pool} ,? <whichever> <did_better> {time:over_time}",
    "<hold_best>? <whichever> (of|among)? {pool} <did_better> {time:over_time}",
    "<hold_best>? <whichever> <did_better> {time:over_time}",
    "<hold_best>? <whichever> (of|among)? {pool} (had|has|with) {lowest} <return_noun> {time:over_time}",
)
def _did_better(time: Duration, pool: tuple[str, ...] = (), lowest: bool = False) -> Ranking | None:
    return None if lowest else Ranking(pool, 1, None, Score((time,)), False)


@RULES.rule(
    "ranking",
    "<rank_word> {pool} <rank_by> {score}",
    "<rank_word> (them|all|these)? <rank_by> {score}",
    "<rank_word> {pool}",
    "<rank_by> {score}",
    "{pool} <rank_word> <rank_by> {score}",
    "{pool:rivals} <rank_word>? <rank_by> {score}",
    "<hold_best> {pool:rivals} <rank_word>? <rank_by> {score}",
    "<rank_word> <rank_by>? : {score}",
    "{score} <rank_word>",
    "<rank_word> :? {score}",
    "{score:volatility_score}",
)
def _ranked(score: Score | None = None, pool: tuple[str, ...] = ()) -> Ranking:
    return Ranking(pool, score=score)


@RULES.rule(
    "worst",
    "<sell_worst> {best} <performing>?",
    "<sell_worst> {best} <performing>? <among> {pool}",
    "<sell_worst> {best} <performing>? <rank_by> {score}",
)
def _worst(best: Best, pool: tuple[str, ...] = (), score: Score | None = None) -> Ranking:
    lowest, count = best
    return Ranking(pool, None, count or 1, score, not lowest)


@RULES.rule("ranking_dated", "<hold_best> {dates} ,? {ranking}")
def _ranking_dated(dates: Dates, ranking: Ranking) -> tuple[object, ...]:
    return (dates, ranking)


RULES.value("ranking", Ranking(), "sell (rest|others|everything else)", "(rest|others) (is|are) sold")


@RULES.rule("ranking", "(with|using|over|on) (a|an)? {time:duration} (lookback|look back|window|return window)")
def _lookback(time: Duration) -> Ranking:
    return Ranking(score=Score((time,)))


RULES.value(
    "ranking", Ranking(top=1, lowest_first=False), "<hold_best> (winner|leader|stronger one|better one|best one)"
)


@RULES.rule("worst", "<sell_worst> {count:bare_count} <had> {lowest} {score}")
def _worst_with(count: int, lowest: bool, score: Score) -> Ranking:
    return Ranking((), None, count, score, not lowest)


RULES.same("ranking", "{worst}")


@RULES.rule(
    "skipping",
    "<skip_word> <last> {duration}",
    "\\( <skip_word> <last> {duration} \\)",
    "<skip_word> <last> {unit}",
    "<skip_word> {duration}",
)
def _skip(duration: Duration | None = None, unit: str = "month") -> Skip:
    return Skip(duration or Duration(1, unit))


@RULES.rule(
    "pool_clause",
    "<rotate_lead> {pool}",
    "<rotate_lead> {pool} {name:rotation_title}",
    "{name:rotation_title} (of|on|between|among|with|using|:|across|in|over|for)? {pool}",
)
def _rotate(pool: tuple[str, ...], name: str = "") -> Pool | None:
    return Pool(pool) if len(pool) > 1 or name else None


@RULES.rule(
    "rotation_title_clause",
    "<idea_lead>? {name:rotation_title} <system_word>?",
    "{dates} {name:rotation_title} <system_word>?",
)
def _title(name: str, dates: object = None) -> tuple[object, ...]:
    return tuple(part for part in (RotationTitle(name), dates) if part is not None)


@RULES.rule(
    "rotation_title_clause",
    "<idea_lead>? {name:dual_momentum} <system_word>?",
    "{dates} {name:dual_momentum} <system_word>?",
)
def _dual(name: str, dates: object = None) -> tuple[object, ...]:
    return tuple(part for part in (RotationTitle(name, dual=True), dates) if part is not None)
