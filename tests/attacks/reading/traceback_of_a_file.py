"""Has the interpreter print a line of a file, as if the error were in it."""

import sys

from victim import SECRET_FILE

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        try:
            exec(compile("1 / 0", SECRET_FILE, "exec"))
        except ZeroDivisionError:
            sys.__excepthook__(*sys.exc_info())
