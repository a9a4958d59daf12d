"""What will be run, frozen before any strategy code exists."""

from dataclasses import dataclass

from bgagent.artifacts.clauses import Assumption, Clause
from bgagent.engine.plan import Account, Costs, Plan
from bgagent.periods import Period, Timeframe


@dataclass(frozen=True, slots=True)
class RunSpec:
    """One strategy to run; several when the sentence compares strategies."""

    label: str
    plan: Plan

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every symbol whose bars the run needs."""
        return self.plan.needed_symbols


@dataclass(frozen=True, slots=True)
class StrategySpec:
    """Everything that decides the result of a backtest, apart from the bars.

    period: the window asked for. currency: ISO code. benchmark: symbol that is bought and held beside the runs;
    None: each run's own symbol. summary: the spec as one plain sentence. reader: `embedded` or `model`.
    """

    summary: str
    runs: tuple[RunSpec, ...]
    period: Period
    timeframe: Timeframe
    initial_capital: float
    currency: str
    costs: Costs
    price_mode: str = "total_return"
    benchmark: str | None = None
    reader: str = "embedded"

    @property
    def symbols(self) -> tuple[str, ...]:
        """Symbols of all runs, each once, in order of appearance."""
        return tuple(dict.fromkeys(symbol for run in self.runs for symbol in run.symbols))

    @property
    def direction(self) -> str:
        """`long`, `short` or `both`, over all runs."""
        directions = {run.plan.direction for run in self.runs}
        return directions.pop() if len(directions) == 1 else "both"

    @property
    def account(self) -> Account:
        """What each run starts with."""
        return Account(self.initial_capital, self.costs)


@dataclass(frozen=True, slots=True)
class Understood:
    """The spec and the account of how the sentence became it.

    language: code of the language that the sentence wishes its report in; None where it does not say.
    """

    spec: StrategySpec
    clauses: tuple[Clause, ...]
    assumptions: tuple[Assumption, ...]
    language: str | None = None
