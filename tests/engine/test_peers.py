"""The engine against what other backtesting libraries made of the same bars, as `make crosscheck` records it."""

import json

import pytest

from benchmarks.crosscheck import ours, series
from benchmarks.crosscheck.cases import CASES
from benchmarks.crosscheck.compare import differences
from benchmarks.crosscheck.reasons import reason_of
from benchmarks.crosscheck.run import GOLDEN, SYNTHETIC

PAIRS = [(case, peer) for case in CASES for peer in case.peers]


def outcome(case):
    bars = [series.synthetic(symbol, seed) for symbol, seed in SYNTHETIC]
    return ours.run(case, bars if case.family == "rebalance" else bars[:1])


@pytest.mark.parametrize(("case", "peer"), PAIRS, ids=[f"{case.name}-{peer}" for case, peer in PAIRS])
def test_fills_and_equity_are_those_of_the_peer(case, peer):
    recorded = json.loads((GOLDEN / f"{case.name}.{peer}.json").read_text(encoding="utf-8"))
    told = {name: list(value) if isinstance(value, tuple) else value for name, value in case.as_json().items()}
    assert recorded["case"] == told, "the case changed: make crosscheck ARGS=--record"
    mine = outcome(case)
    assert len(mine.fills) >= 20
    assert differences(mine.fills, mine.equity, recorded["fills"], recorded["equity"]) == []


def test_every_recorded_outcome_belongs_to_a_case():
    assert {path.name for path in GOLDEN.glob("*.json")} == {f"{case.name}.{peer}.json" for case, peer in PAIRS}


def test_a_difference_is_seen():
    fills, equity = [(1, 0, 10.0, 5.0), (3, 0, -10.0, 6.0)], [100.0, 100.0, 104.0, 110.0]
    assert differences(fills, equity, fills, equity) == []
    assert len(differences(fills, equity, [(1, 0, 10.0, 5.0), (3, 0, -10.0, 6.0001)], equity)) == 1
    assert len(differences(fills, equity, fills[:1], equity)) == 1
    assert differences(fills, equity, fills, [100.0, 100.0, 104.0, 110.000001])[0].startswith("equity from bar 3")
    in_two = [fills[0], (3, 0, -4.0, 6.0), (3, 0, -6.0, 6.0)]  # one sale of two lots
    assert differences(in_two, equity, fills, equity) == []


def test_only_an_exit_on_the_entry_bar_explains_a_bracket():
    stopped = [(1, 0, 10.0, 5.0), (1, 0, -10.0, 4.5)]
    later = [(1, 0, 10.0, 5.0), (2, 0, -10.0, 4.4)]
    assert "entry bar included" in reason_of("bracket", "vectorbt", stopped, later)
    assert reason_of("bracket", "vectorbt", later, stopped) == ""
    assert reason_of("bracket", "backtesting", stopped, later) == ""
    assert reason_of("crossover", "vectorbt", stopped, later) == ""
