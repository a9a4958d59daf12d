"""What fills cost, as formulas of their own: the ledger holds every fill against them."""

from collections.abc import Iterable

from bgagent.engine.plan import Costs
from bgagent.engine.result import Fill

BASIS_POINT = 1e-4


def commission_of(costs: Costs, quantity: float, price: float) -> float:
    """Commission on one fill: by value, by share and by order together, at least the minimum. quantity: any sign."""
    shares = abs(quantity)
    charged = (
        costs.commission_bps * BASIS_POINT * shares * price
        + costs.commission_per_share * shares
        + costs.commission_per_order
    )
    return max(charged, costs.commission_minimum)


def worse_price(costs: Costs, raw_price: float, quantity: float) -> float:
    """The price of a market or stop fill: `raw_price` made worse by slippage. quantity: + bought, - sold."""
    slippage = costs.slippage_bps * BASIS_POINT
    if quantity > 0:
        return raw_price * (1.0 + slippage) + costs.slippage_per_share
    return max(raw_price * (1.0 - slippage) - costs.slippage_per_share, 0.0)


def commission_paid(fills: Iterable[Fill]) -> float:
    """Money paid in commissions."""
    return sum(fill.commission for fill in fills)


def slippage_paid(fills: Iterable[Fill]) -> float:
    """Money lost to fills at prices worse than the market's."""
    return sum(abs(fill.price - fill.raw_price) * abs(fill.quantity) for fill in fills)


def costs_paid(fills: Iterable[Fill]) -> float:
    """Commission and slippage together, in money."""
    known = tuple(fills)
    return commission_paid(known) + slippage_paid(known)
