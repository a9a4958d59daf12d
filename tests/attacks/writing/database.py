"""Makes a database, whose C code opens files itself."""

import sqlite3

from victim import FOLDER

from bgagent.engine.strategy import Strategy

SIGN = "disk"


class S(Strategy):
    def init(self):
        made = sqlite3.connect(FOLDER + "/plan.db")
        made.execute("create table t (x)")
        made.commit()
