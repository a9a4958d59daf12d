"""Plants a conftest.py that the next test run would execute."""

from victim import FOLDER

from bgagent.engine.strategy import Strategy

SIGN = "disk"


class S(Strategy):
    def init(self):
        open(FOLDER + "/conftest.py", "w").write("import evil")
