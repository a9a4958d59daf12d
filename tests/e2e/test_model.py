"""A job with a model, through the program itself: recorded once, and then the same report without any server."""

import sys
from subprocess import run

from bgagent.llm.scripted_server import ScriptedServer
from tests.e2e.project import Project
from tests.model_jobs import GOOD, KEY, SENTENCE, model_with


def test_a_recorded_job_is_replayed_to_the_letter(project: Project):
    with ScriptedServer(model_with(GOOD, narrator="It began with 10,000 dollars.")) as server:
        first = project.run(
            SENTENCE, "--record", "talk.jsonl", "--narrate", "--as-of", "2024-12-31", name="first",
            LLM_MODEL="test", LLM_BASE_URL=server.base_url, LLM_API_KEY=KEY,
        )  # fmt: skip
        assert len(server.requests) == 4
    assert first["exit_code"] == 0, first["error"]
    assert first["narrative"] == ["It began with 10,000 dollars."]
    assert KEY not in (project.root / "talk.jsonl").read_text() + project.log("first")
    assert (
        project.nlbt("bg", SENTENCE, "--name", "again", "--replay", "talk.jsonl", "--narrate", "--wait").returncode == 0
    )
    again = project.report("again")
    assert again["runs"][0]["trades"] == first["runs"][0]["trades"]
    assert {**again["telemetry"], "phases": {}, "time_to_report_s": 0} == {
        **first["telemetry"], "phases": {}, "time_to_report_s": 0,
    }  # fmt: skip
    verified = project.nlbt("bg-rerun", "again", "--verify")
    assert verified.returncode == 0, verified.stdout


def test_the_code_of_a_report_runs_by_itself(project: Project):
    with ScriptedServer(model_with(GOOD)) as server:
        report = project.run(SENTENCE, name="job", LLM_MODEL="test", LLM_BASE_URL=server.base_url)
    done = run(
        [sys.executable, str(project.root / "reports" / "job" / "strategy.py")],
        cwd=project.root, env=project.environment, capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f"{report['runs'][0]['final_equity']:,.2f}" in done.stdout


def test_a_recording_that_cannot_be_used_is_named_at_once(project: Project):
    for options, told in (
        (["--replay", "nothing.jsonl"], "cannot read the recording"),
        (["--record", "no/folder/talk.jsonl"], "there is no folder"),
        (["--record", "a.jsonl", "--replay", "b.jsonl"], "exclude each other"),
    ):
        done = project.nlbt("bg", SENTENCE, *options)
        assert done.returncode == 2
        assert told in done.stderr
