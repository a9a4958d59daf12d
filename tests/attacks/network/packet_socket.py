"""Listens to everything on the wire."""

import socket

from victim import won

from bgagent.engine.strategy import Strategy

NEEDS_ROOT = True


class S(Strategy):
    def init(self):
        won(socket.socket(socket.AF_PACKET, socket.SOCK_RAW).fileno())
