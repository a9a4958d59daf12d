"""Does what was traded keep to the spec? Each check reads fills, orders and bars, never the strategy's own words.

The checks do not ask the engine whether it worked: they recompute levels, clocks and money from the fills and the
bars themselves.
"""

import numpy as np

from bgagent.artifacts.attempts import Check, CheckStatus
from bgagent.engine.plan import RulePlan, SizeKind, Sizing
from bgagent.engine.result import BacktestResult, ExitReason
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
    """Only the run's own symbol is ordered."""
    wanted = trial.plan.symbol
    strangers = int(np.count_nonzero(trial.orders["symbol"] != 0))
    if strangers or trial.bars.symbol != wanted:
        return failed("symbol", f"{strangers} orders are for a symbol other than {wanted}", strangers=strangers)
    return passed("symbol", f"every order is for {wanted}", orders=float(len(trial.orders)))


def check_window(trial: Trial) -> Check:
    """Decisions and fills lie in the window asked for; the first decision may be made just before it opens."""
    decided = trial.orders["decided_on"]
    outside = int(np.count_nonzero((decided < trial.first - 1) | (decided >= len(trial.bars))))
    late = sum(1 for fill in trial.result.fills if not trial.first <= fill.bar < len(trial.bars)) if trial.result else 0
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
    sizing = trial.plan.sizing
    entries = [order for order in trial.order_list() if order.is_entry]
    wrong = [order for order in entries if not _is_sized_so(order.sizing, sizing)]
    if wrong:
        return failed(
            "capital",
            f"{len(wrong)} of {len(entries)} entries ask for another size than {sizing.value:g} ({sizing.kind.value})",
            wrong_sizes=len(wrong),
            entries=len(entries),
        )
    lowest = float(result.cash.min()) if len(result.cash) else capital
    if lowest < -TOLERANCE * capital:
        return failed("capital", f"cash fell to {lowest:.2f}", lowest_cash=lowest)
    return passed("capital", f"started with {capital:.2f}; cash never below 0", lowest_cash=lowest)


def _is_sized_so(asked: Sizing | None, wanted: Sizing) -> bool:
    """A volatility target is a fraction of equity by the time it is ordered; how large, is held against the rules."""
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


def check_positions(trial: Trial, result: BacktestResult) -> Check:
    """Never more lots open at once than allowed, the moment of an exchange at one open aside."""
    changes = sorted(
        [(trade.entry_bar, 1) for trade in result.trades]
        + [(trade.exit_bar, -1) for trade in result.trades if trade.exit_bar is not None]
    )
    open_now = most = 0
    for _, change in changes:  # exits sort first on a bar, as they fill first
        open_now += change
        most = max(most, open_now)
    allowed = trial.plan.max_positions
    if most > allowed:
        return failed("positions", f"{most} positions were open at once, {allowed} allowed", most_open=most)
    return passed("positions", f"at most {most} open at once, {allowed} allowed", most_open=most)


def check_holding(trial: Trial, result: BacktestResult) -> Check | None:
    """A position asked to be held N bars is never held longer, and timed exits come exactly then."""
    wanted = trial.plan.hold_bars
    if wanted is None:
        return None
    long_held = [trade for trade in result.trades if trade.bars_held > wanted]
    early = [trade for trade in result.trades if trade.exit_reason is ExitReason.TIME and trade.bars_held != wanted]
    if long_held or early:
        return failed("holding", f"{len(long_held)} trades held over {wanted} bars, {len(early)} timed exits early")
    timed = sum(1 for trade in result.trades if trade.exit_reason is ExitReason.TIME)
    return passed("holding", f"{timed} exits after exactly {wanted} bars, none held longer", timed_exits=timed)


def check_books(result: BacktestResult) -> Check:
    """Cash + positions = equity on each bar; final equity - capital = realised + open profit, to 1e-9."""
    profit = sum(trade.profit for trade in result.trades)
    capital = result.account.initial_capital
    gap = abs(float(result.equity[-1]) - capital - profit) / max(capital, 1.0)
    worst = max(result.books_error, gap)
    if not worst <= TOLERANCE:
        return failed("books", f"the books are off by {worst:.2g} of the capital", largest_error=worst)
    return passed("books", f"cash + positions = equity on each of {len(result.cash)} bars", largest_error=worst)


def direction_of(plan: RulePlan) -> str:
    """The plan's direction, in words for a finding."""
    return {"long": "long only", "short": "short only", "both": "long and short"}[plan.direction]
