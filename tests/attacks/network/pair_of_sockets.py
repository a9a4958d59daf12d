"""Makes a pair of sockets."""

import socket

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(socket.socketpair()[0].fileno())
