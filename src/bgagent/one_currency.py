"""All of a test's money in one currency: converted where that changes no decision, refused where it might."""

from collections.abc import Mapping
from datetime import datetime

from bgagent.artifacts.code_plan import CodePlan
from bgagent.artifacts.spec import StrategySpec
from bgagent.data.conversion import converted
from bgagent.data.currencies import main_currency, refuse_mixed
from bgagent.data.provider import Provider
from bgagent.data.series import Series
from bgagent.engine.plan import Plan, Weighting, WeightPlan
from bgagent.errors import DataUnavailable


def in_one_currency(
    spec: StrategySpec, loaded: Mapping[str, Series], *, provider: Provider, now: datetime
) -> Mapping[str, Series]:
    """The series, those in other money than the account's converted. loaded: by symbol, some or all of the spec's.

    Raises NeedsClarification, as currencies would be mixed, for a strategy that decides by prices in other money or
    lies within the day, for prices that are made up, and where there are no rates. What is only watched may be in any.
    """
    account = main_currency(spec.currency)
    held = (symbol for run in spec.runs for symbol in run.plan.held_symbols)
    named = () if spec.benchmark is None else (spec.benchmark,)
    traded = [symbol for symbol in dict.fromkeys((*held, *named)) if symbol in loaded]
    foreign = [symbol for symbol in traded if _currency(loaded[symbol]) not in (None, account)]
    if not foreign:
        return loaded
    origins = [loaded[symbol].provenance for symbol in traded]
    made_up = any(loaded[symbol].provenance.synthetic for symbol in foreign)  # such rates would be, too
    if made_up or spec.timeframe.is_intraday or any(_decides_by_prices(run.plan) for run in spec.runs):
        refuse_mixed(spec.currency, origins)
    try:
        found = {symbol: converted(loaded[symbol], account, provider=provider, now=now) for symbol in foreign}
    except DataUnavailable:  # without rates there is nothing but to ask
        refuse_mixed(spec.currency, origins)
        raise
    return {**loaded, **found}


def _currency(series: Series) -> str | None:
    currency = series.provenance.currency
    return None if currency is None else main_currency(currency)


def _decides_by_prices(plan: Plan) -> bool:
    """Whether an order hangs on the prices of what is traded: by a rule, a score, a level, or in code."""
    if isinstance(plan, WeightPlan) and plan.weighting is Weighting.INVERSE_VOLATILITY:
        return True
    return isinstance(plan, CodePlan) or bool(plan.conditions or plan.scores or plan.distances)
