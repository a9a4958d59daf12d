"""Where the outcome of a peer differs from ours."""

from collections.abc import Sequence

Fill = Sequence[float]

QUANTITY_AND_PRICE = 1e-8  # relative: both reckon in floats, in another order
EQUITY = 1e-9  # relative


def differences(
    fills: Sequence[Fill], equity: Sequence[float], other: Sequence[Fill], others: Sequence[float]
) -> list[str]:
    """Each bar on which the fills differ, and the first bar from which equity does, as lines; none where all agree."""
    lines = []
    for bar, symbol in sorted({(int(fill[0]), int(fill[1])) for fill in (*fills, *other)}):
        mine, theirs = (_joined([f for f in side if (f[0], f[1]) == (bar, symbol)]) for side in (fills, other))
        if len(mine) != len(theirs) or not all(
            _near(one, two, QUANTITY_AND_PRICE)
            for one_fill, two_fill in zip(sorted(mine), sorted(theirs), strict=True)
            for one, two in zip(one_fill, two_fill, strict=True)
        ):
            lines.append(f"bar {bar}, symbol {symbol}: {_said(mine)} here, {_said(theirs)} there")
    if len(equity) != len(others):
        lines.append(f"{len(equity)} values of equity here, {len(others)} there")
        return lines
    apart = [bar for bar, (one, two) in enumerate(zip(equity, others, strict=True)) if not _near(one, two, EQUITY)]
    if apart:
        lines.append(f"equity from bar {apart[0]} on: {equity[apart[0]]!r} here, {others[apart[0]]!r} there")
    return lines


def _joined(fills: Sequence[Fill]) -> list[tuple[float, float]]:
    """Quantity and price; what one order sold of several lots is one."""
    joined: dict[tuple[bool, float], float] = {}
    for _, _, quantity, price in fills:
        joined[quantity > 0, price] = joined.get((quantity > 0, price), 0.0) + quantity
    return [(quantity, price) for (_, price), quantity in joined.items()]


def _near(one: float, other: float, tolerance: float) -> bool:
    return abs(one - other) <= tolerance * max(abs(one), abs(other), 1.0)


def _said(fills: Sequence[Fill]) -> str:
    return ", ".join(f"{quantity:.6g} at {price:.6g}" for quantity, price in fills) or "nothing"
