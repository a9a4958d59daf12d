# The types with which Cython compiles portfolio_book.py; without a compiler this file is not read.
cimport cython

from bgagent.engine.kernel cimport Book, Instruction, Lot

cdef int ENTRY, RUIN, TARGET, TIME


cpdef number_of(Instruction order)


cdef class PortfolioBook(Book):
    cdef public list opens, highs, lows, closes, traded, own, marks, last_exit, payments
    cdef public long long bar
    cdef public dict held
    cdef public set moved
    cdef public bint has_levels

    cpdef step_all(self, long long bar, double payment=*)
    @cython.locals(bar=cython.longlong)
    cpdef step_through(self, long long start, long long stop)
    @cython.locals(symbol=int, quantity=double, last=cython.longlong)
    cdef long long mark_quietly(self, long long start, long long stop) except -1
    @cython.locals(bar=cython.longlong, offset=cython.longlong)
    cdef void fill_in(self, double amount, long long start, long long stop) noexcept nogil
    @cython.locals(bar=cython.longlong, offset=cython.longlong)
    cdef void add_value(self, const double[::1] close, double quantity, long long start, long long stop) noexcept nogil
    @cython.locals(bar=cython.longlong, offset=cython.longlong)
    cdef long long first_ruin(self, long long start, long long stop) noexcept nogil
    @cython.locals(symbol=int)
    cdef mark_all(self, long long bar, double equity)
    cdef write_moved(self, long long bar, int symbol, double quantity)
    @cython.locals(total=double)
    cpdef double worth(self, double price)
    @cython.locals(total=double, quantity=double)
    cpdef double owed(self, double price)
    @cython.locals(lot=Lot, order=Instruction, targets=dict, wanted=list, waiting=dict, left=Instruction, symbol=int)
    cdef trade_all(self, long long bar)
    @cython.locals(lot=Lot)
    cpdef list trading_lots(self, long long bar)
    @cython.locals(lot=Lot)
    cpdef list guarded_lots(self, long long bar)
    cpdef move(self, Lot lot, Instruction order)
    cdef look_after(self, Instruction order)
    @cython.locals(order=Instruction, by_symbol=dict, later=list, entries=list)
    cpdef list obey_all(self, long long bar)
    @cython.locals(lot=Lot)
    cpdef Lot prepare(self, Instruction order, double side, long long bar, double raw, double price)
    @cython.locals(lot=Lot)
    cdef bint has_lot(self, int symbol)
    @cython.locals(symbol=int)
    cpdef exchange(self, long long bar, Lot lot, double quantity, double raw, double price, double commission, int kind)
