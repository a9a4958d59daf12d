"""A recorded job runs again from the file: no server, no key, no waiting, the same answers and the same account."""

import json
import subprocess
import sys

import pytest

from bgagent.errors import BadUse, MachineUnfit, ModelUnavailable
from bgagent.jobs.redaction import Redactor
from bgagent.llm.budget import Allowance, Budget
from bgagent.llm.call import Question
from bgagent.llm.choice import choose_model
from bgagent.llm.scripted_server import ScriptedServer, refused, said
from bgagent.llm.session import open_client

KEY = "sk-canary-0123456789abcdef"
FIRST = Question("Answer.", (f"One? My key is {KEY}.",), purpose="first")
SECOND = Question("Answer.", ("Two?",), purpose="second")


def _client(**options):
    budget = Budget(Allowance(20, 100_000, 1.0), time_left=lambda: 600.0)
    return open_client(budget=budget, redact=Redactor([KEY]), on_event=lambda *_, **__: None, **options)


@pytest.fixture
def recording(tmp_path):
    """A file with two answers, a passing rate limit and a refused key; and the choice that was asked."""
    path = tmp_path / "exchanges.jsonl"
    script = [said("1", cost_usd=0.5), refused(429, retry_after=0), said("2"), refused(401, f"bad key {KEY}")]
    with ScriptedServer(script) as server, _client(record=path) as client:
        choice = choose_model("gpt-4o-mini", base_url=server.base_url, secrets={"LLM_API_KEY": KEY})
        assert client.ask(choice, FIRST).text == "1"
        assert client.ask(choice, SECOND).text == "2"
        with pytest.raises(ModelUnavailable):
            client.ask(choice, SECOND)
        spent = client.spent
    return path, choice, spent


def test_a_recording_answers_in_the_servers_place(recording):
    path, choice, spent = recording
    with _client(replay=path) as client:
        assert client.ask(choice, FIRST).text == "1"
        assert client.ask(choice, SECOND).text == "2"
        with pytest.raises(ModelUnavailable, match="refused the key"):
            client.ask(choice, SECOND)
        assert client.spent == spent


def test_no_secret_is_recorded(recording):
    text = recording[0].read_text()
    assert KEY not in text
    assert text.count("[redacted]") == 2  # in the first question and in the server's error
    assert [set(json.loads(line)) for line in text.splitlines()] == [
        {"recording", "about"},
        {"model", "question", "answer"},
        {"model", "question", "failure"},
        {"model", "question", "answer"},
        {"model", "question", "failure"},
    ]


def test_a_question_that_was_not_recorded_is_refused(recording):
    path, choice, _ = recording
    with _client(replay=path) as client, pytest.raises(BadUse, match=r"no further answer .* third") as raised:
        client.ask(choice, Question("Answer.", ("Three?",), purpose="third"))
    assert "--as-of" in raised.value.hint


def test_an_answer_is_given_once(recording):
    path, choice, _ = recording
    with _client(replay=path) as client:
        client.ask(choice, FIRST)
        with pytest.raises(BadUse, match="no further answer"):
            client.ask(choice, FIRST)


@pytest.mark.parametrize("content", ["", "hello\n", '{"recording": 99}\n', '{"recording": 1}\n{"model": "m"}\n'])
def test_what_is_no_recording_is_refused(tmp_path, content):
    path = tmp_path / "other.txt"
    path.write_text(content)
    with pytest.raises(BadUse, match="is no recording"):
        _client(replay=path)


def test_a_recording_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadUse, match=r"cannot read the recording .*gone.jsonl"):
        _client(replay=tmp_path / "gone.jsonl")


def test_a_recording_that_cannot_be_written_is_named_before_anything_is_asked(tmp_path):
    with pytest.raises(MachineUnfit, match="no_folder"):
        _client(record=tmp_path / "no_folder" / "exchanges.jsonl")


def test_a_replay_loads_no_vendors_library(recording):
    """Its questions are answered in a fresh process that may not import them."""
    path, choice, _ = recording
    program = f"""
import sys
for name in ("pydantic_ai", "openai", "anthropic", "httpx2"):
    sys.modules[name] = None
from pathlib import Path
from bgagent.llm.budget import Allowance, Budget
from bgagent.llm.call import Question
from bgagent.llm.choice import ModelChoice, Protocol
from bgagent.llm.session import open_client
choice = ModelChoice({choice.vendor!r}, {choice.name!r}, Protocol.CHAT, "http://127.0.0.1", "LLM_API_KEY")
budget = Budget(Allowance(9, 90000), time_left=lambda: 60.0)
with open_client(budget=budget, redact=str, replay=Path({str(path)!r})) as client:
    print(client.ask(choice, Question("Answer.", ("Two?",), purpose="second")).text)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.returncode) == ("2\n", 0), done.stderr
