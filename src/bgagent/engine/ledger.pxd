# The types with which Cython compiles ledger.py; without a compiler this file is not read.
cimport cython


@cython.final
cdef class Ledger:
    cdef public list closes
    cdef public Py_ssize_t symbols, first, bars, lots
    cdef public double capital, money, told_cash, scale, gap, quantity_gap, price_gap, profit, paid, earned, error
    cdef public bint broken

    cdef void compare(self, double gap) noexcept nogil
    cdef void grow(self, double amount) noexcept nogil
    @cython.locals(at=Py_ssize_t, symbol=Py_ssize_t, shares=double, price=double, raw=double, commission=double,
                   agreed=double, worst=double, outside=double, against=double, gap=double)
    cdef void read_fills(self, const double[::1] fills, const double[::1] terms, double[::1] room) noexcept nogil
    @cython.locals(fill=Py_ssize_t, change=Py_ssize_t, payment=Py_ssize_t, bar=Py_ssize_t, owed=double, lent=double,
                   agreed=double, until=Py_ssize_t, symbol=Py_ssize_t, value=double)
    cdef walk(
        self, const double[::1] fills, const double[::1] changes, const double[::1] equity, const double[::1] payments,
        const double[::1] interest, const double[::1] days, const double[::1] terms, double[::1] room
    )
    @cython.locals(apart=double, gap=double)
    cdef void compare_quantity(self, double[::1] room, Py_ssize_t symbol) noexcept nogil
    @cython.locals(money=double, cash=double, worst=double, largest=double, bar=Py_ssize_t, now=double, value=double,
                   gap=double, gap_2=double)
    cdef void mark(
        self, const double[::1] close, double held, double told, const double[::1] equity, Py_ssize_t start,
        Py_ssize_t until
    ) noexcept nogil
    @cython.locals(base=Py_ssize_t, bar=Py_ssize_t, symbol=Py_ssize_t, held=double)
    cdef mark_all(self, double[::1] room, const double[::1] equity, Py_ssize_t start, Py_ssize_t until)
    @cython.locals(bar=Py_ssize_t, value=double)
    cdef void add_value(
        self, const double[::1] close, double held, double[::1] room, Py_ssize_t base, Py_ssize_t start,
        Py_ssize_t until
    ) noexcept nogil
    @cython.locals(base=Py_ssize_t, symbol=Py_ssize_t, at=Py_ssize_t, lot=Py_ssize_t, last=double, number=Py_ssize_t)
    cdef read_lots(self, const double[::1] fills, const double[::1] trades, double[::1] room)
