"""Asks the interpreter to write where its code lies to a file."""

import faulthandler

from victim import FOLDER

from bgagent.engine.strategy import Strategy

SIGN = "disk"


class S(Strategy):
    def init(self):
        faulthandler.enable(open(FOLDER + "/crash", "w"))
