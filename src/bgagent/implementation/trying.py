"""Runs one source in the sandbox, once with the window open to it and once blind, and fills what it proposes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bgagent.artifacts.attempts import RunFailure, StrategySource
from bgagent.artifacts.code_plan import CodePlan
from bgagent.artifacts.spec import RunSpec, StrategySpec
from bgagent.bars import Bars
from bgagent.data.series import Series
from bgagent.engine.backtest import replay, run_plan
from bgagent.engine.orders import OrderError, pack_orders
from bgagent.engine.plan import PaymentPlan, Plan, RulePlan, RulePortfolio, WeightPlan
from bgagent.engine.portfolio import replay_portfolio, run_portfolio
from bgagent.engine.result import BacktestResult
from bgagent.engine.timeline import Timeline, join
from bgagent.implementation.condition_counts import counting
from bgagent.implementation.foresight import cut_bars
from bgagent.implementation.template import TemplateProducer
from bgagent.implementation.trial import Trial, same_orders, same_payments
from bgagent.sandbox.conversation import Proposal


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """The bars that a source is run on.

    bars: of one symbol, or of each symbol that may be held, in the order of their indices. watched: of those that are
    only read. first: index of the window's first bar, and count: of all bars, of one symbol or of all joined.
    """

    bars: Bars | tuple[Bars, ...]
    watched: tuple[Bars, ...]
    first: int
    count: int


# source, stage, bars after which the stream pauses (None: each), which process variant
Propose = Callable[[StrategySource, Stage, Sequence[int] | None, int], Proposal | RunFailure]


def try_source(
    spec: StrategySpec, run: RunSpec, loaded: Mapping[str, Series], source: StrategySource, *, propose: Propose
) -> Trial:
    """Everything the critic needs to know of one source. loaded: by symbol.

    The blind orders are the ones that count. A third run, blind again, is made only where the first two differ: it
    tells code that looks ahead from code that does not decide the same twice.
    """
    trial, stage = _begun(spec, run, loaded, source)
    pair = _free_and_blind(source, stage, propose)
    if isinstance(pair, RunFailure):
        return trial.with_failure(pair)
    free, blind, cuts = pair
    again = None
    differs = not same_payments(free.payments, blind.payments)
    if differs or not same_orders(free.orders, blind.orders):
        repeated = propose(source, stage, cuts, 2)
        if isinstance(repeated, RunFailure):
            return trial.with_failure(repeated)
        again = repeated.orders
    try:
        result = _filled(trial, blind)
        rejected = ""
    except OrderError as error:
        result, rejected = None, str(error)
    return trial.with_orders(
        free=free.orders,
        blind=blind.orders,
        again=again,
        cuts=cuts,
        payments=blind.payments,
        payments_differ=differs,
        result=result,
        rejected=rejected,
        isolation=blind.isolation,
        seconds=free.seconds + blind.seconds,
        log=blind.log,
        conditions=_counted(source, stage, propose) if _never_traded(source, result) else (),
    )


def _never_traded(source: StrategySource, result: BacktestResult | None) -> bool:
    return source.producer != TemplateProducer.name and result is not None and not result.trades


def _counted(source: StrategySource, stage: Stage, propose: Propose) -> tuple[str, ...]:
    """How often each condition of the code was true, as a run of it with counters tells."""
    counter = counting(source.text) if isinstance(stage.bars, Bars) else None
    if counter is None:
        return ()
    outcome = propose(replace(source, text=counter.source), stage, [stage.count - 1], 0)
    return () if isinstance(outcome, RunFailure) else counter.read(outcome.log)


def _begun(
    spec: StrategySpec, run: RunSpec, loaded: Mapping[str, Series], source: StrategySource
) -> tuple[Trial, Stage]:
    """The trial before any code has run, with what the plan gives without any."""
    own = {symbol: loaded[symbol].bars for symbol in run.symbols}
    findings = tuple(
        found if len(run.symbols) == 1 else replace(found, text=f"{symbol}: {found.text}")
        for symbol in run.symbols
        for found in loaded[symbol].findings
    )
    watched = tuple(own[symbol] for symbol in run.plan.watched_symbols)
    timeline: Timeline | None = None
    stage_bars: Bars | tuple[Bars, ...]
    if isinstance(run.plan, RulePlan) or (isinstance(run.plan, CodePlan) and len(run.symbols) == 1):
        series = loaded[run.symbols[0]]
        bars, first, stage_bars = series.bars, series.warmup_bars, series.bars
    else:
        held = [loaded[symbol] for symbol in run.plan.held_symbols]
        first_on = min(each.bars.sessions[each.warmup_bars] for each in held).item()
        stage_bars = together = tuple(each.bars for each in held)
        timeline = join(together, first_on=first_on)
        bars, first = timeline.laid[0], timeline.first
    by_plan = _by_plan(run.plan, own, spec, first_on=bars.sessions[first].item(), first=first)
    nothing = pack_orders([])
    trial = Trial(
        spec, run, bars, first, source, nothing, nothing, None, (), None, by_plan, findings, timeline=timeline, own=own
    )
    return trial, Stage(stage_bars, watched, first, len(bars))


def _by_plan(
    plan: Plan, own: Mapping[str, Bars], spec: StrategySpec, *, first_on: date, first: int
) -> BacktestResult | None:
    """The plan run by the engine itself; None where only code says what it does."""
    match plan:
        case RulePlan():
            watched = [own[symbol] for symbol in plan.watched_symbols]
            return run_plan(plan, own[plan.symbol], first=first, account=spec.account, watched=watched)
        case WeightPlan() | PaymentPlan() | RulePortfolio():
            return run_portfolio(plan, tuple(own.values()), first_on=first_on, account=spec.account)
    return None


def _filled(trial: Trial, proposal: Proposal) -> BacktestResult:
    """What comes of the orders. Raises OrderError for a log that is not fit to be filled."""
    account = trial.spec.account
    if trial.timeline is None:
        return replay(proposal.orders, trial.bars, first=trial.first, account=account)
    return replay_portfolio(
        proposal.orders, trial.held_bars, first_on=trial.first_on, account=account, payments=proposal.payments
    )


def _free_and_blind(
    source: StrategySource, stage: Stage, propose: Propose
) -> tuple[Proposal, Proposal, tuple[int, ...]] | RunFailure:
    """Both runs, and the bars after which the blind one was cut.

    Code that nobody has read could foresee which bars are cut, so all are; and it runs blind first, as a run that has
    seen the end could tell the next one by when it ends. What our template renders can do neither.
    """
    last, first = stage.count - 1, stage.first
    if source.producer != TemplateProducer.name:
        cuts = cut_bars((), first=first, count=last + 1, everywhere=True)
        blind = propose(source, stage, cuts, 1)
        free = blind if isinstance(blind, RunFailure) else propose(source, stage, [last], 0)
    else:
        free = propose(source, stage, [last], 0)
        if isinstance(free, RunFailure):
            return free
        cuts = cut_bars(free.orders["decided_on"].tolist(), first=first, count=last + 1)
        blind = propose(source, stage, cuts, 1)
    if isinstance(free, RunFailure):
        return free
    return blind if isinstance(blind, RunFailure) else (free, blind, cuts)
