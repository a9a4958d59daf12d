"""What host and child say to each other, in order, and what the host makes of the answers.

BEGIN → READY, and only if that isolation will do SOURCE → DECLARED; then BARS → ORDERS until no bar is left; last
END → DONE. At any of these a FAILED may come instead, or nothing.
"""

import marshal
import math
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise

import numpy as np

from bgagent.artifacts.attempts import RunFailure
from bgagent.bars import Bars
from bgagent.engine.board import Board
from bgagent.engine.order_checks import check_orders
from bgagent.engine.orders import Orders, read_orders
from bgagent.engine.plan import Account
from bgagent.engine.result import Payment
from bgagent.engine.timeline import join_at
from bgagent.errors import Bug
from bgagent.sandbox.blocks import pack_block
from bgagent.sandbox.clean import one_line
from bgagent.sandbox.declarations import unpack_declarations
from bgagent.sandbox.isolation import LAYERS, Isolation
from bgagent.sandbox.limits import Limits
from bgagent.sandbox.payments import unpack_payments
from bgagent.sandbox.process import ConfinedProcess
from bgagent.sandbox.protocol import LAST_BAR, Kind, pack_frame
from bgagent.sandbox.series import Series, compute_joined_series, compute_series
from bgagent.sandbox.static_check import Checked

_DETAIL = 500  # characters of what a strategy says of its own failure
_FAILURES = ("crash", "memory")
_TARGETS_A_BLOCK = 100_000  # symbols x bars: an order for each of them fits into one answer


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """One strategy and what it is to run on. See `host.propose`; layers: those the child is to put on.

    board: the bars of several symbols together; None where one is traded alone.
    """

    source: str
    checked: Checked
    bars: Bars | Sequence[Bars]
    first: int
    account: Account
    blocks: Sequence[int] | None = None
    seed: int = 0
    layers: Collection[str] = LAYERS
    watched: Sequence[Bars] = ()
    board: Board | None = field(init=False)

    def __post_init__(self) -> None:
        board = None
        if isinstance(self.bars, Bars):
            if not 0 <= self.first < len(self.bars):
                raise ValueError(f"{self.bars.symbol}: the window cannot begin at bar {self.first} of {len(self.bars)}")
        else:
            board = Board(join_at(self.bars, first=self.first), self.bars, self.watched)
        object.__setattr__(self, "board", board)

    @property
    def each(self) -> tuple[Bars, ...]:
        """The bars of each symbol that may be traded, in the order of their indices."""
        return (self.bars,) if isinstance(self.bars, Bars) else tuple(self.bars)

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols that may be traded, in the order of their indices."""
        return tuple(bars.symbol for bars in self.each)

    @property
    def size(self) -> int:
        """How many bars the strategy is shown."""
        return len(self.each[0]) if self.board is None else len(self.board.timeline)

    def cuts(self) -> list[tuple[int, int]]:
        """Half-open ranges of bars that are sent together; with many symbols few enough for their orders to fit."""
        last = self.size - 1
        pauses = range(self.first, last) if self.blocks is None else self.blocks
        if self.board is not None:
            pauses = (*pauses, *range(self.first, last, max(_TARGETS_A_BLOCK // len(self.symbols), 1)))
        ends = sorted({self.first - 1, last, *(bar for bar in pauses if self.first <= bar < last)})
        return [(before + 1, end + 1) for before, end in pairwise(ends)]


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """What a strategy would do: nothing in it is taken on trust, and nothing has been filled yet.

    orders: records of ORDER_DTYPE, in the order they were decided. log: the end of what it printed, cleaned.
    isolation: layers in force, then those missing with the reason. seconds: wall time of the process.
    committed_bars: bars of the window whose orders had arrived before any later bar was sent. payments: new money that
    it has come in, without the equity before it.
    """

    orders: Orders
    log: str
    isolation: tuple[str, ...]
    seconds: float
    committed_bars: int
    payments: tuple[Payment, ...] = ()


def begin(
    process: ConfinedProcess, limits: Limits, layers: Collection[str], task: Task | None
) -> Isolation | RunFailure:
    """Has the child import what it needs and seal itself; what holds it then. Without a task it imports no more.

    Raises Bug when it fails before it has seen anything of the strategy.
    """
    # plain numbers only: marshal would write a numpy scalar as bytes
    opening = {"limits": asdict(limits), "layers": tuple(layers), "modules": (), "seed": 0}
    if task is not None:
        opening |= {
            "modules": task.checked.modules,
            "seed": int(task.seed),
            "strategy": task.checked.strategy,
            "symbols": task.symbols,
            "watched": tuple(bars.symbol for bars in task.watched),
            "is_together": task.board is not None,
            "timeframe": task.each[0].timeframe.value,
            "size": task.size,
            "first": int(task.first),
            "initial_capital": float(task.account.initial_capital),
            "costs": {name: float(cost) for name, cost in asdict(task.account.costs).items()},
            "terms": {
                "leverage": float(task.account.leverage),
                "cash_interest": float(task.account.cash_interest),
            },
        }
    ready = _ask(process, Kind.BEGIN, marshal.dumps(opening), Kind.READY)
    if not isinstance(ready, RunFailure):
        return Isolation.unpack(ready)
    if ready.kind in ("timeout", "memory"):
        return ready
    raise Bug(f"the sandbox does not start: {one_line((ready.log.splitlines() or [ready.detail])[-1], keep=_DETAIL)}")


def converse(
    process: ConfinedProcess, task: Task, limits: Limits, permits: Callable[[Isolation], bool]
) -> Proposal | RunFailure:
    """The whole conversation. The source is sent only into an isolation that `permits` accepts."""
    started = time.monotonic()
    isolation = begin(process, limits, task.layers, task)
    if isinstance(isolation, RunFailure):
        return isolation
    if not permits(isolation):
        return process.fail(
            "isolation",
            f"{isolation.weakness}; code nobody has read is not run here unless NLBT_ALLOW_WEAK_ISOLATION=1",
        )
    series = _declare(process, task, limits)
    if isinstance(series, RunFailure):
        return series
    decided = _trade(process, task, series, limits)
    if isinstance(decided, RunFailure):
        return decided
    orders, payments = decided
    done = _ask(process, Kind.END, b"", Kind.DONE)
    failure = done if isinstance(done, RunFailure) else process.finish()
    if failure is not None:
        return failure
    return Proposal(orders, process.log, isolation.lines(), time.monotonic() - started, len(task.cuts()), payments)


def _ask(process: ConfinedProcess, kind: Kind, body: bytes, expected: Kind) -> bytes | RunFailure:
    answer = process.exchange(pack_frame(kind, body))
    if isinstance(answer, RunFailure):
        return answer
    answered, said = answer
    if answered is expected:
        return said
    if answered is Kind.FAILED:
        failure, _, text = said.decode(errors="replace").partition("\n")
        return process.fail(failure if failure in _FAILURES else "crash", one_line(text, keep=_DETAIL))
    return process.fail("protocol", f"it answered {answered.name} where {expected.name} was due")


def _declare(process: ConfinedProcess, task: Task, limits: Limits) -> Series | RunFailure:
    declared = _ask(process, Kind.SOURCE, task.source.encode(), Kind.DECLARED)
    if isinstance(declared, RunFailure):
        return declared
    try:
        symbols = len(task.symbols) + len(task.watched)
        prices, calendars = unpack_declarations(declared, limits, symbols=symbols)
        if task.board is not None:
            return compute_joined_series(prices, calendars, task.board, limits=limits)
        (bars,) = task.each
        return compute_series(prices, calendars, bars, first=task.first, limits=limits, watched=task.watched)
    except ValueError as error:
        return process.fail("crash", one_line(f"in init: {error}", keep=_DETAIL))


def _trade(
    process: ConfinedProcess, task: Task, series: Series, limits: Limits
) -> tuple[Orders, tuple[Payment, ...]] | RunFailure:
    """Sends the bars block by block, each only when the orders of the one before are in."""
    received: list[Orders] = []
    asked: dict[int, float] = {}
    shown = (task.first - 1, task.first - 1)
    block = series.opening(task.first)
    count, most = 0, limits.orders_per_bar * task.size * len(task.symbols)
    for start, stop in [*task.cuts(), (task.size, task.size)]:
        answer = _ask(process, Kind.BARS, pack_block(block), Kind.ORDERS)
        if isinstance(answer, RunFailure):
            return answer
        decided = _read_answer(answer, shown, asked if task.board is not None else None)
        if isinstance(decided, str):
            return process.fail("protocol", decided)
        received.append(decided)
        count += len(decided)
        if count > most:
            return process.fail("protocol", f"it placed more than the {most:,} orders allowed")
        shown = (start, stop - 1)
        block = series.block(start, stop)
    orders: Orders = np.concatenate(received)
    orders.flags.writeable = False
    try:
        check_orders(orders, first=task.first, bars=task.size, symbols=len(task.symbols))
    except ValueError as error:
        return process.fail("protocol", one_line(f"it placed what is no order: {error}", keep=_DETAIL))
    payments = [Payment(bar + 1, amount, math.nan) for bar, amount in sorted(asked.items()) if bar + 1 < task.size]
    return orders, tuple(payments)


def _read_answer(body: bytes, shown: tuple[int, int], asked: dict[int, float] | None) -> Orders | str:
    """The orders decided on the bars last shown, first and last of them; or what is wrong with them.

    asked: takes the payments decided on them, by bar; None where there can be none.
    """
    if len(body) < LAST_BAR.size or LAST_BAR.unpack_from(body)[0] != shown[1]:
        return f"its orders are not for the bars up to {shown[1]}, which it was shown last"
    rest = body[LAST_BAR.size :]
    try:
        if asked is not None:
            payments, rest = unpack_payments(rest, shown)
            asked.update(payments)
        orders = read_orders(rest)
    except ValueError as error:
        return one_line(str(error), keep=_DETAIL)
    decided = orders["decided_on"]
    if len(orders) and not (decided.min() >= shown[0] and decided.max() <= shown[1] and np.all(np.diff(decided) >= 0)):
        return f"it placed orders as of bars {decided.min()} to {decided.max()} when shown {shown[0]} to {shown[1]}"
    return orders
