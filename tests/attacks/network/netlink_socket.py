"""Asks the kernel for the machine's network addresses."""

import socket

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).fileno())
