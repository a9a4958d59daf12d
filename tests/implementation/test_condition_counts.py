"""The conditions of a strategy's code, counted by the code itself."""

from bgagent.engine.plan import Account
from bgagent.implementation.condition_counts import counting
from bgagent.sandbox.conversation import Proposal
from bgagent.sandbox.host import propose
from tests.implementation.trials import WARMUP, WINDOW, wavy_bars

SOURCE = '''"""Two conditions, one of them never true."""
from bgagent.engine.strategy import Strategy


class Dip(Strategy):
    def init(self):
        self.rsi = self.indicator("rsi(14)")

    def on_bar(self):
        if self.position.is_flat and not self.rsi[-1] >= -5:
            self.buy()
        elif self.is_late():
            self.exit()

    def is_late(self):
        return self.close[-1] > 0 and self.index > 10_000
'''


def test_each_part_of_each_condition_is_counted_by_its_line():
    counter = counting(SOURCE)
    done = propose(counter.source, wavy_bars(), first=WARMUP, account=Account(10_000.0), allow_weak=True)
    assert isinstance(done, Proposal), done
    assert counter.read(done.log) == (
        f"line 10: self.position.is_flat: true {WINDOW} of {WINDOW} times",
        f"line 10: self.rsi[-1] >= -5: true {WINDOW} of {WINDOW} times",
        f"line 12: self.is_late(): true 0 of {WINDOW} times",
        f"line 16: self.close[-1] > 0: true {WINDOW} of {WINDOW} times",
        f"line 16: self.index > 10000: true 0 of {WINDOW} times",
    )


def test_counting_changes_no_order():
    source = SOURCE.replace("not self.rsi[-1] >= -5", "self.rsi[-1] < 40")
    bars, account = wavy_bars(), Account(10_000.0)
    plain = propose(source, bars, first=WARMUP, account=account, allow_weak=True)
    counted = propose(counting(source).source, bars, first=WARMUP, account=account, allow_weak=True)
    assert len(plain.orders) > 0
    assert plain.orders.tobytes() == counted.orders.tobytes()


def test_code_without_conditions_has_nothing_to_count():
    assert counting("class A(Strategy):\n    def on_bar(self):\n        self.buy()\n") is None


def test_counts_that_do_not_fit_are_not_told():
    counter = counting(SOURCE)
    assert counter.read("") == ()
    assert counter.read("counted conditions: [[1, 2]]") == ()
