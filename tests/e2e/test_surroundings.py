"""Odd surroundings: no HOME, a read-only one, strange names and locales, a person who stops waiting."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.project import CROSSOVER, PATIENCE_S, Project, make_project


def without(environment: dict[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name not in names}


def run(project: Project, *arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bgagent", *arguments]
    return subprocess.run(
        command, cwd=project.root, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


@pytest.mark.parametrize("launcher", ["plain", "auto"])
def test_no_home_is_needed(project: Project, launcher: str):
    bare = without(project.environment, "HOME", "USER", "LOGNAME", "LANG", "TERM")
    private = project.root / "tmux"
    private.mkdir(mode=0o700)
    bare |= {"NLBT_LAUNCHER": launcher, "TMUX_TMPDIR": str(private)}
    done = run(project, "bg", CROSSOVER, "--name", "homeless", "--wait", environment=bare)
    assert done.returncode == 0, done.stdout + done.stderr
    assert project.report("homeless")["status"] == "succeeded"


def test_a_home_that_takes_nothing_is_enough(project: Project):
    home = project.root / "home"
    home.write_text("no folder at all")  # root writes into any folder, so this is what refuses even root
    done = run(
        project, "bg", CROSSOVER, "--name", "frugal", "--wait", environment={**project.environment, "HOME": str(home)}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert home.read_text() == "no folder at all"


def test_a_path_and_a_sentence_full_of_traps_are_data(tmp_path: Path):
    project = make_project(tmp_path / "a b'c\"d $(touch evil) ;ü\n")
    sentence = "Buy and hold WAVE in 2024 with $10K; $(touch evil) `touch evil` 'x' \"y\" \nü"
    project.nlbt("bg", sentence, "--name", "traps", "--wait")
    assert project.report("traps")["prompt"] == sentence
    assert not list(tmp_path.rglob("evil"))
    done = project.nlbt("bg", CROSSOVER, "--name", "plain", "--wait")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("verb", [["bg", "Buy and hold TIDE in 2024", "--name", "tide", "--wait"], ["bg-wait", "tide"]])
def test_who_stops_waiting_leaves_the_job_running_and_learns_how_to_get_back(project: Project, verb: list[str]):
    os.mkfifo(project.root / "prices" / "TIDE.csv")  # whoever reads it waits
    if verb[0] == "bg-wait":
        assert project.nlbt("bg", "Buy and hold TIDE in 2024", "--name", "tide").returncode == 0
    command = [sys.executable, "-m", "bgagent", *verb]
    waiting = subprocess.Popen(
        command, cwd=project.root, env=project.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + PATIENCE_S
    while not (project.root / "logs" / "tide.json").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    project.wait_until("tide", phase="data")
    waiting.send_signal(signal.SIGINT)
    _, said = waiting.communicate(timeout=30)
    assert waiting.returncode == 130
    assert "nlbt bg-wait tide" in said
    assert "nlbt bg-stop tide" in said
    assert project.state("tide")["state"] == "running"
    assert project.nlbt("bg-stop", "tide").returncode == 0


def on_a_terminal(project: Project, *arguments: str, columns: int, **environment: str) -> tuple[int, str]:
    """Exit code and what was shown on a terminal of so many columns."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "bgagent", *arguments],
        cwd=project.root,
        env={**without(project.environment, "NO_COLOR"), "TERM": "xterm", "COLUMNS": str(columns), **environment},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 65536):
            shown += chunk
    except OSError:
        pass  # the other side has gone
    os.close(ours)
    return running.wait(timeout=PATIENCE_S), shown.decode(errors="replace")


def test_a_terminal_gets_the_phases_a_bell_and_lines_that_fit(project: Project):
    code, shown = on_a_terminal(project, "bg", CROSSOVER, "--name", "live", "--wait", columns=60)
    assert code == 0, shown
    for phase in ("understanding", "data", "implementation", "reporting"):
        assert phase in shown
    assert "\a" in shown
    _, table = on_a_terminal(project, "bg-list", columns=40)
    assert all(len(line) <= 40 for line in table.replace("\r", "").splitlines()), table


def test_no_color_is_respected(project: Project):
    _, shown = on_a_terminal(project, "bg", CROSSOVER, "--name", "grey", "--wait", columns=80, NO_COLOR="1")
    assert "\x1b[3" not in shown, "a colour"
    done = project.nlbt("bg", CROSSOVER, "--name", "piped", "--wait")
    assert "\x1b" not in done.stdout + done.stderr
    assert "\a" not in done.stdout + done.stderr


def test_every_verb_shows_an_example(project: Project):
    from bgagent.cli.verbs import VERBS

    assert json.dumps(sorted(VERBS))
    for verb in VERBS:
        done = project.nlbt(verb, "--help")
        assert done.returncode == 0, done.stderr
        assert f"nlbt {verb}" in done.stdout.partition("\n")[2], verb
