"""Uses the kernel's ciphers through a socket."""

import socket

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET).fileno())
