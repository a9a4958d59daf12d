"""Listens for connections from others."""

import socket

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        s = socket.socket()
        s.bind(("127.0.0.1", 0))
        s.listen()
        won(0)
