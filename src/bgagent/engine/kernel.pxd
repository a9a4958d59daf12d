# The types with which Cython compiles kernel.py; without a compiler this file is not read.
cimport cython

cdef int CANCEL, CASH, CHANGE_WIDTH, ENTER_LONG, ENTER_SHORT, ENTRY, EQUITY, EXIT_LONG, EXIT_SHORT, FILL_WIDTH, FRACTION
cdef int LIMIT, MARKET, MONEY, MOVE, POSITION, QUANTITY, RISKS, RUIN, STOP, STOP_LIMIT, STOP_LOSS, TAKE_PROFIT, TARGET, TIME
cdef int TRADE_WIDTH, TRAILING_STOP
cdef double NEVER, DUST


cdef class Instruction:
    cdef public long long number, decided_on, group
    cdef public int symbol, lot, hold_bars, good_for_bars
    cdef public int action, type, reason, size_kind, whole_shares, stop_loss_kind, take_profit_kind, trailing_stop_kind
    cdef public double limit_price, stop_price, size_value, stop_loss, take_profit, trailing_stop
    cdef public bint triggered
    cdef public int tries


cdef double whole(double quantity) noexcept nogil


@cython.final
cdef class Lot:
    cdef public long long number, order, group
    cdef public int symbol, trail_kind
    cdef public long long entry_bar, due
    cdef public double side, quantity, entry_price, entry_raw, entry_commission
    cdef public double stop, first_stop, target, first_target, trail, first_trail, trail_value, anchor

    cdef void begin(
        self, Instruction order, long long number, double side, long long bar, double raw, double price
    ) noexcept nogil
    cdef void move(self, Instruction order) noexcept nogil
    cdef double level(self, double direction, int kind, double value) noexcept nogil
    cdef void follow(self, double high, double low) noexcept nogil
    @cython.locals(level=double)
    cdef void tighten(self) noexcept nogil
    cdef double nearest_stop(self) noexcept nogil
    @cython.locals(side=double)
    cdef int beyond(self, double price) noexcept nogil
    @cython.locals(side=double)
    cdef int within(self, double high, double low) noexcept nogil
    cdef bint reaches_target(self, double high, double low) noexcept nogil
    cdef double hit(self, int reason) noexcept nogil


cpdef object rows(Py_ssize_t count, Py_ssize_t width)
cpdef object more_rows(object kept)


cdef class Book:
    cdef public long long first
    cdef public double capital, cash, quantity, equity
    cdef public double slippage, commission_rate, commission_per_share, commission_per_order, commission_minimum
    cdef public double slippage_each, leverage, borrow_rate, cash_interest
    cdef public list day_gaps
    cdef public double last_close, spared, marked_cash, marked_quantity
    cdef public list lots, orders, interest_at
    cdef public double[::1] fill_rows, trade_rows, change_rows, equity_at
    cdef public long long fill_room, fill_count, trade_room, trade_count, change_room, change_count
    cdef public long long lots_opened, last_exit_bar, cut_orders, ambiguous_bars, last_ambiguous_bar
    cdef public bint ruined, has_groups, has_targets
    cdef public set done_groups

    cdef void start_over(self) noexcept nogil
    cpdef submit(self, Instruction order)
    cpdef step(self, long long bar, double open, double high, double low, double close)
    cdef mark(self, long long bar, double equity)
    cdef void mark_one(self, long long bar, double equity) noexcept nogil
    @cython.locals(at=Py_ssize_t)
    cdef void write_change(self, long long bar, int symbol, double quantity) noexcept nogil
    cpdef make_room(self)
    @cython.locals(lent=double, interest=double)
    cpdef accrue(self, int days, double owed)
    cpdef double worth(self, double price)
    cpdef double owed(self, double price)
    @cython.locals(owed=double)
    cpdef double funds(self, double price)
    cdef double free_cash(self) noexcept nogil
    @cython.locals(price=double)
    cdef double worse(self, double raw, double side) noexcept nogil
    @cython.locals(lot=Lot, entries=list, targets=list, order=Instruction)
    cdef trade(self, long long bar, double open, double high, double low, double close)
    @cython.locals(lot=Lot, order=Instruction, entries=list, parts=list, action=int, entry=Instruction)
    cpdef list obey(self, list orders, long long bar, double open)
    cpdef move(self, Lot lot, Instruction order)
    @cython.locals(left=double, lot=Lot)
    cpdef leave(self, list lots, Instruction order, long long bar, double open)
    @cython.locals(lot=Lot, rounding=double, part=double)
    cpdef reduce_at_market(self, list lots, double quantity, long long bar, double raw, int reason)
    @cython.locals(order=Instruction, open=double, held=double, wanted=double, side=double, kept=double, added=double,
                   sold=double, lot=Lot)
    cpdef retarget(self, list targets, long long bar, double equity)
    @cython.locals(lot=Lot, price=double, left=double, gain=double, part=double)
    cpdef bint is_worth_selling(self, list lots, double quantity, double raw)
    @cython.locals(order=Instruction, open=double, funds=double, share=double, excess=double, slope=double, price=double,
                   commission=double, raw=double, side=double, quantity=double, without_costs=double, is_cut=bint,
                   wanted=double, lot=Lot, _=int, asked=double)
    cpdef open_together(self, list openings, long long bar, double equity)
    @cython.locals(reason=int)
    cpdef protect_at(self, Lot lot, long long bar, double price)
    @cython.locals(reason=int)
    cpdef protect_within(self, Lot lot, long long bar, double high, double low)
    @cython.locals(reason=int)
    cpdef protect_after_entry_within(self, Lot lot, long long bar, double high, double low, double close)
    cdef close_for(self, Lot lot, long long bar, double raw, int reason)
    cdef double price_of(self, Lot lot, double raw, int reason) noexcept nogil
    @cython.locals(waiting=list, order=Instruction, side=double, lot=Lot)
    cpdef list enter_at_open(self, list entries, long long bar, double open)
    @cython.locals(order=Instruction, side=double, near=double, far=double, raw=double, price=double, lot=Lot)
    cpdef enter_within(self, list entries, long long bar, double open, double high, double low, double close)
    cdef bint is_done(self, Instruction order)
    @cython.locals(side=double, lot=Lot, quantity=double)
    cpdef Lot enter(self, Instruction order, long long bar, double raw, double price, double open)
    @cython.locals(lot=Lot)
    cpdef Lot prepare(self, Instruction order, double side, long long bar, double raw, double price)
    cpdef open_lot(self, Lot lot, double quantity, long long bar)
    @cython.locals(wanted=double, distance=double, quantity=double, is_cut=bint)
    cdef double size(self, Instruction order, Lot lot, double price, double equity, double funds) noexcept nogil
    @cython.locals(costs_each=double, quantity=double, excess=double, _=int)
    cdef double affordable(self, double wanted, double price, double funds) noexcept nogil
    @cython.locals(charged=double)
    cdef double commission(self, double quantity, double price) noexcept nogil
    cpdef close_at_market(self, Lot lot, long long bar, double raw, int reason)
    cpdef close(self, Lot lot, long long bar, double raw, double price, int reason)
    @cython.locals(entry_commission=double, commission=double)
    cpdef reduce(self, Lot lot, double quantity, long long bar, double raw, double price, int reason)
    @cython.locals(commission=double)
    cdef void close_one(self, Lot lot, long long bar, double raw, double price, int reason) noexcept nogil
    cdef void open_one(self, Lot lot, double quantity, long long bar) noexcept nogil
    cpdef exchange(self, long long bar, Lot lot, double quantity, double raw, double price, double commission, int kind)
    cdef void pay(self, double quantity, double price, double commission) noexcept nogil
    cpdef log_fill(self, long long bar, Lot lot, double quantity, double raw, double price, double commission, int kind)
    @cython.locals(at=Py_ssize_t)
    cdef void write_fill(
        self, long long bar, Lot lot, double quantity, double raw, double price, double commission, int kind
    ) noexcept nogil
    @cython.locals(costs=double, profit=double, at=Py_ssize_t)
    cdef void write_trade(
        self, Lot lot, double quantity, long long bar, double raw, double price, int reason, double entry_commission,
        double commission
    ) noexcept nogil
    cdef void count_ambiguous(self, long long bar) noexcept nogil
