"""A job again: as it was, changed, answered, checked, and taken up where it was cut short."""

import json
import os
import signal
from collections.abc import Callable

import pytest

from bgagent.kept import OPINION
from tests.e2e.prices import write_prices
from tests.e2e.project import CROSSOVER, Project


def rerun(project: Project, *arguments: str, **environment: str) -> str:
    """The id of the job that the rerun became, ended."""
    done = project.nlbt("bg-rerun", *arguments, "--json", **environment)
    assert done.returncode == 0, done.stderr
    job_id: str = json.loads(done.stdout)["job_id"]
    project.nlbt("bg-wait", job_id)
    return job_id


def test_a_rerun_asks_the_same_of_the_same_day_whatever_the_shell_says_now(project: Project):
    before = project.run(
        "WAVE 10/30 MA crossover over the last 2 years with $25K",
        *("--as-of", "2024-12-31", "--seed", "7"),
        name="first",
        NLBT_SLIPPAGE_BPS="20",
    )
    job_id = rerun(project, "fir", NLBT_SLIPPAGE_BPS="99", NLBT_DATA_DIR="")
    assert job_id == "first-2"
    after = project.report(job_id)
    for key in ("understood", "clauses", "data", "as_of", "prompt"):
        assert after[key] == before[key]
    assert after["runs"][0]["metrics"] == before["runs"][0]["metrics"]
    assert rerun(project, "first-2") == "first-3"


def test_a_changed_sentence_keeps_the_rest(project: Project):
    project.run(CROSSOVER, "--max-iters", "2", name="first")
    job_id = rerun(project, "first", "Buy and hold WAVE in 2023 with $9K")
    report = project.report(job_id)
    assert report["understood"]["initial_capital"] == 9000
    asked = json.loads((project.root / "logs" / f"{job_id}.request.json").read_text())
    assert asked["max_iters"] == 2


def test_the_answer_to_a_question_completes_the_sentence(project: Project):
    asked = project.run("Backtest a 20/50 moving average crossover in 2023 with $10,000", name="open")
    assert asked["status"] == "needs_clarification"
    report = project.report(rerun(project, "open", "Use WAVE"))
    assert report["status"] == "succeeded", report["error"]
    assert report["understood"]["symbols"] == ["WAVE"]
    assert report["understood"]["initial_capital"] == 10_000
    assert report["understood"]["start"] == "2023-01-01"


def test_verify_finds_the_same_bytes_apart_from_times(project: Project):
    project.run(CROSSOVER, name="sure")
    done = project.nlbt("bg-rerun", "sure", "--verify")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "same" in done.stdout.splitlines()[-1]


def test_verify_names_what_differs(project: Project):
    project.run(CROSSOVER, name="sure")
    prices = project.root / "prices" / "WAVE.csv"
    lines = prices.read_text().splitlines()
    day, _, _, _, close, volume = lines[-5].split(",")
    lines[-5] = f"{day},{close},{float(close) + 1},{float(close) - 1},{close},{volume}"
    prices.write_text("\n".join(lines) + "\n")
    done = project.nlbt("bg-rerun", "sure", "--verify", "--json")
    assert done.returncode == 1, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["same"] is False
    assert "data[0].sha256" in [row["place"] for row in found["differences"]]
    assert not [row for row in found["differences"] if "time" in row["place"] or "phases" in row["place"]]


def cut_short(project: Project, name: str) -> None:
    """A job that was killed while it read its prices; now they are there."""
    tide = project.root / "prices" / "TIDE.csv"
    os.mkfifo(tide)  # whoever reads it waits
    project.nlbt("bg", "Backtest TIDE 10/30 MA crossover in 2024 with $25K", "--name", name)
    facts = project.wait_until(name, phase="data")
    os.kill(facts["body_pid"], signal.SIGKILL)
    assert project.nlbt("bg-wait", name).returncode == 9
    tide.unlink()
    write_prices(project.root / "prices", "TIDE")


def test_a_job_cut_short_is_told_of_with_all_that_it_had_found(project: Project):
    cut_short(project, "cut")
    report = project.report("cut")
    assert (report["status"], report["runs"]) == ("crashed", [])
    assert report["understood"]["symbols"] == ["TIDE"]
    assert report["clauses"]
    assert "SIGKILL" in report["error"]["message"]


def test_resume_takes_up_what_was_understood_and_reads_nothing_again(project: Project):
    cut_short(project, "cut")
    kept = project.root / "reports" / "cut" / "understood.json"
    understood = json.loads(kept.read_text())
    understood["spec"]["initial_capital"] = 7777.0  # what no reader would say
    kept.write_text(json.dumps(understood))
    job_id = rerun(project, "cut", "--resume")
    report = project.report(job_id)
    assert report["status"] == "succeeded", report["error"]
    assert report["understood"]["initial_capital"] == 7777
    assert "resumed job=cut" in project.log(job_id)
    assert report["telemetry"]["model_calls"] == 0


def with_first_attempt(project: Project, name: str, text: Callable[[str], str], producer: str) -> None:
    """A job whose first attempt, as it was kept, is another one than it was; a model has approved of it."""
    project.run(CROSSOVER, name=name)
    file = project.root / "reports" / name / "attempts" / "1.json"
    kept = json.loads(file.read_text())
    kept["sources"][0].update(text=text(kept["sources"][0]["text"]), producer=producer)
    kept["critique"]["checks"].append({"id": OPINION, "status": "pass", "detail": "as it should be", "figures": {}})
    file.write_text(json.dumps(kept))


def test_resume_takes_what_a_model_was_paid_for_and_asks_none(project: Project):
    with_first_attempt(project, "late", lambda text: f"# written by a model\n{text}", "model")
    job_id = rerun(project, "late", "--resume", LLM_MODEL="openai/gpt-5", LLM_BASE_URL="http://127.0.0.1:9/v1")
    report = project.report(job_id)
    assert report["status"] == "succeeded", report["error"]
    assert (report["telemetry"]["attempts"], report["telemetry"]["model_calls"]) == (1, 0)
    assert "# written by a model" in (project.root / "reports" / job_id / "attempts" / "1.py").read_text()
    assert "# written by a model" in (project.root / "reports" / job_id / "strategy.py").read_text()
    assert "other_bars" not in project.log(job_id)


def test_resume_goes_on_after_an_attempt_that_failed(project: Project):
    with_first_attempt(project, "failed", lambda _: "raise ValueError('as before')", "template")
    prices = project.root / "prices" / "WAVE.csv"
    lines = prices.read_text().splitlines(keepends=True)
    prices.write_text("".join([*lines[:-5], *lines[-4:]]))
    job_id = rerun(project, "failed", "--resume")
    report = project.report(job_id)
    assert report["status"] == "succeeded", report["error"]
    assert report["telemetry"]["attempts"] == 2
    first = json.loads((project.root / "reports" / job_id / "attempts" / "1.json").read_text())
    assert first["critique"]["checks"][0]["status"] == "fail"
    assert "resumed_on_other_bars job=failed" in project.log(job_id)


def test_what_was_taken_up_can_be_taken_up_again(project: Project):
    with_first_attempt(project, "first", lambda text: f"# kept\n{text}", "model")
    wave = project.root / "prices" / "WAVE.csv"
    prices = wave.read_bytes()
    wave.unlink()
    second = rerun(project, "first", "--resume")
    assert project.report(second)["status"] == "data_unavailable"
    wave.write_bytes(prices)
    third = rerun(project, second, "--resume")
    assert project.report(third)["status"] == "succeeded"
    assert "# kept" in (project.root / "reports" / third / "strategy.py").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nobody"], "nobody"),
        (["asked", "Buy and hold WAVE", "--resume"], "--resume"),
        (["asked", "--resume"], "could be resumed"),
        (["asked", "--verify", "--model", "x"], "as it was"),
        (["asked", "  "], "empty"),
    ],
)
def test_what_cannot_be_run_again_says_why(project: Project, arguments: list[str], said: str):
    project.run("Backtest a 20/50 moving average crossover", name="asked")
    done = project.nlbt("bg-rerun", *arguments)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
