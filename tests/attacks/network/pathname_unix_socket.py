"""Talks to a service behind a unix socket on disk, as tmux has one."""

import socket

from victim import FOLDER

from bgagent.engine.strategy import Strategy

SIGN = "listener"


class S(Strategy):
    def init(self):
        socket.socket(socket.AF_UNIX).connect(FOLDER + "/door")
