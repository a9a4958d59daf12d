"""What a source of bars has to offer."""

from datetime import datetime
from typing import Protocol, runtime_checkable

from bgagent.data.series import RawSeries
from bgagent.periods import Period, Timeframe


@runtime_checkable
class Provider(Protocol):
    """A source of bars."""

    @property
    def name(self) -> str:
        """Short name, as after --data and in reports."""

    @property
    def remote(self) -> bool:
        """Whether asking costs a request, so that answers are worth keeping."""

    @property
    def synthetic(self) -> bool:
        """Whether the prices are made up."""

    @property
    def where(self) -> str:
        """The source as in a message: a directory, a host."""

    def fetch(self, symbol: str, period: Period, timeframe: Timeframe, now: datetime) -> RawSeries:
        """Rows that cover the period where the source has them; more is welcome, above all later splits.

        A remote provider may also have `fetched_as(wanted: Timeframe) -> Timeframe`: the length of the bars that it
        gives when others are wanted, under which they are kept in the cache; and `library: str`, for the manifest.

        period: warm-up included. timeframe: shorter bars that add up to it may be given instead. now: aware of its
        zone; rows of an unfinished session may be given. Raises DataUnavailable: unknown symbol, nothing there, source
        not reachable.
        """
