"""Searches the raw memory around its bars for a later price."""

import ctypes

from victim import LATER, has_price, libc, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def on_bar(self):
        if self.index == 30:
            middle = self._desk.feed.close.ctypes.data & -4096
            page = ctypes.create_string_buffer(1)
            found = False
            for at in range(middle - (1 << 25), middle + (1 << 25), 4096):
                if libc.mincore(ctypes.c_void_p(at), 4096, page) == 0:
                    found |= has_price((ctypes.c_char * 4096).from_address(at), LATER)
            won(found)
