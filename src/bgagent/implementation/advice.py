"""What the interface offers instead of a name that code used and that it does not have."""

import difflib
import inspect
import re

from bgagent.engine.position import Position
from bgagent.engine.strategy import Strategy
from bgagent.engine.trading import Trading

_NO_ATTRIBUTE = re.compile(r"AttributeError: '(\w+)' object has no attribute '(\w+)'")
_NO_ARGUMENT = re.compile(r"TypeError: \w+\.(\w+)\(\) got an unexpected keyword argument '(\w+)'")
_NO_NAME = re.compile(r"NameError: name '(\w+)' is not defined")
_MEANT = {
    "data": "self.close, self.high, self.low, self.open, self.volume",
    "datas": "self.close and the like; one strategy trades one symbol, or self['SPY'] of several",
    "bars": "self.close and the like, which end at the current bar",
    "size": "position.quantity",
    "shares": "position.quantity",
    "qty": "position.quantity",
    "close_position": "self.exit()",
    "sell": "self.exit() to close a long position, self.sell_short() to open a short one",
    "short": "self.sell_short()",
    "cover": "self.exit()",
    "date": "self.session",
    "datetime": "self.time (UTC) or self.session",
    "timestamp": "self.time (UTC) or self.session",
    "bar_index": "self.index",
    "portfolio": "self.equity, self.cash, self.position",
    "capital": "self.equity",
    "I": "self.indicator(...) in init",
    "sl": "stop_loss",
    "tp": "take_profit",
    "stop_price": "stop, for an entry when the price rises to it; stop_loss=Level(price) to protect",
    "limit_price": "limit",
    "quantity": "Sizing(SizeKind.QUANTITY, shares) as size",
    "np": "import numpy as np",
}


def advice(detail: str) -> str:
    """What to write instead, for a crash that comes of a wrong name; empty for any other."""
    if found := _NO_ATTRIBUTE.search(detail):
        owner, name = found.groups()
        names = _public(Position) if owner == "Position" else [*_public(Strategy), *_public(Trading)]
        return _instead(name, names)
    if found := _NO_ARGUMENT.search(detail):
        method, name = found.groups()
        function = getattr(Trading, method, None) or getattr(Strategy, method, None)
        arguments = [word for word in inspect.signature(function).parameters if word != "self"] if function else []
        return _instead(name, arguments)
    if found := _NO_NAME.search(detail):
        return f"{_MEANT[found[1]]}" if found[1] in _MEANT else "import or define it in the file"
    return ""


def _public(kind: type) -> list[str]:
    return [name for name in vars(kind) if not name.startswith("_")]


def _instead(name: str, names: list[str]) -> str:
    if name in _MEANT:
        return f"there is {_MEANT[name]}"
    near = difflib.get_close_matches(name, names, n=2)
    return f"did you mean {' or '.join(near)}?" if near else f"there is {', '.join(names)}"
