"""The only door to TA-Lib: loaded when the first indicator is asked for, and without pandas or polars.

TA-Lib's package imports both when they are installed, only to accept their series as input, and that costs more than
all the rest of a run's start. We pass plain arrays, so both are made to look absent while TA-Lib is being imported.
"""

import importlib
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType

_UNWANTED = ("pandas", "polars")
_import_lock = threading.Lock()


@cache
def load_talib() -> ModuleType:
    """TA-Lib's Python module. Raises ImportError when the package is not installed."""
    with _import_lock, _absent(_UNWANTED):
        return importlib.import_module("talib")


@contextmanager
def _absent(names: tuple[str, ...]) -> Iterator[None]:
    """Lets `import name` fail for the modules that are not loaded yet, and puts everything back afterwards."""
    blocked = [name for name in names if name not in sys.modules]
    for name in blocked:
        sys.modules[name] = None  # type: ignore[assignment]  # how Python itself marks a module as absent
    try:
        yield
    finally:
        for name in blocked:
            if sys.modules.get(name, ...) is None:
                del sys.modules[name]
