"""Looks a name up, as a way out through DNS."""

import socket

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(len(socket.getaddrinfo("localhost", 80)))
