"""What is compared: families of strategies, as plain numbers that every library is told alike."""

from dataclasses import asdict, dataclass

FEE = 0.001  # of the traded value, on each side


@dataclass(frozen=True, slots=True)
class Case:
    """One strategy. Costs are a share of the traded value; nothing else costs anything.

    family: crossover (averages of `fast` and `slow` closes), rsi (Wilder's, of `fast` closes: in below `low`, out above
    `high`), bracket (the crossover with a stop and a target from the fill), rebalance (`weights`, at the second open
    and on the first session of each month). whole_shares: only whole ones are bought.
    """

    name: str
    family: str
    peers: tuple[str, ...]
    fast: int = 10
    slow: int = 30
    low: float = 0.0
    high: float = 0.0
    stop: float = 0.0
    target: float = 0.0
    fee: float = FEE
    cash: float = 100_000.0
    whole_shares: bool = False
    weights: tuple[float, ...] = ()

    def as_json(self) -> dict[str, object]:
        """For a peer's script."""
        return asdict(self)


CASES = (
    Case("crossover", "crossover", ("vectorbt",)),
    Case("crossover-whole", "crossover", ("backtesting",), whole_shares=True),
    Case("rsi", "rsi", ("vectorbt",), fast=14, low=40.0, high=60.0),
    Case("rsi-whole", "rsi", ("backtesting",), fast=14, low=40.0, high=60.0, whole_shares=True),
    Case("bracket-whole", "bracket", ("backtesting",), fast=5, slow=15, stop=0.05, target=0.07, whole_shares=True),
    Case("bracket", "bracket", ("vectorbt",), fast=5, slow=15, stop=0.05, target=0.07),
    Case("rebalance", "rebalance", ("vectorbt",), weights=(0.5, 0.3, 0.15)),
    Case("rebalance-free", "rebalance", ("vectorbt", "bt"), weights=(0.5, 0.3, 0.2), fee=0.0),
)
