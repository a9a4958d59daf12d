"""`reports/<job_id>.json`, version 1: stable, read by other programs.

Keys may be added, never renamed or dropped without a new version. Times are ISO dates or UTC stamps, rates are
fractions, undefined is null. Every rendering is made from this one value.
"""

from dataclasses import dataclass, field

from bgagent.artifacts.attempts import Check
from bgagent.artifacts.breakdown import Comparison, MonthRow, PaymentRow, Replay, ReturnBin, SymbolRow, YearRow
from bgagent.artifacts.clauses import Assumption, Clause
from bgagent.artifacts.spec import StrategySpec

SCHEMA_VERSION = 1

Metrics = dict[str, int | float | str | None]
StopLine = tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class UnderstoodRow:
    """What the sentence was taken to mean. start, end: the window asked for."""

    symbols: tuple[str, ...]
    start: str
    end: str
    timeframe: str
    initial_capital: float
    currency: str
    direction: str
    summary: str
    reader: str
    spec: StrategySpec


@dataclass(frozen=True, slots=True)
class DataRow:
    """Where one symbol's bars came from.

    first, last: the bars of the window; warmup_bars lie before them. rejections: what is so wrong with the prices
    that it changes the result; warnings: all else that is odd about them.
    """

    symbol: str
    provider: str
    first: str | None
    last: str | None
    bars: int
    warmup_bars: int
    price_mode: str
    synthetic: bool
    sha256: str
    warnings: tuple[str, ...]
    source: str = ""
    fetched_at: str | None = None
    currency: str | None = None
    rejections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TradeRow:
    """One closed round trip or open position. quantity is unsigned; `return` is a fraction of the entry's value.

    stop_loss, take_profit, trailing_stop: levels as they stood at the entry's fill, null where there was none.
    """

    symbol: str
    direction: str
    quantity: float
    entry_at: str
    entry_price: float
    exit_at: str | None
    exit_price: float | None
    exit_reason: str
    profit: float
    return_: float
    costs: float
    bars_held: int
    stop_loss: float | None = None
    take_profit: float | None = None
    trailing_stop: float | None = None


@dataclass(frozen=True, slots=True)
class Overlay:
    """A line of the rules in its own unit, NaN before it is defined. pane: 0 for the price's, else one below."""

    name: str
    pane: int
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What the run is held against, through the same engine, dates, costs and capital."""

    label: str
    metrics: Metrics
    final_equity: float | None = None
    open_trades: int = 0


@dataclass(frozen=True, slots=True)
class RunFiles:
    """Paths relative to the folder of the report, empty where there is nothing to draw.

    price_chart: of one symbol; holdings_chart: of several. returns_chart: of three closed trades and more.
    """

    strategy: str
    trades: str
    equity: str
    equity_chart: str = ""
    price_chart: str = ""
    returns_chart: str = ""
    holdings_chart: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """Series of one run for the charts and equity.csv, one value per bar of the window, oldest first.

    at: ISO dates or UTC stamps. equity, cash, position_value and benchmark: money at the close. drawdown: 0 or
    negative, a fraction. closes: symbol -> closing prices. initial_capital: the money before the first bar.
    opens, highs, lows: of the run's own symbol. overlays: the indicator lines of its rules. holdings: of several
    symbols, symbol -> worth of the position. paid_in: the capital and all payments so far; empty where none was made.
    stops: for each trade (index of the bar, price) wherever its nearest stop came to lie elsewhere.
    """

    at: tuple[str, ...]
    equity: tuple[float, ...]
    cash: tuple[float, ...]
    position_value: tuple[float, ...]
    benchmark: tuple[float, ...]
    drawdown: tuple[float, ...]
    closes: dict[str, tuple[float, ...]]
    initial_capital: float
    opens: tuple[float, ...] = ()
    highs: tuple[float, ...] = ()
    lows: tuple[float, ...] = ()
    overlays: tuple[Overlay, ...] = ()
    holdings: dict[str, tuple[float, ...]] = field(default_factory=dict)
    paid_in: tuple[float, ...] = ()
    stops: tuple[StopLine, ...] = ()


@dataclass(frozen=True, slots=True)
class RunRow:
    """One strategy's result.

    metrics.trades counts closed trades, open_trades those still open at the last close. metrics_without_costs: the
    same orders with every cost set to 0. break_even_cost_bps: commission on each fill's value at which nothing would be
    left of the return; null when there is no such cost. dropped_orders: decided on the last bar, cut_orders: cut to
    what cash paid, ambiguous_bars: stop and target both within reach. source: the strategy's Python file.
    costs_ladder, late_fills: the same orders at other costs, and filled later; months, years, trade_returns: the
    result taken apart; by_symbol: the same of a run of several symbols. All are empty where there is nothing to take
    apart. payments: new money, in the order it came. equity_sample: the capital, then equity at evenly spaced bars to
    the last one, at most 60 points.
    """

    label: str
    metrics: Metrics
    benchmark: Benchmark
    final_equity: float
    trades: tuple[TradeRow, ...]
    files: RunFiles
    metrics_without_costs: Metrics = field(default_factory=dict)
    break_even_cost_bps: float | None = None
    notes: tuple[str, ...] = ()
    sha256_strategy: str = ""
    open_trades: int = 0
    dropped_orders: int = 0
    cut_orders: int = 0
    ambiguous_bars: int = 0
    bars_per_year: float | None = None
    source: str = ""
    costs_ladder: tuple[Replay, ...] = ()
    late_fills: tuple[Replay, ...] = ()
    months: tuple[MonthRow, ...] = ()
    years: tuple[YearRow, ...] = ()
    trade_returns: tuple[ReturnBin, ...] = ()
    equity_sample: tuple[float, ...] = ()
    by_symbol: tuple[SymbolRow, ...] = ()
    payments: tuple[PaymentRow, ...] = ()


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One turn of the loop. producer: `template` or `model`. findings: what the critic refused it for."""

    number: int
    producer: str
    accepted: bool
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Telemetry:
    """What the job took. phases: seconds by name. cost_usd is null when it is not known, never 0 for unknown."""

    model: str | None
    model_calls: int
    tokens_in: int
    tokens_out: int
    cost_usd: float | None
    attempts: int
    time_to_report_s: float
    phases: dict[str, float]
    isolation: tuple[str, ...]
    versions: dict[str, str]


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """Why there is no result.

    questions: at most three. court: who can act, as a sentence. next_command: the one command to run next.
    """

    class_: str
    message: str
    hint: str
    questions: tuple[str, ...] = ()
    court: str = ""
    next_command: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The whole of a job's result, or of its failure.

    as_of: what "now" was for relative windows. rerun: the command that runs the same job again. definitions: metric ->
    how it is reckoned, for the metrics this report holds. comparison_chart: path of the runs' equity in one picture;
    comparison: what several runs have to do with each other, null for one. lang: the language of the pages.
    narrative: the result in prose, by a language model; every figure in it is one of the report's.
    """

    schema_version: int
    job_id: str
    status: str
    exit_code: int
    verdict: str | None
    prompt: str
    understood: UnderstoodRow | None
    clauses: tuple[Clause, ...]
    assumptions: tuple[Assumption, ...]
    data: tuple[DataRow, ...]
    runs: tuple[RunRow, ...]
    checks: tuple[Check, ...]
    telemetry: Telemetry
    error: ErrorRow | None
    verdict_reasons: tuple[str, ...] = ()
    as_of: str | None = None
    attempts: tuple[AttemptRow, ...] = ()
    rerun: str = ""
    definitions: dict[str, str] = field(default_factory=dict)
    comparison_chart: str = ""
    comparison: Comparison | None = None
    lang: str = "en"
    narrative: tuple[str, ...] = ()
