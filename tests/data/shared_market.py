"""Where the private market files lie, beside the repository; tests that need them skip without them."""

from pathlib import Path

import pytest

_SHARED = Path(__file__).resolve().parents[3] / "shared"
MARKET = _SHARED / "market"
PROMPTS = _SHARED / "prompts"

needs_market = pytest.mark.skipif(not MARKET.is_dir(), reason="the market files are not beside this repository")
