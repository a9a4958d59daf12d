"""What the page of all jobs shows of one report."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One job that has a report; figures are the first run's, None without a trade.

    written_ns: when the report was last written, nanoseconds since 1970. equity: a few points, for a small drawing.
    message: what went wrong, empty for a result.
    """

    job_id: str
    written_ns: int
    status: str
    verdict: str
    sentence: str
    symbols: tuple[str, ...]
    synthetic: bool
    runs: int
    total_return: float | None
    benchmark_return: float | None
    sharpe: float | None
    max_drawdown: float | None
    trades: int | None
    equity: tuple[float, ...]
    message: str
