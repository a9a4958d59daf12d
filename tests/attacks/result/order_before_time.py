"""Places an order as of the first bar there ever was."""

import numpy as np
from victim import won

from bgagent.engine.orders import ORDER_DTYPE
from bgagent.engine.strategy import Strategy

SIGN = "result"
REFUSED_AS = ("protocol",)

GOOD = {"decided_on": 30, "action": 1, "type": 1, "reason": 1, "size_kind": 1, "size_value": 1.0}


class S(Strategy):
    def on_bar(self):
        if self.index == 30:
            record = np.zeros(1, ORDER_DTYPE)
            for name, value in {**GOOD, "decided_on": -(2**62)}.items():
                record[name] = value
            self._desk.feed._records.append(record[0].item())
            won()
