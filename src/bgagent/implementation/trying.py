"""Runs one source in the sandbox, once with the window open to it and once blind, and fills what it proposes."""

from collections.abc import Callable, Mapping, Sequence

from bgagent.artifacts.attempts import RunFailure, StrategySource
from bgagent.artifacts.spec import RunSpec, StrategySpec
from bgagent.data.series import Series
from bgagent.engine.backtest import replay, run_plan
from bgagent.engine.orders import OrderError, pack_orders
from bgagent.engine.plan import rules_of
from bgagent.implementation.foresight import cut_bars
from bgagent.implementation.template import TemplateProducer
from bgagent.implementation.trial import Trial, same_orders
from bgagent.sandbox.conversation import Proposal

# source, series, bars after which the stream pauses (None: each), which process variant
Propose = Callable[[StrategySource, Series, Sequence[int] | None, int], Proposal | RunFailure]


def try_source(
    spec: StrategySpec, run: RunSpec, loaded: Mapping[str, Series], source: StrategySource, *, propose: Propose
) -> Trial:
    """Everything the critic needs to know of one source. loaded: by symbol.

    The blind orders are the ones that count. A third run, blind again, is made only where the first two differ: it
    tells code that looks ahead from code that does not decide the same twice.
    """
    plan = rules_of(run.plan)
    series = loaded[plan.symbol]
    bars, first = series.bars, series.warmup_bars
    by_rules = run_plan(plan, bars, first=first, account=spec.account)
    nothing = pack_orders([])
    trial = Trial(spec, run, bars, first, source, nothing, nothing, None, (), None, by_rules, series.findings)
    pair = _free_and_blind(source, series, propose)
    if isinstance(pair, RunFailure):
        return trial.with_failure(pair)
    free, blind, cuts = pair
    again = None
    if not same_orders(free.orders, blind.orders):
        repeated = propose(source, series, cuts, 2)
        if isinstance(repeated, RunFailure):
            return trial.with_failure(repeated)
        again = repeated.orders
    try:
        result = replay(blind.orders, bars, first=first, account=spec.account)
        rejected = ""
    except OrderError as error:
        result, rejected = None, str(error)
    return trial.with_orders(
        free=free.orders,
        blind=blind.orders,
        again=again,
        cuts=cuts,
        result=result,
        rejected=rejected,
        isolation=blind.isolation,
        seconds=free.seconds + blind.seconds,
        log=blind.log,
    )


def _free_and_blind(
    source: StrategySource, series: Series, propose: Propose
) -> tuple[Proposal, Proposal, tuple[int, ...]] | RunFailure:
    """Both runs, and the bars after which the blind one was cut.

    Code that nobody has read could foresee which bars are cut, so all are; and it runs blind first, as a run that has
    seen the end could tell the next one by when it ends. What our template renders can do neither.
    """
    last, first = len(series.bars) - 1, series.warmup_bars
    if source.producer != TemplateProducer.name:
        cuts = cut_bars((), first=first, count=last + 1, everywhere=True)
        blind = propose(source, series, cuts, 1)
        free = blind if isinstance(blind, RunFailure) else propose(source, series, [last], 0)
    else:
        free = propose(source, series, [last], 0)
        if isinstance(free, RunFailure):
            return free
        cuts = cut_bars(free.orders["decided_on"].tolist(), first=first, count=last + 1)
        blind = propose(source, series, cuts, 1)
    if isinstance(free, RunFailure):
        return free
    return blind if isinstance(blind, RunFailure) else (free, blind, cuts)
