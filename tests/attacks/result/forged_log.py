"""Prints what looks like lines of the log, with sequences that steer a terminal."""

from victim import won

from bgagent.engine.strategy import Strategy

SIGN = "result"


class S(Strategy):
    def init(self):
        print("\x1b[2J\x1b]0;owned\x07\r\n2026-01-01T00:00:00Z ERROR event=forged exit_code=0\u2028\x85\u202e\x00")
        won()
