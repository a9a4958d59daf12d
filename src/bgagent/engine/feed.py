"""How bars reach a strategy, one at a time, and how it reads them."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from bgagent.bars import Floats, Times
from bgagent.periods import Timeframe

Conditions = NDArray[np.bool_]


class Clock(Protocol):
    """How many of `size` bars are known."""

    @property
    def count(self) -> int: ...

    @property
    def size(self) -> int: ...


class Feed(Protocol):
    """Bars of one symbol, given out one after the other.

    Arrays have `size` places, set aside beforehand; the first `count` hold what is known, the others nothing of use.
    first: index of the window's first bar; the bars before it are known from the start.
    times, sessions: datetime64[s] and datetime64[D]; of sessions one more is known than of bars, because calendars are
    known ahead (NaT after the last).
    """

    symbol: str
    timeframe: Timeframe
    size: int
    first: int
    count: int
    times: Times
    sessions: Times
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def declare(
        self, expressions: Sequence[str], calendars: Sequence[str]
    ) -> tuple[Sequence[Floats], Sequence[Conditions]]:
        """Arrays of `size` for expressions on prices, and for expressions on the calendar; called once, before advance.

        The first are known for `count` bars; the second say of each bar whether it is true of an order filled at its
        open, and are known for one bar more. Raises RuleError (a ValueError) for text outside the rule language.
        """

    def advance(self) -> bool:
        """Makes the next bar known; False when there is none."""


class Column(NDArrayOperatorsMixin):
    """A row of numbers that ends at the current bar: `column[-1]` is the latest, `column[-2]` the one before.

    Reads like a read-only numpy array: slices, arithmetic, comparisons and numpy's functions work on it. NaN where an
    indicator is not defined yet. Single values are Python floats.
    """

    def __init__(self, feed: Clock, row: Floats | None = None) -> None:
        self._feed = feed
        self._row = row

    def bind(self, row: Floats) -> None:
        """Says where the numbers stand, once the feed knows."""
        self._row = row

    @property
    def values(self) -> Floats:
        """All values up to the current bar, warm-up bars first, read-only."""
        if self._row is None:
            return np.empty(0)
        known = self._row[: self._feed.count]
        known.flags.writeable = False
        return known

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, int):
            count = self._feed.count if self._row is not None else 0
            index = key + count if key < 0 else key
            if self._row is None or not 0 <= index < count:
                raise IndexError(f"{count} values are known here, there is none at [{key}]")
            return self._row.item(index)
        return self.values[key]

    def __len__(self) -> int:
        return 0 if self._row is None else self._feed.count

    def __iter__(self) -> Iterator[float]:
        return iter(self.values.tolist())

    def __float__(self) -> float:
        return float(self[-1])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        values = self.values if dtype is None else self.values.astype(dtype)
        return values.copy() if copy else values

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if "out" in options:
            return NotImplemented  # a column is read-only
        return getattr(ufunc, method)(*(_plain(value) for value in inputs), **options)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.values, name)  # mean, max, std and the like

    def __repr__(self) -> str:
        return f"Column({len(self)} values, the last {self[-1] if len(self) else 'not known yet'})"


def _plain(value: Any) -> Any:
    return value.values if isinstance(value, Column) else value


class Due:
    """Whether an expression on the calendar is true of the next session: `if self.month_begins: self.buy()`."""

    def __init__(self, feed: Clock, row: Conditions | None = None) -> None:
        self._feed = feed
        self._row = row

    def bind(self, row: Conditions) -> None:
        """Says where the answers stand, once the feed knows."""
        self._row = row

    def __bool__(self) -> bool:
        if self._row is None or self._feed.count >= self._feed.size:
            return False
        return bool(self._row[self._feed.count])

    def __repr__(self) -> str:
        return f"Due({bool(self)})"
