"""Being told that a job has ended, whatever its end."""

import json
import os
import signal
import stat
import time
from concurrent.futures import ThreadPoolExecutor

from tests.e2e.project import CROSSOVER, PATIENCE_S, Project

TELL = """printf '{"id": "%s", "state": "%s", "exit": "%s", "report": "%s", "json": "%s"}' \\
"$NLBT_JOB_ID" "$NLBT_JOB_STATE" "$NLBT_JOB_EXIT_CODE" "$NLBT_JOB_REPORT" "$NLBT_JOB_REPORT_JSON" > told.new
mv told.new "told-$NLBT_JOB_ID.json" """


def told(project: Project, name: str) -> dict[str, str]:
    path = project.root / f"told-{name}.json"
    deadline = time.monotonic() + PATIENCE_S
    while not path.exists():
        assert time.monotonic() < deadline, project.log(name)
        time.sleep(0.02)
    text: dict[str, str] = json.loads(path.read_text())
    return text


def test_the_command_gets_id_state_and_report(project: Project):
    assert project.nlbt("bg", CROSSOVER, "--name", "good", "--notify", TELL).returncode == 0
    facts = told(project, "good")
    assert (facts["id"], facts["state"], facts["exit"]) == ("good", "succeeded", "0")
    assert facts["report"] == str(project.root / "reports" / "good.md")
    assert json.loads((project.root / "reports" / "good.json").read_text())["job_id"] == "good"


def test_the_setting_does_the_same_and_a_killed_command_has_a_report_too(project: Project):
    (project.root / ".env").write_text("NLBT_NOTIFY=sh ./tell.sh\n")
    (project.root / "tell.sh").write_text(TELL)
    assert project.nlbt("bg", CROSSOVER, "--name", "killed").returncode == 0
    while (facts := project.state("killed"))["body_pid"] is None:
        assert facts["state"] in ("queued", "running"), facts
    os.kill(facts["body_pid"], signal.SIGKILL)
    facts = told(project, "killed")
    assert (facts["state"], facts["exit"]) == ("crashed", "9")
    assert json.loads((project.root / "reports" / "killed.json").read_text())["status"] == "crashed"
    assert facts["json"] == str(project.root / "reports" / "killed.json")


def test_a_command_that_fails_is_noted_and_changes_nothing(project: Project):
    done = project.nlbt("bg", CROSSOVER, "--name", "calm", "--notify", "exit 3", "--wait")
    assert done.returncode == 0
    deadline = time.monotonic() + PATIENCE_S
    while "ended with exit code 3" not in project.log("calm"):
        assert time.monotonic() < deadline, project.log("calm")
        time.sleep(0.02)
    assert project.state("calm")["state"] == "succeeded"


def test_whoever_looks_first_tells_of_a_job_whose_supervisor_was_killed_and_nobody_else(project: Project):
    times = project.root / "times"
    times.mkdir()
    notify = "cd times && (cd .. && pwd && echo $NLBT_JOB_STATE $NLBT_JOB_REPORT_JSON) > $$.new && mv $$.new $$"
    assert project.nlbt("bg", CROSSOVER, "--name", "cut", "--notify", notify).returncode == 0
    facts = project.wait_until("cut", state="running")
    assert stat.S_IMODE((project.root / "logs" / ".cut.wish").stat().st_mode) == 0o600
    os.kill(facts["pid"], signal.SIGKILL)
    with ThreadPoolExecutor(6) as many:
        states = list(many.map(lambda _: project.state("cut")["state"], range(6)))
    assert states == ["crashed"] * 6
    deadline = time.monotonic() + PATIENCE_S
    while not (told := [path for path in times.iterdir() if path.suffix != ".new"]):
        assert time.monotonic() < deadline, project.log("cut")
        time.sleep(0.02)
    project.nlbt("bg-list")
    report = project.root / "reports" / "cut.json"
    assert [path.read_text() for path in times.iterdir()] == [f"{project.root}\ncrashed {report}\n"], told
    assert project.log("cut").count("notified") == 1
    assert not (project.root / "logs" / ".cut.wish").exists()


def test_a_wish_is_gone_when_it_was_heard(project: Project):
    project.nlbt("bg", CROSSOVER, "--name", "heard", "--notify", f"{TELL}", "--wait")
    told(project, "heard")
    assert [path.name for path in (project.root / "logs").iterdir() if ".wish" in path.name] == []
    assert "told.new" not in project.log("heard") + (project.root / "logs" / "heard.request.json").read_text()
