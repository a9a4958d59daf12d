"""A whole job in this process, with the real client over HTTP to a server that answers by a script."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bgagent.artifacts.report import Report
from bgagent.artifacts.request import Request
from bgagent.llm.scripted_server import Received, Reply, ScriptedServer, said
from bgagent.settings import resolve
from bgagent.wiring import run_request
from tests.e2e.prices import write_prices

KEY = "sk-canary-0123456789abcdef"
SENTENCE = (
    "Frobnicate WAVE in 2023 with $10K: buy after three falling closes, stop at the low of that bar, out after 5 bars"
)

CLAUSES = [
    {"words": "Frobnicate", "status": "unrelated", "value": "no rule"},
    {"words": "WAVE", "status": "stated", "field": "symbol", "value": "WAVE"},
    {"words": "buy after three falling closes", "status": "stated", "field": "entry", "value": "3 falling closes"},
    {"words": "stop at the low of that bar", "status": "stated", "field": "stop_loss", "value": "low of the bar"},
    {"words": "out after 5 bars", "status": "stated", "field": "hold_bars", "value": "5"},
]
CODE_PLAN = {
    "kind": "code",
    "symbols": ["WAVE"],
    "description": "Buy after three closes, each under the one before; the stop is the low of the decision bar.",
    "lookback_bars": 4,
    "hold_bars": 5,
}
RULES = {"kind": "rules", "symbol": "WAVE", "entry": {"when": "down_streak(close) == 3"}, "hold_bars": 5}
GOOD = """from bgagent.engine.strategy import Level, Strategy


class ThreeFalls(Strategy):
    def on_bar(self):
        closes = self.close[-4:]
        if self.position.is_flat and len(closes) == 4 and (closes[1:] < closes[:-1]).all():
            self.buy(stop_loss=Level(self.low[-1]), hold_bars=5)
"""


def reading(plan: dict[str, Any] = CODE_PLAN, clauses: Iterable[dict[str, str]] = CLAUSES) -> str:
    """What a model answers that reads the sentence."""
    return json.dumps({"runs": [{"label": "falls", "plan": plan}], "clauses": list(clauses)})


def opinion(prompt: str, **wrong: str) -> str:
    """A judge's answer to its prompt: yes to each clause, `no` to those named as `c2="why"`."""
    count = len(re.findall(r'^\d+\. "', prompt.partition("Its clauses:")[2].partition("Left aside")[0], re.MULTILINE))
    rows = [
        {"number": n, "verdict": "no" if f"c{n}" in wrong else "yes", "why": wrong.get(f"c{n}", "seen")}
        for n in range(1, count + 1)
    ]
    return json.dumps({"clauses": rows, "left_out": [], "beside": []})


def in_python(source: str) -> str:
    """As models answer with code."""
    return f"```python\n{source}```"


def model_with(
    *codes: str | Reply, reader: str | Reply = "", judge: Callable[[str], str] = opinion, narrator: str | Reply = ""
) -> Callable[[Received], Reply]:
    """A capable model. reader, judge, narrator: its answers; codes: in their order, the last one again and again."""
    written: list[None] = []

    def answer(request: Received) -> Reply:
        prompt = request.prompt
        if prompt.startswith(("You turn", "Turn one")):
            return as_reply(reader or reading())
        if prompt.startswith("Write one"):
            written.append(None)
            code = codes[min(len(written), len(codes)) - 1]
            return code if isinstance(code, Reply) else said(in_python(code))
        if prompt.startswith("Does a piece"):
            return said(judge(prompt))
        return as_reply(narrator)

    return answer


def as_reply(answer: str | Reply) -> Reply:
    return answer if isinstance(answer, Reply) else said(answer)


class Told:
    """Remembers the lines of the log."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str, dict[str, object]]] = []

    def phase(self, name: str) -> None:
        """Nothing to do."""

    def attempt(self, number: int) -> None:
        """Nothing to do."""

    def event(self, level: str, event: str, /, **fields: object) -> None:
        self.events.append((level, event, fields))

    def named(self, name: str) -> list[dict[str, object]]:
        return [fields for _, event, fields in self.events if event == name]


@dataclass(frozen=True)
class Ended:
    """How a job ended. requests: what the server got."""

    report: Report
    requests: list[Received]
    told: Told
    reports: Path

    @property
    def purposes(self) -> list[str]:
        """What each request was for, in a word."""
        words = {"You turn": "read", "Turn one": "read", "Write one": "write", "Does a piece": "judge"}
        return [
            next((word for begin, word in words.items() if request.prompt.startswith(begin)), "tell")
            for request in self.requests
        ]

    @property
    def message(self) -> str:
        """What a person is told when it did not work."""
        assert self.report.error is not None
        return f"{self.report.error.message} | {self.report.error.hint}"


def run(
    root: Path,
    script: Iterable[Reply] | Callable[[Received], Reply],
    *,
    sentence: str = SENTENCE,
    environment: dict[str, str] | None = None,
    job_id: str = "job",
    **request: Any,
) -> Ended:
    """One job in a fresh folder."""
    prices, reports = root / "prices", root / "reports"
    if not prices.exists():
        write_prices(prices)
    (reports / job_id).mkdir(parents=True)
    told = Told()
    with ScriptedServer(script) as server:
        given = {"LLM_MODEL": "test", "LLM_BASE_URL": server.base_url, "LLM_API_KEY": KEY, "CACHE_DIR": str(root / "c")}
        settings = resolve({**given, **(environment or {})})
        asked = {"as_of": datetime(2024, 12, 31, tzinfo=UTC), "data": str(prices), "model": settings.llm_model}
        report = run_request(Request(job_id, sentence, **{**asked, **request}), settings, reports, told)
        return Ended(report, list(server.requests), told, reports)
