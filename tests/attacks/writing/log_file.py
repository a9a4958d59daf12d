"""Logs to a file of the user's."""

import logging

from victim import FOLDER

from bgagent.engine.strategy import Strategy

SIGN = "disk"


class S(Strategy):
    def init(self):
        logging.FileHandler(FOLDER + "/strategy.log").close()
