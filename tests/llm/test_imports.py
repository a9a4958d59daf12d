"""Importing the room costs nothing: the vendors' libraries are loaded when a model is asked, and not before."""

import subprocess
import sys

HEAVY = ("pydantic_ai", "pydantic", "openai", "anthropic", "httpx2", "genai_prices")


def test_nothing_heavy_is_loaded_before_a_model_is_asked():
    program = f"""
import sys
from bgagent.llm.budget import Allowance, Budget
from bgagent.llm.choice import choose_model
from bgagent.llm.repair import ask_for
from bgagent.llm.session import open_client
budget = Budget(Allowance(1, 1000, 1.0), time_left=lambda: 60.0)
client = open_client(budget=budget, redact=str)
client.model(choose_model("m", base_url="http://127.0.0.1:1/v1", secrets={{}}))
print([name for name in {HEAVY!r} if name in sys.modules])
client.close()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
