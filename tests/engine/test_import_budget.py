"""What a first run of rules may load: numpy, and nothing heavy."""

import json
import subprocess
import sys

HEAVY = ("pandas", "polars", "scipy", "talib", "msgspec", "pyarrow", "Cython", "httpx", "pydantic", "rapidfuzz")

RUN = """
import json, sys
before = set(sys.modules)
from bgagent.engine.backtest import run_plan
from bgagent.engine.metrics import measure
from bgagent.engine.strategy import Strategy
print(json.dumps(sorted({name.partition(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names))))
"""


def test_the_engine_loads_numpy_alone():
    done = subprocess.run([sys.executable, "-c", RUN], capture_output=True, text=True, check=True)
    loaded = [name for name in json.loads(done.stdout) if not name.startswith("_")]
    loaded = [name for name in loaded if name != "cython_runtime"]  # part of a compiled module
    assert loaded == ["bgagent", "numpy"]
    assert not set(HEAVY).intersection(loaded)
