"""Imports a module that lies in a folder of the user's."""

import sys

from victim import FOLDER

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        sys.path.insert(0, FOLDER)
        import helper

        print(helper.SECRET)
