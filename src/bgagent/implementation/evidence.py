"""What in the run shows that a clause of the sentence was followed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from bgagent.artifacts.clauses import Clause
from bgagent.artifacts.spec import Understood
from bgagent.engine.holdings import weights_held
from bgagent.engine.plan import PaymentPlan, WeightPlan
from bgagent.engine.result import ExitReason
from bgagent.implementation.trial import Trial


def with_evidence(understood: Understood, trials: tuple[Trial, ...]) -> Understood:
    """The same reading; each clause with what the runs show of it, nothing where they cannot show it."""
    return replace(understood, clauses=tuple(_shown(clause, trials) for clause in understood.clauses))


def _shown(clause: Clause, trials: tuple[Trial, ...]) -> Clause:
    names = (name.rsplit(".", 1)[-1] for name in clause.field.split(", "))
    shows = tuple(dict.fromkeys(_SHOWS[name] for name in names if name in _SHOWS))
    if not shows:
        return clause
    shown = [(trial.run.label, _together(show(trial) for show in shows)) for trial in trials]
    said = {text for _, text in shown if text}
    if not said:
        return clause
    if len(said) == 1:
        return clause.with_evidence(said.pop())
    return clause.with_evidence("; ".join(f"{label}: {text}" for label, text in shown if text))


def _together(texts: Iterable[str]) -> str:
    """What a clause that became several fields is shown by, each thing said once."""
    return "; ".join(dict.fromkeys(text for text in texts if text))


def _period(trial: Trial) -> str:
    window = trial.bars.sessions[trial.first :]
    return f"{len(window)} bars, {window[0]} to {window[-1]}"


def _capital(trial: Trial) -> str:
    return f"equity begins at {trial.result.equity[0]:,.2f}" if trial.result else ""


def _symbol(trial: Trial) -> str:
    symbols = sorted({fill.symbol for fill in trial.result.fills}) if trial.result else []
    return f"fills in {', '.join(symbols)}" if symbols else ""


def _entries(direction: str) -> Callable[[Trial], str]:
    def show(trial: Trial) -> str:
        if trial.result is None:
            return ""
        entered = [trade for trade in trial.result.trades if trade.direction == direction]
        return _counted([str(trial.bars.sessions[trade.entry_bar]) for trade in entered], "entry", "entries")

    return show


_BY_RULE = (ExitReason.RULE, ExitReason.SCHEDULE)


def _left_by_rule(direction: str) -> Callable[[Trial], str]:
    """Exits by the rule; where there is none, a clause about leaving speaks of the levels and the clock instead."""

    def show(trial: Trial) -> str:
        name = "exit" if direction == "long" else "short_exit"
        plans = [trial.rules_for(symbol) for symbol in trial.plan.held_symbols]
        if all(getattr(plan, name, None) is None for plan in plans):
            return _exits(*(reason for reason in ExitReason if reason is not ExitReason.END_OPEN))(trial)
        return _exits(*_BY_RULE, direction=direction)(trial)

    return show


def _exits(*reasons: ExitReason, direction: str = "") -> Callable[[Trial], str]:
    def show(trial: Trial) -> str:
        if trial.result is None:
            return ""
        left = [
            trade
            for trade in trial.result.trades
            if trade.exit_reason in reasons and direction in ("", trade.direction)
        ]
        return _counted([str(trial.bars.sessions[trade.exit_bar or 0]) for trade in left], "exit", "exits")

    return show


def _counted(days: list[str], one: str, many: str) -> str:
    if not days:
        return f"no {one}"
    named = ", ".join(days[:3]) + (f" and {len(days) - 3} more" if len(days) > 3 else "")
    return f"{len(days)} {one if len(days) == 1 else many}: {named}"


def _direction(trial: Trial) -> str:
    if trial.result is None:
        return ""
    longs = sum(trade.direction == "long" for trade in trial.result.trades)
    return f"{longs} long, {len(trial.result.trades) - longs} short"


def _rebalances(trial: Trial) -> str:
    """The dates on which target weights were traded."""
    if trial.result is None or not isinstance(trial.plan, WeightPlan):
        return _payments(trial)
    days = sorted({order.decided_on + 1 for order in trial.order_list() if order.decided_on + 1 < len(trial.bars)})
    return _counted([str(trial.bars.sessions[bar]) for bar in days], "rebalance", "rebalances")


def _payments(trial: Trial) -> str:
    """The money that was paid in."""
    if trial.result is None or not isinstance(trial.plan, PaymentPlan):
        return ""
    days = [str(trial.bars.sessions[payment.bar]) for payment in trial.result.payments]
    total = sum(payment.amount for payment in trial.result.payments)
    return f"{_counted(days, 'payment', 'payments')}; {total:,.2f} in all"


def _weights(trial: Trial) -> str:
    """What each symbol's share of equity was, on average and at the end."""
    if trial.result is None or not trial.result.universe:
        return ""
    result = trial.result
    shares = weights_held(result)
    told = [
        f"{bars.symbol} {mean * 100:.1f} % on average, {last * 100:.1f} % at the end"
        for bars, mean, last in zip(result.universe, shares.mean(axis=0), shares[-1], strict=True)
    ]
    return "; ".join(told[:_MOST_SYMBOLS]) + (
        f"; and {len(told) - _MOST_SYMBOLS} more" if len(told) > _MOST_SYMBOLS else ""
    )


def _held_at_once(trial: Trial) -> str:
    """The most symbols that were held together."""
    if trial.result is None or not trial.result.universe:
        return ""
    most = int((trial.result.quantities != 0).sum(axis=1).max(initial=0))
    return f"at most {most} of {len(trial.result.universe)} symbols held at once"


_MOST_SYMBOLS = 4
_SHOWS: Mapping[str, Callable[[Trial], str]] = {
    "period": _period,
    "initial_capital": _capital,
    "symbol": _symbol,
    "symbols": _symbol,
    "universe": _symbol,
    "entry": _entries("long"),
    "short_entry": _entries("short"),
    "exit": _left_by_rule("long"),
    "short_exit": _left_by_rule("short"),
    "stop_loss": _exits(ExitReason.STOP_LOSS),
    "take_profit": _exits(ExitReason.TAKE_PROFIT),
    "trailing_stop": _exits(ExitReason.TRAILING_STOP),
    "hold_bars": _exits(ExitReason.TIME),
    "direction": _direction,
    "weights": _weights,
    "weighting": _weights,
    "invested": _weights,
    "otherwise": _weights,
    "volatility_bars": _weights,
    "holds": _weights,
    "score": _held_at_once,
    "top": _held_at_once,
    "bottom": _held_at_once,
    "slots": _held_at_once,
    "on": _rebalances,
    "schedule": _rebalances,
    "rebalance": _rebalances,
    "rebalance_on": _payments,
    "drift": _rebalances,
    "amount": _payments,
    "payments": _payments,
    "contributions": _payments,
}
