"""What in the run shows that a clause of the sentence was followed."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bgagent.artifacts.clauses import Clause
from bgagent.artifacts.spec import Understood
from bgagent.engine.result import ExitReason
from bgagent.implementation.trial import Trial


def with_evidence(understood: Understood, trials: tuple[Trial, ...]) -> Understood:
    """The same reading; each clause with what the runs show of it, nothing where they cannot show it."""
    return replace(understood, clauses=tuple(_shown(clause, trials) for clause in understood.clauses))


def _shown(clause: Clause, trials: tuple[Trial, ...]) -> Clause:
    name = clause.field.rsplit(".", 1)[-1]
    show = _SHOWS.get(name)
    if show is None:
        return clause
    shown = [(trial.run.label, show(trial)) for trial in trials]
    said = {text for _, text in shown if text}
    if not said:
        return clause
    if len(said) == 1:
        return clause.with_evidence(said.pop())
    return clause.with_evidence("; ".join(f"{label}: {text}" for label, text in shown if text))


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
        rule = trial.plan.exit if direction == "long" else trial.plan.short_exit
        if rule is None:
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


_SHOWS: Mapping[str, Callable[[Trial], str]] = {
    "period": _period,
    "initial_capital": _capital,
    "symbol": _symbol,
    "symbols": _symbol,
    "entry": _entries("long"),
    "short_entry": _entries("short"),
    "exit": _left_by_rule("long"),
    "short_exit": _left_by_rule("short"),
    "stop_loss": _exits(ExitReason.STOP_LOSS),
    "take_profit": _exits(ExitReason.TAKE_PROFIT),
    "trailing_stop": _exits(ExitReason.TRAILING_STOP),
    "hold_bars": _exits(ExitReason.TIME),
    "direction": _direction,
}
