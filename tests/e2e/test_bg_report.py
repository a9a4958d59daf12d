"""`nlbt bg-report`: the report of a job, as facts, text, page or paper."""

import json
import os
import re
import stat
from pathlib import Path

import pytest

from tests.artifacts.published import complaints
from tests.e2e.project import CROSSOVER, Project
from tests.jobs.builders import eventually
from tests.reporting.browser import CHROMIUM


@pytest.fixture
def done(project: Project) -> Project:
    project.run(CROSSOVER, name="cross")
    return project


def test_the_report_can_be_found_and_read(done: Project):
    reports = done.root / "reports"
    told = done.nlbt("bg-report", "cro")
    assert told.returncode == 0, told.stderr
    assert str(reports / "cross.html") in told.stdout
    assert "caution" in told.stdout
    facts = json.loads(done.nlbt("bg-report", "cross", "--json").stdout)
    assert (facts["job_id"], facts["status"], facts["exit_code"]) == ("cross", "succeeded", 0)
    assert all(Path(facts[name]).exists() for name in ("html", "markdown", "json", "folder"))
    assert done.nlbt("bg-report", "cross", "--path").stdout.strip() == str(reports / "cross.html")
    assert done.nlbt("bg-report", "cross", "--md").stdout == (reports / "cross.md").read_text(encoding="utf-8")
    assert complaints(done.report("cross")) == []


def test_the_page_of_all_jobs_stands_after_the_first_one(done: Project):
    page = done.root / "reports" / "index.html"
    eventually(lambda: page.exists() and 'href="cross.html"' in page.read_text(encoding="utf-8"))
    assert done.nlbt("bg-report").stdout.strip() == str(page)
    done.run("Buy and hold NOSUCH in 2024", name="other")
    eventually(lambda: 'href="other.html"' in page.read_text(encoding="utf-8"))  # made right after the job has ended
    assert 'href="cross.html"' in page.read_text(encoding="utf-8")


def test_a_page_is_opened_by_what_the_desktop_has(done: Project):
    opener = done.root / "opener"
    opener.write_text(f'#!/bin/sh\nprintf %s "$1" > "{done.root}/opened"\n')
    opener.chmod(opener.stat().st_mode | stat.S_IXUSR)
    assert done.nlbt("bg-report", "cross", "--open", BROWSER=str(opener)).returncode == 0
    assert (done.root / "opened").read_text() == str(done.root / "reports" / "cross.html")
    opener.write_text("#!/bin/sh\necho no display >&2\nexit 3\n")
    refused = done.nlbt("bg-report", "cross", "--open", BROWSER=str(opener))
    assert refused.returncode == 11
    assert "no display" in refused.stderr
    assert str(done.root / "reports" / "cross.html") in refused.stderr


def test_what_cannot_be_shown_is_said_in_one_line(project: Project):
    for arguments, words in (
        (("bg-report",), "no report here yet"),
        (("bg-report", "nothing"), "nothing"),
        (("bg-report", "--md"), "no job is named"),
    ):
        refused = project.nlbt(*arguments)
        assert refused.returncode == 2, arguments
        assert words in refused.stderr
        assert refused.stderr.count("\n") == 1


def test_one_thing_at_a_time(done: Project):
    refused = done.nlbt("bg-report", "cross", "--md", "--path")
    assert refused.returncode == 2
    assert "one thing at a time" in refused.stderr


def test_without_a_browser_a_pdf_is_refused_with_what_to_do(done: Project):
    empty = done.root / "empty"
    empty.mkdir()
    refused = done.nlbt("bg-report", "cross", "--pdf", PATH=str(empty))
    assert refused.returncode == 11
    assert "install chromium" in refused.stderr
    assert not (done.root / "reports" / "cross.pdf").exists()


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed here, so nothing can be printed")
def test_a_report_is_printed_to_paper(done: Project):
    printed = done.nlbt("bg-report", "cross", "--pdf", PATH=os.environ["PATH"])
    assert printed.returncode == 0, printed.stderr
    pdf = done.root / "reports" / "cross.pdf"
    assert printed.stdout.strip() == str(pdf)
    content = pdf.read_bytes()
    assert content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) >= 2


def test_a_report_is_written_in_the_language_of_the_sentences_wish(project: Project):
    wish = f"{CROSSOVER}, report in Spanish"
    report = project.run(wish, name="wished")
    assert report["lang"] == "es"
    assert [clause["field"] for clause in report["clauses"]][-1] == "report_language"
    assert "## Supuestos" in (project.root / "reports" / "wished.md").read_text(encoding="utf-8")
    assert project.run(wish, "--lang", "de", name="told")["lang"] == "de"  # the option is the later word


def test_a_report_is_written_in_the_language_asked_for(project: Project):
    report = project.run(CROSSOVER, "--lang", "de", name="deutsch")
    assert report["lang"] == "de"
    assert "--lang de" in report["rerun"]
    assert "## Annahmen" in (project.root / "reports" / "deutsch.md").read_text(encoding="utf-8")
    failed = project.run("Buy and hold NOSUCH in 2024", "--lang", "fr", name="francais")
    assert failed["error"] is not None
    assert '<html lang="fr">' in (project.root / "reports" / "francais.html").read_text(encoding="utf-8")
    refused = project.nlbt("bg", CROSSOVER, "--lang", "tlh")
    assert refused.returncode == 2
    assert "use one of en, es, de, fr, hi, zh" in refused.stderr


def test_a_job_that_was_killed_over_its_report_is_told_as_killed(project: Project):
    project.run(CROSSOVER, name="late")
    path = project.root / "logs" / "late.json"
    state = json.loads(path.read_text())
    path.write_text(json.dumps({**state, "state": "crashed", "exit_code": 9, "message": "killed by SIGKILL"}))
    assert project.nlbt("bg-wait", "late").returncode == 9
    report = project.report("late")
    assert (report["status"], report["exit_code"]) == ("crashed", 9)
    assert report["understood"]["symbols"] == ["WAVE"], "what it had found stays told"
    assert "killed by SIGKILL" in (project.root / "reports" / "late.md").read_text()


@pytest.mark.parametrize(
    ("sentence", "status"),
    [
        ("Backtest a 20/50 moving average crossover in 2023 with $10,000", "needs_clarification"),
        ("Backtest WAVE with the wobbly flurble oscillator in 2024", "needs_model"),
    ],
)
def test_a_report_that_was_taken_away_comes_back_as_what_it_was(project: Project, sentence: str, status: str):
    before = project.run(sentence, name="asks")
    assert (before["status"], before["exit_code"]) == (status, 4)
    for path in (project.root / "reports").glob("asks.*"):
        path.unlink()
    assert project.state("asks")["kind"] == before["error"]["class"]
    after = project.report("asks")
    assert (after["status"], after["error"]["class"]) == (status, before["error"]["class"])
    assert after["error"]["questions"] == before["error"]["questions"]
    assert before["error"]["message"] in after["error"]["message"]
