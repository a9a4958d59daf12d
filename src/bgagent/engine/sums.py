"""Sums over a run's curve, trades and fills, in as few passes as there can be.

Compiled with the types of sums.pxd where that can be; both ways give the same numbers. engine.curve_metrics says what
the figures mean.
"""

from math import nan
from typing import Any

NEVER = float("inf")
CLOSED_AT, PROFIT_AT = 6, 9  # places in a row of trades


class CurveSums:
    """What an equity curve (m + 1,) that begins with the capital says, bar by bar.

    free: return of a bar without risk. count: returns, m. mean, low, high: of the returns; squares, cubes, fourths:
    sums of powers of their distance from the mean; downside: sum of squares of the excess returns below 0.
    quantile: the share `tail` of the returns lies below it, interpolated; shortfall: mean of those at or below it.
    total: sum of the curve. depth: of the deepest fall, 0 or below, from point `peak` to point `trough`; -1 each
    without one.
    found: room for m numbers. All but the falls are NaN where a bar began with nothing or less; the falls where the
    curve begins so.
    """

    def __init__(self, equity: Any, found: Any, free: float, tail: float) -> None:
        self.count = len(equity) - 1
        self.mean = self.low = self.high = self.squares = self.cubes = self.fourths = nan
        self.downside = self.quantile = self.shortfall = self.total = self.depth = nan
        self.peak = self.trough = -1
        if self.count > 0:
            self.read(equity, found, free, tail)

    def read(self, equity: Any, found: Any, free: float, tail: float) -> None:
        """Fills everything in."""
        limit = self.likely_limit(equity, found, tail)
        kept = self.read_once(equity, found, free, limit)
        if kept < 0:
            return
        square = self.squares / self.count
        if self.mean * self.mean > square:  # the powers lost too many digits on their way to the mean
            self.read_powers(equity)
        place = tail * (self.count - 1)
        if kept < place + 2.0:
            kept = self.gather(equity, found)
        self.read_tail(found, kept, tail)

    def read_without_tail(self, equity: Any, found: Any) -> None:
        """Fills in what needs no order among the returns, from another curve as long; without a return free of risk."""
        self.mean = self.squares = self.depth = nan
        self.peak = self.trough = -1
        kept = self.read_once(equity, found, 0.0, -NEVER) if self.count > 0 else -1
        if kept >= 0 and self.mean * self.mean > self.squares / self.count:
            self.read_powers(equity)

    def likely_limit(self, equity: Any, found: Any, tail: float) -> float:
        """A return that more than the tail lies below, and not much more, from some of them."""
        step = 1 + self.count // (256 if self.count < 20000 else 2048)
        share = (3.0 if self.count < 20000 else 1.5) * tail
        kept = bar = 0
        while bar < self.count:
            found[kept] = equity[bar + 1] / equity[bar] - 1.0 if equity[bar] > 0.0 else 0.0
            kept += 1
            bar += step
        place = share * (kept - 1)
        rank = int(place)
        return select(found, kept, rank)

    def read_once(self, equity: Any, found: Any, free: float, limit: float) -> int:
        """All sums, and the returns up to a limit into `found`: how many, -1 where a bar began with nothing."""
        before = high = equity[0]
        total = before
        summed = squares = cubes = fourths = downside = 0.0
        lowest = NEVER
        highest = -NEVER
        kept = flat = 0
        alive = True
        falls = before > 0.0
        depth = 0.0
        deep = high  # below it a fall may be the deepest so far
        peak = peak_now = trough = 0
        for bar in range(self.count):
            now = equity[bar + 1]
            total += now
            if not before > 0.0:
                alive = False
            if now == before:
                flat += 1
                found[kept] = 0.0
                kept += limit >= 0.0
                continue
            change = now / before - 1.0 if before != 0.0 else nan
            before = now
            found[kept] = change
            kept += change <= limit
            square = change * change
            summed += change
            squares += square
            cubes += square * change
            fourths += square * square
            loss = change - free
            loss = 0.5 * (loss - abs(loss))  # 0 above 0, and no branch that the processor would have to guess
            downside += loss * loss
            lowest = min(lowest, change)
            highest = max(highest, change)
            if now >= high:
                high = now
                peak_now = bar + 1
                deep = high * (1.0 + depth) * 1.000000000001
                deep = min(deep, high)
            elif falls and now < deep:
                fall = now / high - 1.0
                if fall < depth:
                    depth = fall
                    peak = peak_now
                    trough = bar + 1
                    deep = now
        if falls:
            self.peak_of(equity, depth, peak, trough)
        self.total = total
        if not alive or not equity[0] > 0.0:
            return -1
        self.take(flat, free, summed, squares, cubes, fourths, downside, lowest, highest)
        return kept

    def peak_of(self, equity: Any, depth: float, peak: int, trough: int) -> None:
        """Keeps the deepest fall; it begins at the last of equal highs."""
        self.depth = depth
        if depth < 0.0:
            while peak + 1 < trough and equity[peak + 1] == equity[peak]:
                peak += 1
            self.peak = peak
            self.trough = trough

    def take(
        self,
        flat: int,
        free: float,
        summed: float,
        squares: float,
        cubes: float,
        fourths: float,
        downside: float,
        lowest: float,
        highest: float,
    ) -> None:
        """Keeps sums of powers, moved to the mean; flat: bars that did not move, left out of the sums so far."""
        count = self.count * 1.0
        mean = summed / count
        self.mean = mean
        self.low = 0.0 if flat > 0 and lowest > 0.0 else lowest
        self.high = 0.0 if flat > 0 and highest < 0.0 else highest
        square = squares / count
        cube = cubes / count
        fourth = fourths / count
        self.squares = count * (square - mean * mean)
        self.cubes = count * (cube - 3.0 * mean * square + 2.0 * mean * mean * mean)
        self.fourths = count * (fourth - 4.0 * mean * cube + mean * mean * (6.0 * square - 3.0 * mean * mean))
        self.downside = downside + flat * free * free if free > 0.0 else downside

    def read_powers(self, equity: Any) -> None:
        """The powers once more, from the mean on: exact where returns hardly differ."""
        mean = self.mean
        squares = cubes = fourths = 0.0
        for bar in range(self.count):
            change = equity[bar + 1] / equity[bar] - 1.0
            apart = change - mean
            square = apart * apart
            squares += square
            cubes += square * apart
            fourths += square * square
        self.squares = squares
        self.cubes = cubes
        self.fourths = fourths

    def gather(self, equity: Any, found: Any) -> int:
        """All returns."""
        for bar in range(self.count):
            found[bar] = equity[bar + 1] / equity[bar] - 1.0
        return self.count

    def read_tail(self, found: Any, kept: int, tail: float) -> None:
        """The quantile and what lies below it, looked for among the returns kept."""
        place = tail * (self.count - 1)
        rank = int(place)
        part = place - rank
        one = select(found, kept, rank)
        two = one
        if rank + 1 < kept:
            two = found[rank + 1]
            for at in range(rank + 2, kept):
                two = min(two, found[at])
        # as numpy interpolates
        self.quantile = two - (two - one) * (1.0 - part) if part >= 0.5 else one + (two - one) * part
        below = 0.0
        for at in range(rank + 1):
            below += found[at]
        worst = rank + 1
        if two <= self.quantile:
            for at in range(rank + 1, kept):
                if found[at] <= self.quantile:
                    below += found[at]
                    worst += 1
        self.shortfall = below / worst


def select(values: Any, count: int, rank: int) -> float:
    """The value that so many are not above, put in its place: smaller ones before it, larger ones behind.

    Source: Hoare (1961), Algorithm 65: FIND.
    """
    left = 0
    right = count - 1
    while left < right:
        pivot = values[rank]
        low = left
        high = right
        while low <= high:
            while values[low] < pivot:
                low += 1
            while pivot < values[high]:
                high -= 1
            if low <= high:
                swapped = values[low]
                values[low] = values[high]
                values[high] = swapped
                low += 1
                high -= 1
        if high < rank:
            left = low
        if rank < low:
            right = high
    result: float = values[rank]
    return result


class TradeSums:
    """What the closed trades say. rows: as engine.codes describes them, count of them; order: their places by
    exit; empty: as they stand."""

    def __init__(self, rows: Any, order: Any, count: int) -> None:
        self.closed = self.wins = self.losses = self.longest = 0
        self.gained = self.lost = self.returned = self.won = self.gone = self.held = 0.0
        self.best = self.worst = nan
        self.read(rows, order, count)

    def read(self, rows: Any, order: Any, count: int) -> None:
        """Fills everything in."""
        run = 0
        is_ordered = len(order) == 0
        for place in range(count):
            trade = place if is_ordered else order[place]
            at = trade * 15
            if rows[at + CLOSED_AT] < 0.0:
                continue
            profit = rows[at + PROFIT_AT]
            fraction = profit / (rows[at + 3] * rows[at + 5])
            self.returned += fraction
            self.held += rows[at + 14]
            if self.closed == 0 or fraction > self.best:
                self.best = fraction
            if self.closed == 0 or fraction < self.worst:
                self.worst = fraction
            self.closed += 1
            run = run + 1 if profit < 0.0 else 0
            self.longest = max(self.longest, run)
            if profit > 0.0:
                self.wins += 1
                self.gained += profit
                self.won += fraction
            elif profit < 0.0:
                self.losses += 1
                self.lost -= profit
                self.gone += fraction


class FillSums:
    """Commission and slippage paid in all, and the value of all purchases and sales."""

    def __init__(self, rows: Any, count: int) -> None:
        self.costs = self.traded = 0.0
        self.read(rows, count)

    def read(self, rows: Any, count: int) -> None:
        """Fills everything in."""
        costs = traded = 0.0
        for fill in range(count):
            at = fill * 8
            quantity = rows[at + 2] if rows[at + 2] > 0.0 else -rows[at + 2]
            apart = rows[at + 3] - rows[at + 4]
            costs += rows[at + 5] + quantity * (apart if apart > 0.0 else -apart)
            traded += quantity * rows[at + 3]
        self.costs = costs
        self.traded = traded


def invested_bars(changes: Any, bars: int, room: Any) -> int:
    """How many closes something was held at. changes: rows as engine.codes describes them; room: one 0 per symbol."""
    held = last = invested = 0
    for at in range(0, len(changes), 4):
        symbol = int(changes[at + 2])
        if symbol < 0:
            continue
        bar = int(changes[at])
        if held > 0:
            invested += bar - last
        last = bar
        if room[symbol] != 0.0:
            held -= 1
        room[symbol] = changes[at + 3]
        if room[symbol] != 0.0:
            held += 1
    return invested + bars - last if held > 0 else invested
