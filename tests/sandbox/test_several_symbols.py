"""Strategies over several symbols in the sandbox: the same orders as in this process, and nothing of later bars."""

import struct
from datetime import date
from math import isnan

import numpy as np
import pytest

from bgagent.artifacts.attempts import RunFailure
from bgagent.bars import Bars, daily_bars
from bgagent.engine.plan import Account
from bgagent.engine.portfolio import replay_portfolio
from bgagent.engine.portfolio_strategy import run_portfolio_strategy
from bgagent.engine.strategy import Strategy
from bgagent.engine.timeline import join
from bgagent.sandbox.conversation import Proposal, Task
from bgagent.sandbox.host import propose, run_task
from bgagent.sandbox.limits import Limits
from bgagent.sandbox.payments import pack_payments, unpack_payments
from bgagent.sandbox.static_check import Checked
from tests.sandbox.runs import ACCOUNT, make_bars, written

FIRST_ON = date(2024, 2, 1)


def thinned(symbol: str, seed: int, *, without: int) -> Bars:
    """A market of its own that does not trade on every `without`-th of the days."""
    bars = make_bars(seed=seed)
    kept = np.arange(len(bars)) % without != 1
    columns = {name: getattr(bars, name)[kept] for name in ("open", "high", "low", "close", "volume")}
    return Bars(symbol, bars.timeframe, bars.times[kept], bars.sessions[kept], **columns)


UNIVERSE = (thinned("ONE", 1, without=5), thinned("TWO", 2, without=7), thinned("THREE", 3, without=3))
WATCHED = (thinned("SEEN", 4, without=4),)
FIRST = join(UNIVERSE, first_on=FIRST_ON).first


def run(source: str, bars=UNIVERSE, **options) -> Proposal | RunFailure:
    first = join(bars, first_on=FIRST_ON).first
    options = {"account": ACCOUNT, "limits": Limits(wall_s=20.0), "watched": WATCHED, **options}
    return propose(source, bars, first=first, **options)


def here(source: str, bars=UNIVERSE, *, account: Account = ACCOUNT, watched=WATCHED):
    """The same in this process."""
    names: dict[str, type[Strategy]] = {}
    exec(compile(source, "strategy.py", "exec"), names)
    return run_portfolio_strategy(names["S"], bars, first_on=FIRST_ON, account=account, watched=watched)


ROTATING = written(
    init="""
self.monthly = self.calendar("first_of_week")
self.fast = {market: market.indicator("sma(close, 3)") for market in self.markets}
self.against = {market: market.indicator("close / seen.close") for market in self.markets}
self.seen = self["SEEN"].indicator("rsi(5)")
self.opens = self["TWO"].calendar("weekday == 2")
""",
    on_bar="""
if self.monthly and self.seen[-1] > 30:
    best = max(self.markets, key=lambda market: self.against[market][-1] / self.fast[market][-1])
    self.rebalance({best.symbol: 0.6, "ONE": 0.2}, stop_loss=0.03)
two = self["TWO"]
if self.opens and two.trades_next and two.position.is_flat:
    two.buy(0.1, hold_bars=3, stop_steps=[(0.01, 0.0)])
""",
    on_start="self['ONE'].buy(0.3)",
)
SAVING = written(
    init="self.due = self.calendar('weekday == 1')",
    on_start="self.pay_in(50.0)\nself.pay_in(1.0)",
    on_bar="""
if self.due:
    self.pay_in(100.0)
    self['ONE'].buy(Sizing(SizeKind.CASH, 60.0), reason='schedule')
    self['TWO'].buy(Sizing(SizeKind.CASH, 40.0), reason='schedule')
""",
    head="from bgagent.engine.plan import SizeKind, Sizing",
)


@pytest.mark.parametrize("blocks", [None, (), (FIRST + 3, FIRST + 9)])
def test_the_orders_are_those_of_the_same_code_in_this_process(blocks):
    proposal = run(ROTATING, blocks=blocks)
    assert isinstance(proposal, Proposal), proposal
    result = here(ROTATING)
    assert len(proposal.orders) > 15
    assert set(proposal.orders["symbol"]) == {0, 1, 2}
    assert proposal.orders.tobytes() == result.orders.tobytes()
    assert proposal.payments == ()


def test_payments_come_back_and_fill_alike():
    account = Account(0.0)
    proposal = run(SAVING, account=account, blocks=None)
    assert isinstance(proposal, Proposal), proposal
    result = here(SAVING, account=account)
    assert [(payment.bar, payment.amount) for payment in proposal.payments] == [
        (payment.bar, payment.amount) for payment in result.payments
    ]
    assert proposal.payments[0].amount == 51.0
    assert all(isnan(payment.equity_before) for payment in proposal.payments)
    again = replay_portfolio(proposal.orders, UNIVERSE, first_on=FIRST_ON, account=account, payments=proposal.payments)
    assert again.fills == result.fills
    assert again.contributed == result.contributed > 400


def test_a_list_of_one_symbol_has_payments():
    source = written(on_start="self.pay_in(10.0)\nself.buy()")
    proposal = run(source, UNIVERSE[:1], account=Account(0.0), watched=())
    assert isinstance(proposal, Proposal), proposal
    assert [payment.amount for payment in proposal.payments] == [10.0]
    assert len(proposal.orders) == 1


def test_one_symbol_alone_may_read_others():
    bars = UNIVERSE[0]
    first = bars.index_of(FIRST_ON)
    source = written(
        init="self.seen = self.indicator('seen.close > sma(seen.close, 3)')",
        on_bar="print(self.index, self.seen[-1])",
    )
    proposal = propose(source, bars, first=first, account=ACCOUNT, watched=WATCHED, limits=Limits(wall_s=20.0))
    assert isinstance(proposal, Proposal), proposal
    said = [float(line.split()[1]) for line in proposal.log.splitlines()]
    assert set(said) == {0.0, 1.0}
    last = np.searchsorted(WATCHED[0].times, bars.times, side="right") - 1
    close = WATCHED[0].close[last]
    assert said[-1] == float(close[-1] > close[-3:].mean())


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (written("self['SEEN'].buy()"), "SEEN is only watched"),
        (written("self.buy()"), "several symbols are traded here"),
        (written("self['ELSE'].buy()"), "ELSE is not among the symbols"),
        (written(init="self['ONE'].indicator('sma(else.close, 3)')"), "else"),
        (written(init="name = 'sma(spy.close, 3)'\nself['ONE'].indicator(name)"), "spy"),
        (written(init="for n in range(1, 300):\n    self['ONE'].indicator(f'sma(close, {n})')"), "are allowed"),
        (written("self.pay_in(-1.0)"), "above 0"),
    ],
)
def test_what_cannot_be_done_fails_with_its_reason(source, words):
    failure = run(source)
    assert isinstance(failure, RunFailure)
    assert words in failure.detail


LOOKING = """
import gc
import numpy as np
from bgagent.engine.strategy import Strategy
class S(Strategy):
    def on_bar(self):
        at = self.index
        for found in gc.get_objects():
            if type(found).__name__ == "JoinedStreamFeed":
                later = np.isfinite(found.prices[:, :, at + 1 :]).any() or found.traded[:, at + 2 :].any()
                print(at, "later" if later else "nothing", int(np.isfinite(found.prices).sum()))
"""


def unchecked(source: str, *, blocks: tuple[int, ...] | None = None) -> Proposal | RunFailure:
    task = Task(source, Checked("S", ("gc",)), UNIVERSE, FIRST, ACCOUNT, blocks=blocks, watched=WATCHED)
    return run_task(task, lambda isolation: True, limits=Limits(wall_s=20.0))


def test_no_later_bar_of_any_symbol_is_in_memory():
    blind = unchecked(LOOKING)
    assert isinstance(blind, Proposal), blind
    said = [line.split()[1] for line in blind.log.splitlines()]
    assert set(said) == {"nothing"}
    open_to_it = unchecked(LOOKING, blocks=())
    assert isinstance(open_to_it, Proposal), open_to_it
    assert "later" in open_to_it.log  # the look itself works


FORGED = """
import gc
import struct
from bgagent.engine.strategy import Strategy
class S(Strategy):
    def on_bar(self):
        for found in gc.get_objects():
            if type(found).__name__ == "JoinedStreamFeed":
                found._payments.append({payment})
"""


@pytest.mark.parametrize(
    ("payment", "words"),
    [
        ("(self.index + 1, 5.0)", "a payment is as of bar"),
        ("(self.index, float('nan'))", "a payment of nan"),
        ("(self.index, -5.0)", "a payment of -5"),
    ],
)
def test_forged_payments_are_refused(payment, words):
    failure = unchecked(FORGED.format(payment=payment))
    assert isinstance(failure, RunFailure)
    assert failure.kind == "protocol"
    assert words in failure.detail


def test_many_symbols_are_asked_for_their_orders_more_often():
    universe = [thinned(f"S{number}", number, without=5) for number in range(5)]
    days = np.datetime64("1900-01-01") + np.arange(45_000)
    columns = {name: np.ones(len(days)) for name in ("open", "high", "low", "close", "volume")}
    long = [daily_bars(bars.symbol, days, columns) for bars in universe]
    task = Task("", Checked("S", ()), long, 0, ACCOUNT, blocks=())
    assert task.cuts() == [(0, 1), (1, 20_001), (20_001, 40_001), (40_001, 45_000)]


def test_payments_survive_the_pipe_and_are_summed_by_bar():
    body = pack_payments([(3, 1.5), (3, 2.0), (4, 1.0)]) + b"rest"
    assert unpack_payments(body, (3, 5)) == ({3: 3.5, 4: 1.0}, b"rest")
    for broken in (b"", b"\1\0\0", struct.pack("<I", 7) + b"x" * 20):
        with pytest.raises(ValueError, match="payments"):
            unpack_payments(broken, (3, 5))
