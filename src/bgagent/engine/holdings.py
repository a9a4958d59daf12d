"""What a run held at each close, in money and as shares of its equity."""

import numpy as np

from bgagent.bars import Floats
from bgagent.engine.result import BacktestResult


def values_held(result: BacktestResult) -> Floats:
    """(m, k): worth of the position in each of `result.symbols` at each close; below 0 where sold short."""
    if not result.universe:
        return (result.quantity * result.bars.close[result.first :])[:, np.newaxis]
    closes = np.column_stack([bars.close[result.first :] for bars in result.universe])
    values: Floats = result.quantities * closes
    return values


def weights_held(result: BacktestResult) -> Floats:
    """(m, k): the same as shares of equity; 0 while there is none."""
    values, equity = values_held(result), result.equity[1:, np.newaxis]
    weights: Floats = np.divide(values, equity, out=np.zeros_like(values), where=equity > 0)
    return weights
