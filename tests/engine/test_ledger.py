"""The ledger finds books that were tampered with."""

from dataclasses import replace

import numpy as np
import pytest

from bgagent.engine.books import agreed_terms, numbers
from bgagent.engine.ledger import Ledger
from bgagent.engine.plan import Costs, SizeKind, Sizing
from bgagent.engine.run_rows import rows_of_changes, rows_of_fills, rows_of_trades
from tests.engine.hand_bars import buy, fill, flat, leave, short

COSTS = Costs(10, 5, 0, 1)
ROWS = [flat(100), flat(101), flat(99), flat(103), flat(102), flat(104)]


@pytest.fixture
def result():
    return fill([buy(0), leave(2), short(3, sizing=Sizing(SizeKind.CASH, 300.0))], ROWS, costs=COSTS)


def error_of(result, **changed):
    told = {name: getattr(result, name) for name in ("fills", "trades", "equity", "cash", "quantity")} | changed
    symbols = (result.bars.symbol,)
    changes = rows_of_changes(told["cash"], told["quantity"][:, np.newaxis])
    return Ledger(
        [numbers(result.bars.close[result.first :])],
        result.first,
        numbers(agreed_terms(result.account)),
        fills=numbers(rows_of_fills(told["fills"], symbols).reshape(-1)),
        trades=numbers(rows_of_trades(told["trades"], symbols).reshape(-1)),
        changes=numbers(changes.reshape(-1)),
        equity=numbers(told["equity"]),
        lots=2,
        room=numbers(np.zeros(8)),
        payments=numbers(np.zeros(0)),
        interest=numbers(result.interest),
        days=numbers(np.zeros(0)),
    ).error


def test_sound_books_balance(result):
    assert error_of(result) == result.books_error < 1e-14


def test_no_trades_balance_to_nothing():
    assert fill([], ROWS).books_error == 0


@pytest.mark.parametrize("name", ["equity", "cash", "quantity"])
def test_a_book_that_was_bent_is_found(result, name):
    book = getattr(result, name)
    index = int(np.flatnonzero(book)[-2])
    changed = book.copy()
    changed[index] *= 1 + 1e-6
    assert 1e-9 < error_of(result, **{name: changed}) < 1e-5


def test_a_book_that_is_not_finite_is_found(result):
    changed = result.equity.copy()
    changed[2] = float("nan")
    assert error_of(result, equity=changed) == float("inf")


@pytest.mark.parametrize("change", ["price", "commission", "quantity"])
def test_a_fill_that_was_bent_is_found(result, change):
    first, *others = result.fills
    assert error_of(result, fills=(replace(first, **{change: getattr(first, change) * 0.999}), *others)) > 1e-6


def test_a_fill_that_was_left_out_is_found(result):
    assert error_of(result, fills=result.fills[:-1]) > 0.1


def test_a_profit_moved_from_one_trade_to_another_is_found(result):
    one, other = result.trades
    moved = (replace(one, profit=one.profit - 5), replace(other, profit=other.profit + 5))
    assert error_of(result, trades=moved) == pytest.approx(5 / 1000, rel=0.3)


def test_a_price_better_than_the_market_gave_is_found(result):
    first, *others = result.fills
    assert error_of(result, fills=(replace(first, price=first.raw_price * 0.99), *others)) > 0.005
