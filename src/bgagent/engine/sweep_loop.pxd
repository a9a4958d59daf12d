# The types with which Cython compiles sweep_loop.py; without a compiler this file is not read.
cimport cython

from bgagent.engine.kernel cimport Book, Lot
from bgagent.engine.rule_loop cimport OneLot
from bgagent.engine.sums cimport CurveSums

cdef int CROSSES_ABOVE, LESS, GREATER, FIGURES


cdef class Sweeper:
    cdef Book book
    cdef OneLot way
    cdef CurveSums sums
    cdef unsigned char[::1] signals
    cdef double[::1] found

    @cython.locals(variant=Py_ssize_t)
    cpdef run(
        self, const double[::1] lines, const long long[::1] terms, Py_ssize_t rules, Py_ssize_t start, Py_ssize_t stop,
        const double[::1] opens, const double[::1] highs, const double[::1] lows, const double[::1] closes,
        double[::1] figures
    )
    cdef void start_over(self, Book book, OneLot way) noexcept nogil
    @cython.locals(rule=Py_ssize_t, at=Py_ssize_t, kind=int, one=Py_ssize_t, other=Py_ssize_t, bit=int, first=Py_ssize_t,
                   bar=Py_ssize_t)
    cdef void mark(
        self, unsigned char[::1] signals, const double[::1] lines, const long long[::1] terms, Py_ssize_t rules,
        Py_ssize_t variant, Py_ssize_t bars
    ) noexcept nogil
    @cython.locals(at=Py_ssize_t)
    cdef void note(self, Book book, CurveSums sums, double[::1] figures, Py_ssize_t variant) noexcept nogil
