"""What a suite holds: sentences, and what must come of each of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

REPORT = "report"  # the outcome of a sentence that can be tested; others are called as in the report's `status`
EQUITY_TOLERANCE = 1e-3  # relative
PRICE_TOLERANCE = 1e-4


@dataclass(frozen=True, slots=True)
class GoldTrade:
    """One lot that must be there. entry_at, exit_at: as in reports; null exits for what is still open."""

    symbol: str
    direction: str
    entry_at: str
    entry_price: float
    exit_at: str | None
    exit_price: float | None


@dataclass(frozen=True, slots=True)
class GoldRun:
    """What one run must come to.

    trades: None when it is left free how they are listed. price_scale: by symbol, a factor that prices may also have.
    """

    final_equity: float
    trades: tuple[GoldTrade, ...] | None
    equity_tolerance: float = EQUITY_TOLERANCE
    price_scale: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the sentence must be taken to mean, where it is compared: empty or None is not.

    also: symbols that may be listed besides. starts, ends: any of these dates is right.
    """

    symbols: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    by_week: bool = False
    initial_capital: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One right answer; several where a sentence can rightly be read in several ways."""

    meaning: Meaning
    runs: tuple[GoldRun, ...]


@dataclass(frozen=True, slots=True)
class Expectation:
    """How the job must end.

    outcomes, exit_codes: any of them is right. must_name: words of which the refusal has each (`a|b`: one of these).
    must_not_contain: what may stand nowhere in what the job leaves behind. must_not_report: figures that may not stand
    in its results.
    """

    outcomes: tuple[str, ...] = (REPORT,)
    exit_codes: tuple[int, ...] = (0, 10)
    must_name: tuple[str, ...] = ()
    must_not_contain: tuple[str, ...] = ()
    must_not_report: tuple[str, ...] = ()

    @property
    def is_report(self) -> bool:
        """Whether the sentence can be tested; else it must be refused."""
        return REPORT in self.outcomes


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence and what is known of it.

    answers: none where no gold is known. prices: digest of each symbol's prices that the answers hold for; empty where
    they hold for whatever real prices are used. as_of: what "now" is. with_model: the expectation where a model reads.
    """

    id: str
    sentence: str
    family: str = ""
    expectation: Expectation = Expectation()
    with_model: Expectation | None = None
    answers: tuple[Answer, ...] = ()
    prices: Mapping[str, str] = field(default_factory=dict)
    as_of: str | None = None


@dataclass(frozen=True, slots=True)
class Suite:
    """Cases under one title. data, as_of: what they are run with unless something else is asked for."""

    title: str
    cases: tuple[Case, ...]
    data: str | None = None
    as_of: str | None = None
