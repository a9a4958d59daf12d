# The types with which Cython compiles passes.py; without a compiler this file is not read.
cimport cython


@cython.locals(count=Py_ssize_t, total=double, total_2=double, per_bar=double, per_bar_2=double, first=Py_ssize_t,
               first_2=Py_ssize_t, later=Py_ssize_t, was_above=bint, was_below=bint, bar=Py_ssize_t, value=double,
               average=double, average_2=double, is_above=bint, is_below=bint, before=double, equal=Py_ssize_t)
cpdef bint averages_cross(
    const double[::1] values, Py_ssize_t length, Py_ssize_t length_2, unsigned char[::1] above, unsigned char[::1] below
) noexcept nogil


@cython.locals(count=Py_ssize_t, bar=Py_ssize_t)
cpdef void crosses(
    const double[::1] one, const double[::1] other, unsigned char[::1] above, unsigned char[::1] below
) noexcept nogil
