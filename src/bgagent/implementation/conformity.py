"""Does what was traded keep to the spec? Each check reads fills, orders and bars, never the strategy's own words.

The checks do not ask the engine whether it worked: they recompute levels, clocks and money from the fills and the
bars themselves.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bgagent.artifacts.attempts import Check, CheckStatus
from bgagent.artifacts.code_plan import CodePlan
from bgagent.engine.plan import Plan, RulePlan, RulePortfolio, SizeKind, Sizing, WeightPlan
from bgagent.engine.result import BacktestResult, ExitReason, Trade
from bgagent.implementation.trial import Trial

TOLERANCE = 1e-9


def passed(check_id: str, detail: str, **figures: float | None) -> Check:
    """A check that found what it wanted."""
    return Check(check_id, CheckStatus.PASS, detail, figures)


def failed(check_id: str, detail: str, **figures: float | None) -> Check:
    """A check whose finding must be mended before the attempt can be accepted."""
    return Check(check_id, CheckStatus.FAIL, detail, figures)


def warned(check_id: str, detail: str, **figures: float | None) -> Check:
    """A check whose finding a reader of the report must know."""
    return Check(check_id, CheckStatus.WARN, detail, figures)


def skipped(check_id: str, detail: str) -> Check:
    """A check that could not be made, and why."""
    return Check(check_id, CheckStatus.SKIP, detail, {})


def counted(number: int, what: str) -> str:
    """'1 trade', '2 trades'."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def check_symbol(trial: Trial) -> Check:
    """Only the run's own symbols are ordered."""
    wanted = trial.plan.held_symbols
    strangers = int(np.count_nonzero(trial.orders["symbol"] >= len(wanted)))
    named = ", ".join(wanted)
    if strangers or tuple(bars.symbol for bars in trial.universe) != wanted:
        return failed("symbol", f"{strangers} orders are for a symbol other than {named}", strangers=strangers)
    return passed("symbol", f"every order is for {named}", orders=float(len(trial.orders)))


def check_window(trial: Trial) -> Check:
    """Decisions and fills lie in the window asked for; the first decision may be made just before it opens."""
    decided = trial.orders["decided_on"]
    outside = int(np.count_nonzero((decided < trial.first - 1) | (decided >= len(trial.bars))))
    happened = [fill.bar for fill in trial.result.fills] if trial.result else []
    late = sum(not trial.first <= bar < len(trial.bars) for bar in (*happened, *(paid.bar for paid in trial.payments)))
    sessions = trial.bars.sessions[trial.first :]
    period = trial.spec.period
    strayed = int(np.count_nonzero((sessions < np.datetime64(period.start)) | (sessions > np.datetime64(period.end))))
    if outside or late or strayed:
        return failed(
            "window",
            f"{outside} orders, {late} fills and {strayed} bars lie outside {period}",
            orders_outside=outside,
            fills_outside=late,
        )
    return passed("window", f"every decision and fill lies in {period}", orders_outside=0, fills_outside=0)


def check_capital(trial: Trial, result: BacktestResult) -> Check:
    """The run starts with the capital asked for, sizes its entries as the spec says, and never spends what it lacks."""
    capital = trial.spec.initial_capital
    if result.account.initial_capital != capital or result.equity[0] != capital:
        return failed(
            "capital",
            f"the run started with {result.equity[0]:.2f}, not {capital:.2f}",
            started=float(result.equity[0]),
        )
    entries = [order for order in trial.order_list() if order.is_entry]
    wrong = [order for order in entries if not _is_sized_so(order.sizing, wanted_sizing(trial, trial.symbol_of(order)))]
    if wrong:
        sizing = wanted_sizing(trial, trial.symbol_of(wrong[0]))
        asked = f"{sizing.value:g} ({sizing.kind.value})" if sizing else "asked for"
        return failed(
            "capital",
            f"{len(wrong)} of {len(entries)} entries ask for another size than {asked}",
            wrong_sizes=len(wrong),
            entries=len(entries),
        )
    lowest = float(result.cash.min()) if len(result.cash) else capital
    # a sale so small that its commission is more than it brings takes the rest from cash
    dearest = max((fill.commission for fill in result.fills if fill.kind != "entry"), default=0.0)
    if lowest < -TOLERANCE * result.contributed - dearest * len(trial.universe):
        return failed("capital", f"cash fell to {lowest:.2f}", lowest_cash=lowest)
    said = "never below 0" if lowest >= -TOLERANCE * result.contributed else f"never below {lowest:.2f}, a commission"
    return passed("capital", f"started with {capital:.2f}; cash {said}", lowest_cash=lowest)


def wanted_sizing(trial: Trial, symbol: str) -> Sizing | None:
    """The size that the plan gives to a symbol's entries; None where it does not say one for all of them."""
    plan = trial.plan
    rules = trial.rules_for(symbol)
    sizing: Sizing | None = getattr(rules, "sizing", None)
    if isinstance(plan, RulePortfolio) and isinstance(rules, RulePlan) and sizing is not None and _is_all(sizing):
        return replace(rules.sizing, value=1.0 / ((plan.slots or len(plan.plans)) * rules.max_positions))
    return sizing


def _is_all(sizing: Sizing) -> bool:
    return sizing.kind is SizeKind.EQUITY and sizing.value == 1.0


def _is_sized_so(asked: Sizing | None, wanted: Sizing | None) -> bool:
    """A volatility target is a fraction of equity by the time it is ordered; how large, is held against the rules."""
    if wanted is None:
        return True
    if wanted.kind is SizeKind.VOLATILITY:
        return asked is not None and asked.kind is SizeKind.EQUITY and asked.whole_shares == wanted.whole_shares
    return asked == wanted


def check_direction(trial: Trial, result: BacktestResult) -> Check:
    """No trade in a direction that was not asked for."""
    wanted = trial.plan.direction
    longs = sum(1 for trade in result.trades if trade.direction == "long")
    shorts = len(result.trades) - longs
    if (wanted == "long" and shorts) or (wanted == "short" and longs):
        return failed(
            "direction",
            f"{direction_of(trial.plan)} was asked for; {longs} long, {shorts} short trades",
            longs=longs,
            shorts=shorts,
        )
    return passed(
        "direction", f"{longs} long, {shorts} short; {direction_of(trial.plan)} asked for", longs=longs, shorts=shorts
    )


def check_positions(trial: Trial, result: BacktestResult) -> Check | None:
    """Never more lots open at once than allowed, the moment of an exchange at one open aside; None without a limit."""
    match trial.plan:
        case RulePortfolio() as plan:
            return _check_slots(plan, result)
        case WeightPlan(top=int(top)) as plan:
            return _check_held(plan, top, result)
    allowed: int | None = getattr(trial.plan, "max_positions", None)
    if allowed is None:
        return None
    most = _most_open(result.trades)
    if most > allowed:
        return failed("positions", f"{most} positions were open at once, {allowed} allowed", most_open=most)
    return passed("positions", f"at most {most} open at once, {allowed} allowed", most_open=most)


def _check_slots(plan: RulePortfolio, result: BacktestResult) -> Check:
    """Symbols held at once against the slots, lots of each symbol against its own rules."""
    slots = plan.slots or len(plan.plans)
    most = int((result.quantities != 0).sum(axis=1).max(initial=0))
    if most > slots:
        return failed("positions", f"{most} symbols were held at once, {slots} allowed", most_held=most)
    for rules in plan.plans:
        lots = _most_open([trade for trade in result.trades if trade.symbol == rules.symbol])
        if lots > rules.max_positions:
            said = f"{lots} positions in {rules.symbol} were open at once, {rules.max_positions} allowed"
            return failed("positions", said, most_open=lots)
    return passed("positions", f"at most {most} symbols held at once, {slots} allowed", most_held=most)


def _check_held(plan: WeightPlan, top: int, result: BacktestResult) -> Check:
    """Symbols held at once against the number to be held; the one that takes what is left is not counted."""
    allowed = top + (plan.bottom or 0)
    counted_ones = [symbol != plan.otherwise or symbol in plan.symbols for symbol in plan.held_symbols]
    # a symbol that has no bar on a date keeps its place beside the one that comes in, until it trades
    holding = ((result.quantities != 0) & result.traded)[:, counted_ones]
    most = int(holding.sum(axis=1).max(initial=0))
    if most > allowed:
        return failed("positions", f"{most} symbols were held at once, {allowed} allowed", most_held=most)
    return passed("positions", f"at most {most} symbols held at once, {allowed} allowed", most_held=most)


def _most_open(trades: Sequence[Trade]) -> int:
    lots: dict[int, tuple[int, float]] = {}  # several trades of one lot are one position, open until the last of them
    for trade in trades:
        begun, ended = lots.get(trade.lot, (trade.entry_bar, -1.0))
        lots[trade.lot] = (begun, max(ended, float("inf") if trade.exit_bar is None else trade.exit_bar))
    changes = sorted([(float(begun), 1) for begun, _ in lots.values()] + [(ended, -1) for _, ended in lots.values()])
    open_now = most = 0
    for _, change in changes:  # exits sort first on a bar, as they fill first
        open_now += change
        most = max(most, open_now)
    return most


def check_holding(trial: Trial, result: BacktestResult) -> Check | None:
    """A position asked to be held N bars is never held longer, and timed exits come exactly then."""
    asked = {symbol: getattr(trial.rules_for(symbol), "hold_bars", None) for symbol in trial.plan.held_symbols}
    wanted: dict[str, int] = {symbol: bars for symbol, bars in asked.items() if bars is not None}
    if not wanted:
        return None
    timed = [(trade, wanted[trade.symbol]) for trade in result.trades if trade.symbol in wanted]
    long_held = [trade for trade, bars in timed if trade.bars_held > bars]
    early = [trade for trade, bars in timed if trade.exit_reason is ExitReason.TIME and trade.bars_held != bars]
    if isinstance(trial.plan, CodePlan):
        early = []  # code may have another clock besides, such as the end of the session
    said = " or ".join(str(bars) for bars in dict.fromkeys(wanted.values()))
    if long_held or early:
        return failed("holding", f"{len(long_held)} trades held over {said} bars, {len(early)} timed exits early")
    exits = sum(1 for trade, _ in timed if trade.exit_reason is ExitReason.TIME)
    return passed("holding", f"{exits} exits after exactly {said} bars, none held longer", timed_exits=exits)


def check_books(result: BacktestResult) -> Check:
    """Cash + positions = equity on each bar; what was gained = realised + open profit, to 1e-9."""
    gained = float(result.equity[-1]) - result.contributed - float(result.interest.sum())
    gap = abs(gained - sum(trade.profit for trade in result.trades)) / max(result.contributed, 1.0)
    worst = max(result.books_error, gap)
    if not worst <= TOLERANCE:
        return failed("books", f"the books are off by {worst:.2g} of the money paid in", largest_error=worst)
    paid = f", {counted(len(result.payments), 'payment')} among them" if result.payments else ""
    return passed("books", f"cash + positions = equity on each of {len(result.cash)} bars{paid}", largest_error=worst)


def direction_of(plan: Plan) -> str:
    """The plan's direction, in words for a finding."""
    return {"long": "long only", "short": "short only", "both": "long and short"}[plan.direction]
