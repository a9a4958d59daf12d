"""Talks to the machine that hosts this one."""

import socket

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM).fileno())
