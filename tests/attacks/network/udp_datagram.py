"""Sends a datagram, as a DNS question would."""

import socket

from victim import UDP

from bgagent.engine.strategy import Strategy

SIGN = "listener"


class S(Strategy):
    def init(self):
        socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", UDP))
