import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bgagent.jobs import processes
from bgagent.jobs.folders import Folders
from bgagent.jobs.launchers import TmuxLauncher
from tests.jobs.builders import eventually


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Folders]:
    """Folders for jobs, of which no process may be left after the test."""
    made = Folders(tmp_path / "logs", tmp_path / "reports")
    made.make_ready()
    yield made

    def survivors() -> set[int]:
        return processes.carrying({"BGAGENT_JOB_LOGS": os.fspath(made.logs)})

    try:
        eventually(lambda: not survivors(), within_s=5)  # a job that told its end itself may just be leaving
    finally:
        processes.end_all(survivors, within_s=5)


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[TmuxLauncher]:
    """A tmux server of the test's own."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    config = tmp_path / "tmux.conf"
    config.touch()
    launcher = TmuxLauncher(socket_name=f"bgagent-{os.getpid()}-{tmp_path.name[-20:]}", config=config)
    yield launcher
    subprocess.run(["tmux", "-L", launcher.socket_name, "kill-server"], capture_output=True, check=False)
    sockets = Path(os.environ.get("TMUX_TMPDIR", "/tmp")) / f"tmux-{os.getuid()}"
    (sockets / launcher.socket_name).unlink(missing_ok=True)


@pytest.fixture
def sessions(tmux: TmuxLauncher):
    """Call it for the names of the server's sessions."""

    def names() -> list[str]:
        listed = subprocess.run(
            ["tmux", "-L", tmux.socket_name, "list-sessions", "-F", "#{session_name}"],
            capture_output=True,
            text=True,
            check=False,
        )
        return listed.stdout.split()

    return names
