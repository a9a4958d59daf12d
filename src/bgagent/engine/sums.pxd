# The types with which Cython compiles sums.py; without a compiler this file is not read.
cimport cython

cdef int CLOSED_AT, PROFIT_AT
cdef double nan, NEVER


@cython.final
cdef class CurveSums:
    cdef public Py_ssize_t count, peak, trough
    cdef public double mean, low, high, squares, cubes, fourths, downside, quantile, shortfall, total, depth

    @cython.locals(limit=double, kept=Py_ssize_t, square=double, place=double)
    cdef void read(self, const double[::1] equity, double[::1] found, double free, double tail) noexcept nogil
    @cython.locals(kept=Py_ssize_t)
    cdef void read_without_tail(self, const double[::1] equity, double[::1] found) noexcept nogil
    @cython.locals(step=Py_ssize_t, kept=Py_ssize_t, bar=Py_ssize_t, place=double, rank=Py_ssize_t, share=double)
    cdef double likely_limit(self, const double[::1] equity, double[::1] found, double tail) noexcept nogil
    @cython.locals(before=double, high=double, total=double, summed=double, squares=double, cubes=double,
                   fourths=double, downside=double, lowest=double, highest=double, kept=Py_ssize_t, flat=Py_ssize_t,
                   alive=bint, falls=bint, depth=double, deep=double, peak=Py_ssize_t, peak_now=Py_ssize_t,
                   trough=Py_ssize_t, bar=Py_ssize_t, now=double, change=double, square=double, loss=double,
                   fall=double)
    cdef Py_ssize_t read_once(
        self, const double[::1] equity, double[::1] found, double free, double limit
    ) noexcept nogil
    cdef void peak_of(
        self, const double[::1] equity, double depth, Py_ssize_t peak, Py_ssize_t trough
    ) noexcept nogil
    @cython.locals(count=double, mean=double, square=double, cube=double, fourth=double)
    cdef void take(
        self, Py_ssize_t flat, double free, double summed, double squares, double cubes, double fourths,
        double downside, double lowest, double highest
    ) noexcept nogil
    @cython.locals(mean=double, squares=double, cubes=double, fourths=double, bar=Py_ssize_t,
                   change=double, apart=double, square=double)
    cdef void read_powers(self, const double[::1] equity) noexcept nogil
    @cython.locals(bar=Py_ssize_t)
    cdef Py_ssize_t gather(self, const double[::1] equity, double[::1] found) noexcept nogil
    @cython.locals(place=double, rank=Py_ssize_t, part=double, one=double, two=double, at=Py_ssize_t, below=double,
                   worst=Py_ssize_t)
    cdef void read_tail(self, double[::1] found, Py_ssize_t kept, double tail) noexcept nogil


@cython.locals(left=Py_ssize_t, right=Py_ssize_t, pivot=double, low=Py_ssize_t, high=Py_ssize_t, swapped=double,
               result=double)
cdef double select(double[::1] values, Py_ssize_t count, Py_ssize_t rank) noexcept nogil


@cython.final
cdef class TradeSums:
    cdef public Py_ssize_t closed, wins, losses, longest
    cdef public double gained, lost, returned, won, gone, held, best, worst

    @cython.locals(run=Py_ssize_t, is_ordered=bint, place=Py_ssize_t, trade=Py_ssize_t, at=Py_ssize_t, profit=double,
                   fraction=double)
    cdef read(self, const double[::1] rows, const long long[::1] order, Py_ssize_t count)


@cython.final
cdef class FillSums:
    cdef public double costs, traded

    @cython.locals(costs=double, traded=double, fill=Py_ssize_t, at=Py_ssize_t, quantity=double, apart=double)
    cdef read(self, const double[::1] rows, Py_ssize_t count)


@cython.locals(held=Py_ssize_t, last=Py_ssize_t, invested=Py_ssize_t, at=Py_ssize_t, symbol=Py_ssize_t, bar=Py_ssize_t)
cpdef Py_ssize_t invested_bars(const double[::1] changes, Py_ssize_t bars, double[::1] room) noexcept nogil
