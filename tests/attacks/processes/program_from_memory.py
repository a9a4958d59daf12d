"""Runs a program that was never on disk."""

import os

from victim import FOLDER

from bgagent.engine.strategy import Strategy

SIGN = "disk"


class S(Strategy):
    def init(self):
        made = os.memfd_create("x", 0)
        os.write(made, b"#!/bin/sh\necho $0 > " + FOLDER.encode() + b"/memory\n")
        os.execve(made, ["x"], {})
