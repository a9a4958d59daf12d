"""A run's result taken apart: by month, by year, by trade, by what it costs, and beside the other runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Replay:
    """The same orders under other conditions.

    costs_factor: every cost multiplied by it; 1 is what was asked for. bars_late: how many bars after the first
    possible open each order was filled: rules are heard that much later, orders of code are only moved.
    """

    costs_factor: float
    bars_late: int
    final_equity: float
    total_return: float | None
    cagr: float | None
    sharpe: float | None
    max_drawdown: float | None
    costs: float
    trades: int


@dataclass(frozen=True, slots=True)
class MonthRow:
    """What a calendar month added. month: `2024-05`; return: null once the equity was 0 or below."""

    month: str
    return_: float | None


@dataclass(frozen=True, slots=True)
class YearRow:
    """A calendar year, or the part of it inside the window.

    max_drawdown: from a high of this year or its beginning. exposure: share of its bars with a position at the close.
    trades: closed in this year.
    """

    year: int
    return_: float | None
    benchmark_return: float | None
    max_drawdown: float | None
    exposure: float
    trades: int


@dataclass(frozen=True, slots=True)
class ReturnBin:
    """How many closed trades returned `from` or more and less than `to`."""

    from_: float
    to: float
    trades: int


@dataclass(frozen=True, slots=True)
class SymbolRow:
    """One symbol's part in a run of several.

    profit: realised and open, net of costs. average_weight, final_weight: share of equity at the closes, and at the
    last one; below 0 where sold short. final_value: money at the last close. trades: closed ones.
    """

    symbol: str
    profit: float
    costs: float
    trades: int
    average_weight: float
    final_weight: float
    final_quantity: float
    final_value: float


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """New money that came in before the open of a bar."""

    at: str
    amount: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Several runs beside each other, in their order.

    correlations: of the returns of each pair, bar by bar on the bars both have; null where undefined.
    winners: metric -> label of the run with the best of it; a tie has none.
    """

    labels: tuple[str, ...]
    correlations: tuple[tuple[float | None, ...], ...]
    winners: dict[str, str]
