import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bgagent.errors import BadUse, MachineUnfit
from bgagent.jobs import ids, launchers, lifecycle, submission
from bgagent.jobs.folders import Folders
from bgagent.jobs.logs import read_events
from tests.jobs.builders import ended, eventually, leftovers, python, running, start

TELL = """
import json, os, sys
mask = os.umask(0)
told = {"argv": sys.argv[1:], "cwd": os.getcwd(), "umask": mask, "stdin": sys.stdin.read()}
json.dump({**told, "environment": dict(os.environ)}, open(sys.argv[1], "w"))
"""


@pytest.fixture(params=["plain", "tmux"])
def options(request):
    if request.param == "plain":
        return {"launcher": "plain"}
    return {"launcher": "tmux", "tmux": request.getfixturevalue("tmux")}


def test_a_command_gets_what_its_submitter_had(folders, options, tmp_path):
    odd = tmp_path / "a $(b) 'c' ü"
    odd.mkdir()
    told = tmp_path / "told"
    environment = {"PATH": os.environ["PATH"], "ODD": "x\n$(y) 'z' ü\udcff", "LC_ALL": "C", "PYTHONUTF8": "1"}
    before = os.umask(0o027)
    try:
        words = ["a b", "$HOME;", "ü\n"]
        job = start(folders, *python(TELL), str(told), *words, environment=environment, cwd=odd, **options)
    finally:
        os.umask(before)
    assert ended(folders, job.job_id).job.exit_code == 0
    found = json.loads(told.read_text())
    marks = {name: found["environment"].pop(name) for name in list(found["environment"]) if name.startswith("BGAGENT_")}
    assert found == {
        "argv": [str(told), *words],
        "cwd": str(odd),
        "umask": 0o027,
        "stdin": "",
        "environment": environment,
    }
    assert marks == {
        "BGAGENT_JOB_ID": job.job_id,
        "BGAGENT_JOB_LOGS": str(folders.logs),
        "BGAGENT_JOB_REPORTS": str(folders.reports),
    }


def test_a_running_tmux_server_keeps_its_environment_to_itself(folders, tmux, tmp_path):
    tmux.launch(("sleep", "60"), "other", {**os.environ, "ODD": "of the server"})
    told = tmp_path / "told"
    job = start(
        folders, *python(TELL), str(told), environment={**os.environ, "ODD": "of the shell"}, launcher="tmux", tmux=tmux
    )
    assert ended(folders, job.job_id).job.exit_code == 0
    assert json.loads(told.read_text())["environment"]["ODD"] == "of the shell"


def test_secrets_stand_nowhere(folders, options, tmp_path):
    canaries = {"OPENAI_API_KEY": "canary-one-0123", "DB_PASSWORD": 'canary"two\\0123', "HARMLESS": "canary-three-0123"}
    environment = {**os.environ, **canaries}
    code = "import os, sys, time; print(dict(os.environ)); print(os.environ['DB_PASSWORD'], flush=True); time.sleep(60)"
    job = start(folders, *python(code), environment=environment, secrets=[canaries["HARMLESS"]], name="j", **options)
    running(folders, job.job_id)
    eventually(lambda: len([*read_events(job.files.events, about="output")]) == 2)
    texts = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    texts += [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert len(texts) > 5
    assert not [text for text in texts if b"one-0123" in text or b"two\\" in text or b"three-0123" in text]
    lifecycle.kill_leftovers(folders, lifecycle.look(folders, job.job_id).job)


def test_the_request_and_the_log_are_there_at_once(folders):
    job = start(folders, "sleep", "0.1", words="Backtest AAPL", payload={"prompt": "Backtest AAPL\n$25K"})
    assert job.job_id.endswith("-backtest-aapl")
    assert json.loads(job.files.request.read_text()) == {"prompt": "Backtest AAPL\n$25K"}
    assert next(read_events(job.files.events))["event"] == "submitted"
    assert lifecycle.look(folders, job.job_id).job.command == ("sleep", "0.1")
    ended(folders, job.job_id)
    assert leftovers(folders) == []


def test_words_and_time_never_clash(folders, monkeypatch):
    jobs = [
        start(folders, "true", words="same", clock=lambda: submission.utc_now().replace(2024, 1, 1, 1, 1, 1))
        for _ in range(3)
    ]
    assert [job.job_id for job in jobs] == [f"20240101-010101-same{number}" for number in ("", "-2", "-3")]
    for job in jobs:
        ended(folders, job.job_id)


def test_a_taken_name_is_refused_and_the_job_unharmed(folders):
    job = start(folders, "sleep", "0.3", name="mine")
    with pytest.raises(BadUse, match="'mine'") as caught:
        start(folders, "false", name="mine")
    assert caught.value.exit_code == 2
    assert ended(folders, job.job_id).job.word == "succeeded"
    with pytest.raises(BadUse):
        start(folders, "false", name="mine")


def test_a_report_without_a_log_still_owns_its_name(folders):
    (folders.reports / "old.json").write_text("{}")
    with pytest.raises(BadUse):
        start(folders, "true", name="old")


def test_of_fifty_with_one_name_exactly_one_wins(folders):
    code = f"""
import os, sys
from pathlib import Path
sys.stdin.read(1)
from bgagent.errors import BadUse
from bgagent.jobs.folders import Folders
from bgagent.jobs.submission import submit
folders = Folders(Path({str(folders.logs)!r}), Path({str(folders.reports)!r}))
try:
    submit(["sh", "-c", "echo ran >> {folders.reports}/count"], folders=folders, environment=os.environ,
           cwd=Path("/"), name="one", launcher="plain")
except BadUse as error:
    sys.exit(error.exit_code)
"""
    reading, writing = os.pipe()
    racers = [subprocess.Popen([sys.executable, "-c", code], stdin=reading) for _ in range(50)]
    os.close(reading)
    os.close(writing)  # now all at once
    codes = sorted(racer.wait(timeout=60) for racer in racers)
    assert codes == [0] + [2] * 49
    assert ended(folders, "one").job.word == "succeeded"
    assert (folders.reports / "count").read_text() == "ran\n"
    assert leftovers(folders) == []


@pytest.mark.parametrize(
    ("command", "options", "error"),
    [
        ((), {}, BadUse),
        (("echo", "a\0b"), {}, BadUse),
        (("true",), {"environment": {"A": "b\0c"}}, BadUse),
        (("true",), {"name": "../x"}, BadUse),
        (("true",), {"name": ""}, BadUse),
        (("true",), {"launcher": "screen"}, BadUse),
        (("true",), {"launcher": "tmux", "environment": {"PATH": "/nowhere"}}, MachineUnfit),
    ],
)
def test_a_job_that_cannot_be_leaves_nothing(folders, command, options, error):
    with pytest.raises(error):
        start(folders, *command, **{"name": "j", **options})
    assert list(folders.logs.iterdir()) == []
    assert start(folders, "true", name="j").job_id == "j"
    ended(folders, "j")


def test_an_interrupted_submission_leaves_nothing(folders, monkeypatch):
    def interrupt(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(launchers.PlainLauncher, "launch", interrupt)
    with pytest.raises(KeyboardInterrupt):
        start(folders, "true", name="j")
    assert list(folders.logs.iterdir()) == []


@pytest.mark.parametrize("error", [MachineUnfit("no room left on the disk"), KeyboardInterrupt()])
def test_what_was_started_for_a_job_that_cannot_be_written_down_is_gone(folders, options, monkeypatch, error):
    def refuse(*_args, **_options):
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(submission.store, "save", refuse)
        with pytest.raises(type(error)):
            start(folders, "true", name="j", **options)
    assert list(folders.logs.iterdir()) == []
    mine = os.fsencode(folders.logs)

    def alive() -> list[Path]:
        return [path for path in Path("/proc").glob("[0-9]*/cmdline") if mine in _bytes_of(path).split(b"\0")]

    eventually(lambda: not alive(), within_s=5)  # a tmux server shows the words of its first session until it leaves
    assert start(folders, "true", name="j", **options).job_id == "j"
    assert ended(folders, "j").job.word == "succeeded"


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_a_submission_interrupted_too_late_leaves_the_job_alone(folders, monkeypatch):
    launched = submission._launch

    def interrupt(*args, **options):
        launched(*args, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(submission, "_launch", interrupt)
    with pytest.raises(KeyboardInterrupt):
        start(folders, "true", name="j")
    assert ended(folders, "j").job.word == "succeeded"


def test_a_supervisor_that_cannot_start_is_reported(folders, monkeypatch):
    monkeypatch.setattr(submission.takeover, "__file__", "/nowhere/takeover.py")
    with pytest.raises(MachineUnfit, match="died at its start"):
        start(folders, "true", name="j")
    assert list(folders.logs.iterdir()) == []


def test_without_tmux_the_plain_launcher_steps_in_and_says_so(folders, tmp_path):
    bare = tmp_path / "bin"
    bare.mkdir()
    (bare / "sh").symlink_to("/bin/sh")
    job = start(folders, "/bin/true", environment={"PATH": str(bare)}, launcher="auto")
    assert (job.launcher, job.session) == ("plain", "")
    assert job.note == "tmux: tmux is not installed"
    assert ended(folders, job.job_id).job.word == "succeeded"
    assert "launcher_failed" in job.files.log.read_text()


def test_a_tmux_that_starts_nothing_is_given_up(folders, tmp_path):
    fake = tmp_path / "bin"
    fake.mkdir()
    (fake / "tmux").write_text('#!/bin/sh\nsleep 0.05 & echo "$!|bg_x|/nowhere"\n')
    (fake / "tmux").chmod(0o755)
    job = start(folders, "true", environment={"PATH": f"{fake}:{os.environ['PATH']}"}, launcher="auto", name="j")
    assert (job.launcher, job.note) == ("plain", "tmux: the job's process died at its start")
    assert ended(folders, "j").job.word == "succeeded"
    assert leftovers(folders) == []


def test_an_unwritable_place_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(MachineUnfit, match="file") as caught:
        start(Folders(tmp_path / "file" / "logs", tmp_path / "reports"), "true")
    assert caught.value.exit_code == 11


def test_a_job_submitted_by_a_job_is_marked_as_its_own(folders):
    environment = {
        **os.environ,
        "BGAGENT_JOB_ID": "outer",
        "BGAGENT_JOB_LOGS": "/outer",
        "BGAGENT_JOB_REPORTS": "/outer",
    }
    job = start(folders, "sh", "-c", "echo $BGAGENT_JOB_ID", environment=environment, name="inner")
    assert ended(folders, "inner").job.word == "succeeded"
    assert [event["text"] for event in read_events(job.files.events, about="output")] == ["inner"]


def test_relative_folders_are_those_of_the_submitter(folders, monkeypatch):
    monkeypatch.chdir(folders.logs.parent)
    job = start(Folders(Path("logs"), Path("reports")), "true", cwd=Path("reports"))
    assert ended(folders, job.job_id).job.cwd == str(folders.reports)


@pytest.mark.parametrize("module", ["submission", "lifecycle", "control", "following"])
def test_quick_verbs_load_nothing_heavy(module):
    code = f"import sys, bgagent.jobs.{module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    heavy = {"numpy", "pandas", "pydantic", "yfinance", "jinja2", "rich", "msgspec", "psutil", "asyncio", "ctypes"}
    assert f"bgagent.jobs.{module}" in loaded
    assert not loaded & heavy


def test_every_id_it_makes_is_one_it_would_take():
    for words in ("", "index", "a.json", "-- x", "Ünïcode"):
        made = next(ids.ids_from_words(words, submission.utc_now()))
        assert ids.checked_name(made) == made
