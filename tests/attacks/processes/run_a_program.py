"""Runs a program."""

import subprocess

from victim import FOLDER

from bgagent.engine.strategy import Strategy

SIGN = "disk"


class S(Strategy):
    def init(self):
        subprocess.run(["/bin/sh", "-c", f"echo x > {FOLDER}/shell"])
