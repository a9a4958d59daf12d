"""What a strategy holds, as it reads it."""

from bgagent.engine.desk import Desk, OpenLot


class Position:
    """What is held now; always up to date."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def quantity(self) -> float:
        """Shares held, negative when short, 0 when flat."""
        return self._desk.book.quantity

    @property
    def is_open(self) -> bool:
        """True when long or short."""
        return bool(self._desk.book.lots)

    @property
    def is_flat(self) -> bool:
        """True when nothing is held."""
        return not self._desk.book.lots

    @property
    def is_long(self) -> bool:
        """True when shares are held."""
        return self._desk.book.quantity > 0

    @property
    def is_short(self) -> bool:
        """True when shares are owed."""
        return self._desk.book.quantity < 0

    @property
    def lots(self) -> tuple[OpenLot, ...]:
        """The entries still open, oldest first, each with its own levels and clock."""
        return self._desk.open_lots()

    @property
    def entry_price(self) -> float:
        """Mean price paid or received for what is held, slippage included; NaN when flat."""
        lots = self._desk.book.lots
        if not lots:
            return float("nan")
        return sum(lot.quantity * lot.entry_price for lot in lots) / sum(lot.quantity for lot in lots)

    @property
    def bars_held(self) -> int:
        """Closes since the oldest open entry, the present one included; 0 when flat."""
        lots = self._desk.book.lots
        return self._desk.bars_held(lots[0]) if lots else 0

    @property
    def profit(self) -> float:
        """Open profit at the last close, in money, entry costs included."""
        lots = self._desk.book.lots
        close = float(self._desk.price("close")[-1]) if lots else 0.0
        return sum(lot.side * lot.quantity * (close - lot.entry_price) - lot.entry_commission for lot in lots)
