"""One symbol among several, as a strategy over all of them reads and trades it."""

from bgagent.bars import Floats
from bgagent.engine.market_desk import MarketDesk
from bgagent.engine.position import Position
from bgagent.engine.trading import Trading


class Market(Trading):
    """`self["SPY"]` of a strategy over several symbols: what a strategy for one symbol has, for this one.

    Its columns lie on the sessions of all symbols together: on a bar without one of its own it keeps its last price,
    and its indicators, computed on its own bars alone, keep their last value; before its first bar they are NaN. An
    order for it waits for its next own bar.
    """

    _desk: MarketDesk

    def __init__(self, desk: MarketDesk) -> None:
        self._desk = desk
        self._position = Position(desk)

    @property
    def may_be_traded(self) -> bool:
        """False when its bars are only to be read."""
        return self._desk.number is not None

    @property
    def is_trading(self) -> bool:
        """Whether the current bar is one of its own."""
        return self._desk.trades_at(self._desk.feed.count - 1)

    @property
    def trades_next(self) -> bool:
        """Whether the next bar is one of its own, known ahead from the calendar; at the end as `is_trading`."""
        feed = self._desk.feed
        return self._desk.trades_at(min(feed.count, feed.size - 1))

    @property
    def is_waiting(self) -> bool:
        """Whether orders for it have not been filled yet."""
        return self._desk.is_waiting

    @property
    def window_bars(self) -> int:
        """Bars of its own since the window began, the current one included."""
        return self._desk.window_bars

    def own_closes(self, count: int) -> Floats:
        """The closes of its last `count` own bars, oldest first; fewer where there are not so many."""
        return self._desk.own_closes(count)

    def __repr__(self) -> str:
        return f"Market({self.symbol})"
