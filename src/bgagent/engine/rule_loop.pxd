# The types with which Cython compiles rule_loop.py; without a compiler this file is not read.
cimport cython

from bgagent.engine.kernel cimport Book, Instruction, Lot

cdef double NEVER
cdef int ENTER_LONG, LONG_ENTRY, LONG_EXIT, SESSION_EXIT, SHORT_ENTRY, SHORT_EXIT, TAKE_PROFIT, TIME
cdef int STOP_LOSS_PLACE, TAKE_PROFIT_PLACE, TRAILING_STOP_PLACE, SIZE_PLACE
cdef int PLACED_WIDTH, PLACES_LONG, PLACES_SHORT, LEAVES_LONG, LEAVES_SHORT, LEAVES_ALL


@cython.locals(wants_long=bint, wants_short=bint, leaves=int)
cdef int wishes(int signal, double side, long long lots, bint may_enter, int max_positions, int wait_bars) noexcept nogil


cdef class RuleOrders:
    cdef public tuple long_entry, short_entry, long_exit, short_exit, move, session_exit, step
    cdef public list varying, short_varying, moving, steps, log
    cdef public int max_positions, wait_bars

    cpdef place(self, Book book, tuple record, long long decided_on, list varying, long long lot, long long at)
    @cython.locals(side=double, wished=int)
    cpdef decide(self, Book book, list lots, int signal, long long bar, bint may_enter, long long at)
    @cython.locals(lot=Lot, best=double, stop=double, level=double, gain=double, stop_at=double, reached=bint)
    cpdef follow(self, Book book, list lots, long long bar, double high, double low, long long at)


@cython.locals(bar=cython.longlong, end=cython.longlong, wait=int, moves=bint, rested=bint)
cpdef run_rules_from(
    Book book, RuleOrders rules, long long start, const unsigned char[::1] signals, const double[::1] opens,
    const double[::1] highs, const double[::1] lows, const double[::1] closes
)


@cython.final
cdef class Varying:
    cdef bint stops_vary, targets_vary, trails_vary, sizes_vary
    cdef const double[::1] stops, targets, trails, sizes


cdef class OneLot:
    cdef public Book book
    cdef public Lot lot
    cdef public bint is_held
    cdef Varying long_varying, short_varying
    cdef public int wait_bars, long_reason, short_reason, session_reason
    cdef public Instruction long_order, short_order
    cdef public long long end, bar, placed_room, placed_count, dropped
    cdef public double[::1] placed

    cpdef bint run(
        self, const unsigned char[::1] signals, const double[::1] opens, const double[::1] highs,
        const double[::1] lows, const double[::1] closes
    )
    cdef void start_over(self, Book book) noexcept nogil
    @cython.locals(bar=cython.longlong)
    cpdef end_ruined(
        self, const double[::1] opens, const double[::1] highs, const double[::1] lows, const double[::1] closes
    )
    cpdef make_room(self)
    cdef bint has_room(self, Book book) noexcept nogil
    @cython.locals(bar=cython.longlong)
    cdef void go_on(
        self, Book book, Lot lot, const unsigned char[::1] signals, const double[::1] opens, const double[::1] highs,
        const double[::1] lows, const double[::1] closes
    ) noexcept nogil
    @cython.locals(offset=Py_ssize_t, cash=double, bar=Py_ssize_t, end=Py_ssize_t)
    cdef void rest(self, Book book, const unsigned char[::1] signals) noexcept nogil
    @cython.locals(offset=Py_ssize_t, cash=double, quantity=double, equity=double, last=Py_ssize_t, stop=double,
                   target=double, is_long=bint, trails=bint, has_levels=bint, bar=Py_ssize_t)
    cdef void hold(
        self, Book book, Lot lot, const unsigned char[::1] signals, const double[::1] opens, const double[::1] highs,
        const double[::1] lows, const double[::1] closes
    ) noexcept nogil
    @cython.locals(wished=int, reason=int)
    cdef void step(
        self, Book book, Lot lot, int signal, long long bar, double open, double high, double low, double close
    ) noexcept nogil
    @cython.locals(wait=int, last_exit=cython.longlong, rested=bint, side=double, wished=int)
    cdef int decide(self, Book book, Lot lot, int signal, long long bar) noexcept nogil
    @cython.locals(at=Py_ssize_t)
    cdef void place(self, int which, long long decided_on) noexcept nogil
    cdef void vary(self, Instruction order, Varying varying, Py_ssize_t at) noexcept nogil
    @cython.locals(side=double, price=double, quantity=double, reason=int)
    cdef void enter(self, Book book, Lot lot, Instruction order, long long bar, double open) noexcept nogil
    cdef void leave(self, Book book, Lot lot, long long bar, double raw, int reason) noexcept nogil
