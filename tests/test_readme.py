"""What the pages say works: every sentence on them is read, every link leads somewhere."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bgagent.language.read import Defaults, read

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
SENTENCE = re.compile(r'(?:nlbt bg|run_background_job\(|run_job\()\s*"([^"]+)"')
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def sentences() -> list[str]:
    found = SENTENCE.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    (listed,) = re.findall(
        r"```text\n(.*?)```", (ROOT / "docs" / "sentences.md").read_text(encoding="utf-8"), re.DOTALL
    )
    return sorted({sentence for sentence in (*found, *listed.splitlines()) if sentence != "SENTENCE"})


def test_the_pages_show_sentences():
    assert len(sentences()) >= 15


@pytest.mark.parametrize("sentence", sentences())
def test_a_sentence_of_the_pages_is_read_whole(sentence: str):
    reading = read(sentence, now=datetime(2025, 6, 30, tzinfo=UTC), defaults=Defaults())
    assert reading.spec is not None
    assert not reading.unexplained
    assert not reading.questions


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_the_pages_lead_somewhere(page: Path):
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / link).exists(), link
