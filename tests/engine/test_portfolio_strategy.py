"""Strategies as code over several symbols: what they see, what they may do, and how it fills."""

from datetime import date
from math import isnan
from typing import ClassVar

import numpy as np
import pytest

from bgagent.bars import Bars, daily_bars
from bgagent.engine.backtest import run_strategy
from bgagent.engine.orders import OrderError
from bgagent.engine.plan import Account, Distance, DistanceKind, SizeKind, Sizing
from bgagent.engine.portfolio import replay_portfolio
from bgagent.engine.portfolio_strategy import run_portfolio_strategy
from bgagent.engine.result import BacktestResult
from bgagent.engine.strategy import Strategy
from tests.engine.hand_bars import FREE

MONDAY = date(2024, 1, 1)
DAY_0 = np.datetime64(MONDAY)
A = {0: 10.0, 1: 11.0, 2: 12.0, 3: 13.0}
B = {1: 20.0, 3: 30.0}


def bars(symbol: str, prices: dict[int, float]) -> Bars:
    """Bars at one price each, on the given days after the first of January 2024."""
    price = np.array(list(prices.values()))
    columns = dict.fromkeys(("open", "high", "low", "close"), price) | {"volume": np.full(len(price), 7.0)}
    return daily_bars(symbol, DAY_0 + np.array(list(prices)), columns)


def run(
    strategy: type[Strategy], *prices: dict[int, float], first: int = 0, capital: float = 1000.0, **options
) -> BacktestResult:
    """The strategy on symbols A, B, … without costs; a replay of its orders must come to the same."""
    universe = [bars(symbol, each) for symbol, each in zip("ABCD", prices, strict=False)]
    first_on = (DAY_0 + first).item()
    account = Account(capital, options.pop("costs", FREE), leverage=options.pop("leverage", 1.0))
    result = run_portfolio_strategy(strategy, universe, first_on=first_on, account=account, **options)
    again = replay_portfolio(result.orders, universe, first_on=first_on, account=account, payments=result.payments)
    assert again.fills == result.fills
    assert again.equity.tolist() == result.equity.tolist()
    assert result.books_error < 1e-12
    return result


class Watching(Strategy):
    """Notes something on every bar; `seen` belongs to the subclass."""

    seen: list[object]

    def note(self) -> object:
        raise NotImplementedError

    def on_start(self):
        self.seen.append(self.note())

    def on_bar(self):
        self.seen.append(self.note())


def watching(note, init=None) -> type[Watching]:
    """A strategy that does nothing but note this."""
    return type("Noting", (Watching,), {"seen": [], "note": note} | ({"init": init} if init else {}))


def test_a_symbol_without_a_bar_keeps_its_price_and_has_none_before_its_first():
    strategy = watching(lambda self: (self.index, self["B"].close[-1] if self.index >= 0 else None))
    run(strategy, A, B)
    (_, none), (_, before), *rest = strategy.seen
    assert none is None
    assert isnan(before)
    assert rest == [(1, 20.0), (2, 20.0), (3, 30.0)]


def test_nothing_is_traded_where_a_symbol_has_no_bar():
    strategy = watching(lambda self: [self["B"].volume[-1], self["B"].open[-1]] if self.index > 0 else None)
    run(strategy, A, B)
    assert strategy.seen == [None, None, [7.0, 20.0], [0.0, 20.0], [7.0, 30.0]]


def test_it_is_known_whether_a_symbol_trades_now_and_next():
    strategy = watching(lambda self: (self["B"].is_trading, self["B"].trades_next, self["B"].window_bars))
    run(strategy, A, B)
    assert strategy.seen == [
        (False, False, 0),
        (False, True, 0),
        (True, False, 1),
        (False, True, 1),
        (True, True, 2),  # after the end there is no next: as the last one
    ]


def test_window_bars_leave_out_the_warm_up():
    strategy = watching(lambda self: self["A"].window_bars)
    run(strategy, A, B, first=2)
    assert strategy.seen == [0, 1, 2]


def test_indicators_are_computed_on_a_symbols_own_bars():
    def init(self):
        self.before = self["B"].indicator("previous(close)")
        self.other = self["A"].indicator("b.close")

    strategy = watching(lambda self: (self.before[-1], self.other[-1]) if self.index >= 0 else (0.0, 0.0), init)
    run(strategy, A, B)
    before, other = zip(*strategy.seen, strict=True)
    assert np.array_equal(before[1:], [np.nan, np.nan, np.nan, 20.0], equal_nan=True)
    assert np.array_equal(other[1:], [np.nan, 20.0, 20.0, 30.0], equal_nan=True)


def test_calendars_are_of_all_sessions_or_of_one_symbols():
    def init(self):
        self.all = self.calendar("every_session")
        self.b = self["B"].calendar("first_session")

    strategy = watching(lambda self: (bool(self.all), bool(self.b)), init)
    run(strategy, A, B)
    assert strategy.seen == [(True, False), (True, True), (True, False), (True, False), (False, False)]


def test_an_order_waits_for_its_symbols_next_bar():
    class Buying(Strategy):
        def on_start(self):
            self["B"].buy(0.5)
            assert self["B"].is_waiting

    result = run(Buying, A, B)
    assert [(fill.symbol, fill.bar, fill.quantity) for fill in result.fills] == [("B", 1, 25.0)]
    assert result.equity.tolist() == [1000, 1000, 1000, 1000, 1250]


def test_positions_cash_and_clocks_are_each_symbols_own():
    class Holding(Strategy):
        seen: ClassVar = []

        def on_start(self):
            self["A"].buy(0.5)
            self["B"].buy(0.2, hold_bars=1)

        def on_bar(self):
            b = self["B"].position
            self.seen.append((b.quantity, b.bars_held, [lot.bars_left for lot in b.lots], round(self.cash, 9)))

    result = run(Holding, A, B)
    assert Holding.seen[0] == (0.0, 0, [], 500.0)
    assert Holding.seen[1] == (10.5, 1, [1], 290.0)  # 0.2 of 1050, at 20
    assert Holding.seen[2] == (10.5, 1, [1], 290.0)  # B has no bar
    assert Holding.seen[3] == (0.0, 0, [], 605.0)
    (trade,) = result.closed_trades
    assert (trade.symbol, trade.exit_bar, str(trade.exit_reason), trade.profit) == ("B", 3, "time", 105.0)


def test_rebalancing_sells_before_it_buys_and_closes_what_is_not_named():
    class Switching(Strategy):
        def on_start(self):
            assert self.rebalance({"A": 1.0})

        def on_bar(self):
            if self.index == 2:
                self.rebalance({"B": 1.0})

    result = run(Switching, A, B)
    assert [(fill.symbol, fill.bar, fill.quantity) for fill in result.fills] == [
        ("A", 0, 100.0),
        ("A", 3, -100.0),
        ("B", 3, pytest.approx(1300 / 30)),
    ]


def test_a_small_drift_is_let_be():
    class Drifting(Strategy):
        did: ClassVar = []

        def on_start(self):
            self.did.append(self.rebalance({"A": 0.5, "B": 0.5}, drift=0.05))

        on_bar = on_start

    run(Drifting, {0: 10.0, 1: 11.0, 2: 30.0, 3: 30.0}, {0: 10.0, 1: 10.0, 2: 10.0, 3: 10.0})
    assert Drifting.did == [True, False, False, True, False]  # 1100 / 2100 is 0.52, then 3000 / 4000


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda self: self.close[-1], r'several symbols are traded here: say which, as in self\["A"\]'),
        (lambda self: self.buy(), "several symbols are traded here"),
        (lambda self: self.exit(), "several symbols are traded here"),
        (lambda self: self.position.is_open, "several symbols are traded here"),
        (lambda self: self["C"].buy(), "C is only watched"),
        (lambda self: self["D"], "D is not among the symbols here: A, B, C"),
        (lambda self: self.rebalance({"C": 1.0}), "C cannot be held here; what can: A, B"),
        (lambda self: self.rebalance({"A": 1.0, "B": 0.5}), "weights of 1.5 in all need leverage"),
        (lambda self: self.rebalance({"A": float("nan")}), "weights of nan in all"),
        (lambda self: self.pay_in(float("inf")), "a payment is a sum above 0, was inf"),
        (lambda self: self["A"].indicator("sma(close, 3)"), "declared in init"),
        (lambda self: self.calendar("every_session"), "declared in init"),
    ],
)
def test_what_cannot_be_done_is_said(act, message):
    strategy = type("Acting", (Strategy,), {"on_start": act})
    universe = [bars("A", A), bars("B", B)]
    with pytest.raises(OrderError, match=message):
        run_portfolio_strategy(
            strategy, universe, first_on=MONDAY, account=Account(1000.0, FREE), watched=[bars("C", A)]
        )


def test_a_strategy_for_one_symbol_says_what_it_has_not():
    for act in (lambda self: self.pay_in(10.0), lambda self: self.rebalance({"A": 1.0}), lambda self: self["B"]):
        with pytest.raises(OrderError, match=r"one symbol alone|one alone, A"):
            run_strategy(type("S", (Strategy,), {"on_start": act}), bars("A", A), first=0, account=Account(1000.0))


def test_watched_symbols_add_no_bar_and_are_read_up_to_now():
    strategy = watching(
        lambda self: (self["C"].close[-1], self["C"].is_trading, self.symbols) if self.index >= 0 else None
    )
    run(strategy, {0: 1.0, 2: 1.0, 5: 1.0}, watched=[bars("C", {1: 8.0, 2: 9.0, 3: 10.0, 4: 11.0})])
    (_, (before, trades, symbols), second, third) = strategy.seen
    assert isnan(before)
    assert (trades, symbols) == (False, ("A",))
    assert second == (9.0, True, ("A",))
    assert third == (11.0, False, ("A",))


def test_a_list_of_one_symbol_may_be_traded_without_its_name():
    class Plain(Strategy):
        def init(self):
            self.last = self.indicator("highest(close, 2)")

        def on_bar(self):
            if self.index == 1:
                self.buy(stop_loss=0.5)
            if self.index == 2:
                assert self.position.is_open
                assert self.close[-1] == self["A"].close[-1] == self.last[-1]
                self.exit()

    result = run(Plain, A)
    assert [(fill.bar, fill.price) for fill in result.fills] == [(2, 12.0), (3, 13.0)]


def test_new_money_comes_before_the_next_open():
    class Saving(Strategy):
        def on_start(self):
            self.pay_in(100.0)
            self.buy(Sizing(SizeKind.CASH, 100.0), reason="schedule")

        def on_bar(self):
            if self.index == 1:
                self.on_start()
                self.pay_in(20.0)
            if self.index == 3:
                self.pay_in(1.0)  # nothing comes after the last bar

    result = run(Saving, A, capital=0.0)
    assert [(payment.bar, payment.amount) for payment in result.payments] == [(0, 100.0), (2, 120.0)]
    assert [(fill.bar, fill.quantity) for fill in result.fills] == [(0, 10.0), (2, pytest.approx(100 / 12))]
    assert result.contributed == 220.0


def test_a_target_brings_its_stop_and_an_atr_not_known_yet_none():
    class Guarded(Strategy):
        def init(self):
            self["A"].indicator("atr(2)")

        def on_bar(self):
            if self.index in (0, 2):
                distance = Distance(DistanceKind.ATR, 1.0, atr_length=2)
                self.rebalance({"A": 0.5 if self.index == 0 else 0.6}, stop_loss=distance, take_profit=9.0)

    first, second = run(Guarded, A, B).orders
    assert (first["stop_loss_kind"], first["take_profit_kind"]) == (0, 1)
    assert (second["stop_loss_kind"], second["stop_loss"]) == (2, 1.0)


def test_a_stop_moves_in_steps_with_its_own_bars_only():
    class Stepping(Strategy):
        def on_start(self):
            self["B"].buy(0.5, stop_loss=0.5, stop_steps=[(0.2, 0.1)])

    result = run(Stepping, dict.fromkeys(range(6), 10.0), {0: 20.0, 2: 25.0, 4: 21.0, 5: 21.0})
    (move,) = result.orders[1:]
    assert (move["decided_on"], move["symbol"], move["stop_loss"]) == (2, 1, 22.0)
    (trade,) = result.closed_trades
    assert (trade.exit_bar, trade.exit_price) == (4, 21.0)  # it opens beyond the stop at 22
