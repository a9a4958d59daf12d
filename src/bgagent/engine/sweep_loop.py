"""Many variants of a plan run one after the other without any object made, so that threads share the work.

Compiled with the types of sweep_loop.pxd where that can be; then the interpreter is free while a variant runs.
"""

from typing import Any

try:
    import cython
except ImportError:
    from bgagent.engine import no_cython as cython

from bgagent.engine.codes import CROSSES_ABOVE, FIGURES, GREATER, LESS
from bgagent.engine.kernel import Book
from bgagent.engine.rule_loop import OneLot
from bgagent.engine.sums import CurveSums


class Sweeper:
    """One thread's books. term: what is compared how, and which bit it sets.

    lines: (k, n), what terms compare. terms: for each variant and each of its rules, kind, two lines, bit, first bar.
    """

    def __init__(self, book: Book, way: OneLot, sums: CurveSums, signals: Any, found: Any) -> None:
        self.book = book
        self.way = way
        self.sums = sums
        self.signals = signals
        self.found = found

    def run(
        self,
        lines: Any,
        terms: Any,
        rules: int,
        start: int,
        stop: int,
        opens: Any,
        highs: Any,
        lows: Any,
        closes: Any,
        figures: Any,
    ) -> None:
        """Fills in the figures of the variants from `start` to `stop` - 1."""
        for variant in range(start, stop):
            with cython.nogil:
                self.mark(self.signals, lines, terms, rules, variant, len(closes))
                self.start_over(self.book, self.way)
                self.way.go_on(self.book, self.way.lot, self.signals, opens, highs, lows, closes)
            while self.way.bar < self.way.end and not self.book.ruined:
                self.way.make_room()
                with cython.nogil:
                    self.way.go_on(self.book, self.way.lot, self.signals, opens, highs, lows, closes)
            self.way.end_ruined(opens, highs, lows, closes)
            with cython.nogil:
                self.note(self.book, self.sums, figures, variant)

    def start_over(self, book: Book, way: OneLot) -> None:
        """Empties the books."""
        book.start_over()
        way.start_over(book)

    def mark(self, signals: Any, lines: Any, terms: Any, rules: int, variant: int, bars: int) -> None:
        """The signals of a variant's rules."""
        for bar in range(bars + 1):
            signals[bar] = 0
        for rule in range(rules):
            at = (variant * rules + rule) * 5
            kind = terms[at]
            one = terms[at + 1] * bars
            other = terms[at + 2] * bars
            bit = terms[at + 3]
            first = terms[at + 4] if terms[at + 4] > 0 else 1  # the bar whose open may be traded
            if kind == LESS:
                for bar in range(first, bars + 1):
                    if lines[one + bar - 1] < lines[other + bar - 1]:
                        signals[bar] |= bit
            elif kind == GREATER:
                for bar in range(first, bars + 1):
                    if lines[one + bar - 1] > lines[other + bar - 1]:
                        signals[bar] |= bit
            elif kind == CROSSES_ABOVE:
                for bar in range(max(first, 2), bars + 1):
                    if lines[one + bar - 1] > lines[other + bar - 1] and lines[one + bar - 2] <= lines[other + bar - 2]:
                        signals[bar] |= bit
            else:
                for bar in range(max(first, 2), bars + 1):
                    if lines[one + bar - 1] < lines[other + bar - 1] and lines[one + bar - 2] >= lines[other + bar - 2]:
                        signals[bar] |= bit

    def note(self, book: Book, sums: CurveSums, figures: Any, variant: int) -> None:
        """Writes down what the curve sums up to."""
        sums.read_without_tail(book.equity_at, self.found)
        at = variant * FIGURES
        figures[at] = book.equity
        figures[at + 1] = sums.depth
        figures[at + 2] = sums.mean
        figures[at + 3] = sums.squares
        figures[at + 4] = book.trade_count
