"""Where the future is cut off, and that the host's own indicators are held to the same."""

from dataclasses import replace

import numpy as np

from bgagent.implementation import readings
from bgagent.implementation.foresight import BLIND_ON_EVERY_BAR, CUTS, check_lookahead, cut_bars
from tests.implementation.trials import tried


def test_a_short_window_is_cut_after_every_bar_and_before_the_first():
    assert cut_bars([], first=10, count=15) == (9, 10, 11, 12, 13, 14)


def test_a_long_window_is_cut_at_every_decision_and_at_25_bars_more():
    count = BLIND_ON_EVERY_BAR + 5_000
    cuts = cut_bars([777, 9_001], first=100, count=count)
    assert {777, 9_001} <= set(cuts)
    assert len(cuts) == CUTS + 2
    assert list(cuts) == sorted(cuts)
    assert min(cuts) >= 100
    assert max(cuts) < count


def test_code_that_nobody_has_read_is_cut_after_every_bar():
    count = BLIND_ON_EVERY_BAR + 50
    assert len(cut_bars([], first=0, count=count, everywhere=True)) == count + 1


def test_an_indicator_that_knows_the_future_is_found(monkeypatch):
    trial = tried()
    assert check_lookahead(trial).status == "pass"

    def knows_the_end(node, bars, others):
        return np.full(len(bars), bars.close[-1])

    monkeypatch.setattr(readings, "evaluate_node", knows_the_end)
    found = check_lookahead(trial)
    assert found.status == "fail"
    assert "crosses_above" in found.detail


def test_orders_that_differ_without_the_future_are_named_by_their_day():
    trial = tried()
    other = replace(trial, free=trial.free[1:])
    found = check_lookahead(other)
    assert found.status == "fail"
    assert str(trial.bars.sessions[trial.blind["decided_on"][0]]) in found.detail
