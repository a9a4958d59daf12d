"""Does any decision know more than it may? Held against decisions made while the future was not there.

The blind run hands each bar over only after the decisions before it have come back, so its orders cannot rest on a
later bar. What the code does when the window lies open to it must be the same, order by order. The indicators that the
host computes for the code are held to the same: recomputed with the future cut off, they must not change.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bgagent.artifacts.attempts import Check
from bgagent.implementation.conformity import counted, failed, passed, skipped
from bgagent.implementation.readings import Reading, readings_of
from bgagent.implementation.trial import Trial, first_difference, same_orders

CUTS = 25
BLIND_ON_EVERY_BAR = 6000  # bars; longer windows are blind at every decision up to MOST_CUTS, and CUTS others
MOST_CUTS = 500


def cut_bars(decided_on: Sequence[int], *, first: int, count: int, everywhere: bool = False) -> tuple[int, ...]:
    """Bars after which the future is cut off: those that decided an order come first, then evenly spaced ones.

    Every bar of the window when there are few enough of them, or with `everywhere`; at least CUTS where the window has
    as many.
    """
    if everywhere or count - first <= BLIND_ON_EVERY_BAR:
        return tuple(range(first - 1, count))
    decisions = sorted(set(decided_on))
    if len(decisions) > MOST_CUTS:
        decisions = [decisions[int(index)] for index in np.linspace(0, len(decisions) - 1, MOST_CUTS)]
    spaced = np.linspace(first, count - 1, CUTS + 2)[1:-1].astype(int)
    return tuple(sorted({*decisions, *(int(bar) for bar in spaced)}))


def check_lookahead(trial: Trial) -> Check:
    """The same orders, whether or not the future is there to be looked at."""
    moved = _changing_indicator(trial)
    if moved:
        return failed("lookahead", f"{moved} changes when later bars are cut off")
    orders = len(trial.blind)
    if trial.again is not None and not same_orders(trial.blind, trial.again):
        return skipped("lookahead", "the code does not decide the same twice, so nothing can be said")
    if trial.payments_differ:
        return failed("lookahead", "with the future cut off the code pays in other money", cuts=len(trial.cuts))
    if not same_orders(trial.free, trial.blind):
        bar = max(first_difference(trial.free, trial.blind), 0)
        day = trial.bars.sessions[min(bar, len(trial.bars) - 1)]
        return failed(
            "lookahead", f"with the future cut off the code decides otherwise from {day} on", cuts=len(trial.cuts)
        )
    return passed(
        "lookahead",
        f"{counted(orders, 'order')}, the same with the future cut off after each of {len(trial.cuts)} bars",
        cuts=len(trial.cuts),
        orders=orders,
    )


def check_deterministic(trial: Trial) -> Check:
    """The same orders in another process, with another hash seed and time zone."""
    if trial.again is not None and not same_orders(trial.blind, trial.again):
        bar = max(first_difference(trial.blind, trial.again), 0)
        day = trial.bars.sessions[min(bar, len(trial.bars) - 1)]
        return failed("deterministic", f"two runs of the same code on the same bars differ from {day} on")
    return passed(
        "deterministic",
        f"{counted(len(trial.blind), 'order')}, the same in a fresh process with another hash seed and time zone",
        orders=len(trial.blind),
    )


def _changing_indicator(trial: Trial) -> str:
    """The first number in the plan's rules whose value on a bar depends on later bars; empty when there is none."""
    for reading in readings_of(trial.plan, trial.all_bars):
        bars = reading.bars
        first, count = bars.index_of(trial.first_on), len(bars)
        cuts = sorted({int(cut) for cut in np.linspace(min(first, count - 1), count - 1, CUTS)})
        for node in reading.numbers:
            whole = np.asarray(reading.evaluate(node), dtype=np.float64)
            for cut in cuts:
                alone = np.asarray(_cut(reading, cut).evaluate(node), dtype=np.float64)
                if not _same_number(alone[-1], whole[cut]):
                    return f"'{reading.text}' on {bars.sessions[cut]}"
    return ""


def _cut(reading: Reading, cut: int) -> Reading:
    """The same expression with all that comes after a bar cut off, of other symbols too."""
    bars = reading.bars.between(0, cut + 1)
    others = {
        symbol: other.between(0, int(np.searchsorted(other.times, bars.times[-1], side="right")))
        for symbol, other in reading.others.items()
    }
    return replace(reading, bars=bars, others=others)


def _same_number(one: float, other: float) -> bool:
    if np.isnan(one) or np.isnan(other):
        return bool(np.isnan(one) and np.isnan(other))
    return bool(abs(one - other) <= 1e-9 * max(1.0, abs(one), abs(other)))
