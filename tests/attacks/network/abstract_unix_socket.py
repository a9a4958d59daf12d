"""Talks to a service behind an abstract unix socket."""

import socket

from victim import ABSTRACT

from bgagent.engine.strategy import Strategy

SIGN = "listener"


class S(Strategy):
    def init(self):
        socket.socket(socket.AF_UNIX).connect(ABSTRACT)
