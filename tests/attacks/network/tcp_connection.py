"""Sends by TCP to a service on this machine."""

import socket

from victim import TCP

from bgagent.engine.strategy import Strategy

SIGN = "listener"


class S(Strategy):
    def init(self):
        socket.create_connection(("127.0.0.1", TCP), 5).send(b"x")
