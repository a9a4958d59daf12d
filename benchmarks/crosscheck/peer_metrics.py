"""Figures of a curve by empyrical-reloaded: two JSON files of recorded runs; figures as JSON on the standard output.

The first is measured, the second is its benchmark.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

import empyrical
import numpy as np


def returns(path):
    recorded = json.loads(Path(path).read_text(encoding="utf-8"))
    equity = np.array([recorded["case"]["cash"], *recorded["equity"]])
    return equity[1:] / equity[:-1] - 1


def main(path, benchmark):
    own, other = returns(path), returns(benchmark)
    figures = {
        "total_return": empyrical.cum_returns_final(own),
        "volatility": empyrical.annual_volatility(own),
        "sharpe": empyrical.sharpe_ratio(own),
        "sortino": empyrical.sortino_ratio(own),
        "max_drawdown": empyrical.max_drawdown(own),
        "var_95": empyrical.value_at_risk(own, 0.05),
        "cvar_95": empyrical.conditional_value_at_risk(own, 0.05),
        "beta": empyrical.beta(own, other),
        "alpha": empyrical.alpha(own, other),
        "cagr": empyrical.cagr(own),
        "calmar": empyrical.calmar_ratio(own),
    }
    return {
        "library": "empyrical-reloaded",
        "version": version("empyrical-reloaded"),
        "curve": Path(path).stem,
        "benchmark": Path(benchmark).stem,
        "figures": {name: float(value) for name, value in figures.items()},
    }


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:]), indent=1))
