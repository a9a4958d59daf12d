"""Sentences that must not end in a confident report."""

from pathlib import Path

import pytest

from bgagent.artifacts.request import Request
from bgagent.errors import BgAgentError
from bgagent.understanding.understand import understand
from tests.language.reading import NOW, records

# understood; that there are no such bars is for the data to say
LEFT_TO_THE_DATA = {"x02": "QZXVW", "x03": "PLTR", "x04": "SPY"}


def test_every_hard_sentence_ends_as_its_record_says(shared_dir: Path):
    seen = 0
    for record in records(shared_dir, "hard.jsonl"):
        request = Request("job", record["prompt"], NOW)
        expected = record["expected"]
        if record["id"] in LEFT_TO_THE_DATA:
            spec = understand(request).spec
            assert spec.symbols == (LEFT_TO_THE_DATA[record["id"]],)
            assert "data_unavailable" in expected["outcome"]
            continue
        with pytest.raises(BgAgentError) as caught:
            understand(request)
        error = caught.value
        assert error.status in expected["outcome"], record["id"]
        assert error.exit_code in expected["exit_code"], record["id"]
        said = f"{error.message} {error.hint} {' '.join(getattr(error, 'questions', ()))}".lower()
        for words in expected.get("must_name", []):
            assert any(word.lower() in said for word in words.split("|")), (record["id"], said)
        seen += 1
    assert seen == 13
