"""Shells complete verbs, options and jobs."""

import shutil
import subprocess
import sys

import pytest

from tests.e2e.project import Project


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_that_the_shell_can_read(project: Project, shell: str):
    done = project.nlbt("completion", shell)
    assert done.returncode == 0, done.stderr
    assert "_NLBT_COMPLETE" in done.stdout
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed: its script is printed, but nobody here can read it")
    subprocess.run([program, "-n"], input=done.stdout, text=True, check=True)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("nlbt bg-st", {"bg-status", "bg-stop"}),
        ("nlbt bg-list --st", {"--state"}),
        ("nlbt bg-list --state cra", {"crashed"}),
        ("nlbt bg-status al", {"alpha"}),
        ("nlbt bg-wait ", {"alpha", "beta"}),
    ],
)
def test_verbs_options_and_jobs_are_completed(project: Project, words: str, wanted: set[str]):
    (project.root / "logs").mkdir()
    for job in ("alpha", "beta"):
        (project.root / "logs" / f"{job}.jsonl").touch()
    done = project.nlbt(_NLBT_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(words.count(" ")))
    assert {line.partition(",")[2] for line in done.stdout.splitlines()} == wanted
    assert sys.executable not in done.stdout


def test_where_jobs_cannot_be_read_nothing_is_completed_and_nothing_said(project: Project):
    (project.root / "logs").write_text("in the way")
    done = project.nlbt(_NLBT_COMPLETE="bash_complete", COMP_WORDS="nlbt bg-wait ", COMP_CWORD="2")
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")
