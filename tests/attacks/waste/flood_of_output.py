"""Prints megabytes."""

import sys

from victim import won

from bgagent.engine.strategy import Strategy

LIMITS = {"output_flood_kb": 2048}


class S(Strategy):
    def init(self):
        for _ in range(80):
            sys.stdout.write("y" * 99_999 + "\n")
        won()
