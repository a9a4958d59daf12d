"""A series that is already in memory, as a provider: so that it can be looked at like any other."""

from dataclasses import dataclass
from datetime import datetime

from bgagent.data.findings import Finding
from bgagent.data.load import load_series
from bgagent.data.series import RawSeries
from bgagent.data.session_lists import SessionLists
from bgagent.errors import DataUnavailable
from bgagent.periods import Period, Timeframe


@dataclass(frozen=True, slots=True, eq=False)
class HeldSeries:
    """Gives its one series, whatever is asked for."""

    series: RawSeries
    remote: bool = False

    @property
    def name(self) -> str:
        return self.series.provider

    @property
    def synthetic(self) -> bool:
        return self.series.synthetic

    @property
    def where(self) -> str:
        return self.series.source

    def fetch(self, symbol: str, period: Period, timeframe: Timeframe, now: datetime) -> RawSeries:  # noqa: ARG002
        """The series; nothing for another symbol. Raises DataUnavailable."""
        if symbol != self.series.symbol:
            raise DataUnavailable(f"{self.where} holds {self.series.symbol}, not {symbol}")
        return self.series


def findings_of(series: RawSeries, *, now: datetime, lists: SessionLists | None = None) -> tuple[Finding, ...]:
    """All that is odd about a whole series. Raises DataUnavailable when it has no usable bar."""
    span = series.span()
    if span is None:
        raise DataUnavailable(f"{series.source} has no row of {series.symbol}")
    held = HeldSeries(series)
    return load_series(
        series.symbol, span, series.timeframe, warmup_bars=0, provider=held, now=now, lists=lists
    ).findings
