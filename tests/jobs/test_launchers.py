import json
import os
import signal
import sys

import pytest

from bgagent.errors import BadUse, MachineUnfit
from bgagent.jobs import processes
from bgagent.jobs.launchers import PlainLauncher, TmuxLauncher, end_session, launchers_for
from tests.jobs.builders import eventually


@pytest.fixture(params=["plain", "tmux"])
def launcher(request):
    return PlainLauncher() if request.param == "plain" else request.getfixturevalue("tmux")


def launch(launcher, *command, job_id="j"):
    return launcher.launch(command, job_id, os.environ)


def kill(launched):
    process = processes.identity(launched.pid)
    if process is not None:
        processes.send(process, signal.SIGKILL)
        eventually(lambda: not processes.is_alive(process))


def test_words_arrive_as_they_are(launcher, tmp_path):
    target = tmp_path / "a b'$(x)\"ü;"
    odd = ("", "a b", "$HOME", "`x`", "#{pid}", ";", "end;", "x\ny", "'", '"', "\\", "-t", "ü买")
    code = "import json, sys; open(sys.argv[1], 'w').write(json.dumps(sys.argv[2:]))"
    launch(launcher, sys.executable, "-c", code, str(target), *odd)
    written = eventually(lambda: target.exists() and target.read_text())
    assert tuple(json.loads(written)) == odd


def test_it_lives_in_a_session_of_its_own(launcher):
    launched = launch(launcher, "sleep", "60")
    try:
        assert processes.identity(launched.pid) is not None
        assert os.getsid(launched.pid) != os.getsid(0)
        assert launched.pid not in processes.descendants([os.getpid()])
    finally:
        kill(launched)


def test_nothing_that_the_caller_has_open_stays_open(launcher, tmp_path):
    (tmp_path / "lock").touch()
    held = os.open(tmp_path / "lock", os.O_RDONLY)
    os.set_inheritable(held, True)  # as a shell's `exec 9>lock` does
    code = """
import os, sys
found = " ".join(os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd"))
with open(sys.argv[1] + ".new", "w") as file:
    file.write(found)
os.rename(sys.argv[1] + ".new", sys.argv[1])
"""
    try:
        launch(launcher, sys.executable, "-c", code, str(tmp_path / "open"))
        found = eventually(lambda: (tmp_path / "open").exists() and (tmp_path / "open").read_text())
    finally:
        os.close(held)
    assert "/dev/null" in found or "/dev/pts" in found
    assert str(tmp_path / "lock") not in found


def test_a_session_is_named_after_the_job(tmux, sessions):
    launched = launch(tmux, "sleep", "60", job_id="aapl-1")
    assert (launched.launcher, launched.session, sessions()) == ("tmux", "bg_aapl-1", ["bg_aapl-1"])


def test_namesakes_get_sessions_of_their_own(tmux, sessions):
    made = [launch(tmux, "sleep", "60", job_id=job_id).session for job_id in ("a_b", "a.b", "a.b.c")]
    assert made == ["bg_a_b", "bg_a_b_2", "bg_a_b_c"]
    assert sorted(sessions()) == made


def test_a_session_ends_with_its_command_whatever_the_configuration_says(tmux, sessions):
    tmux.config.write_text("set -g remain-on-exit on\nset -g destroy-unattached on\n")
    keeper = launch(tmux, "sleep", "60", job_id="keeper")
    launched = launch(tmux, "cat", job_id="short")
    assert sorted(sessions()) == ["bg_keeper", "bg_short"]
    kill(launched)
    eventually(lambda: sessions() == ["bg_keeper"])
    kill(keeper)


def test_only_the_session_of_the_process_is_ended(tmux, sessions):
    first = launch(tmux, "sleep", "60", job_id="j")
    second = launch(tmux, "sleep", "60", job_id="j-2")
    end_session(first.session, first.socket, second.pid, os.environ)
    assert sorted(sessions()) == ["bg_j", "bg_j-2"]
    end_session(first.session, first.socket, first.pid, os.environ)
    assert sessions() == ["bg_j-2"]
    end_session("bg_none", first.socket, first.pid, os.environ)
    end_session(first.session, "/nowhere/socket", first.pid, os.environ)


def test_tmux_is_not_needed_to_be_there():
    with pytest.raises(MachineUnfit, match="not installed"):
        TmuxLauncher().launch(("true",), "j", {"PATH": "/nowhere"})


@pytest.mark.parametrize("script", ["exit 3", "echo broken >&2; exit 1", "kill -9 $$"])
def test_a_broken_tmux_is_reported(tmp_path, script):
    (tmp_path / "tmux").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "tmux").chmod(0o755)
    with pytest.raises(MachineUnfit, match="tmux cannot start a session") as caught:
        TmuxLauncher().launch(("true",), "j", {"PATH": str(tmp_path)})
    assert caught.value.exit_code == 11


def test_no_terminal_type_and_no_home_are_needed(tmux, sessions):
    bare = {name: value for name, value in os.environ.items() if name not in ("TERM", "HOME", "LANG", "USER")}
    tmux.launch(("sleep", "60"), "j", bare)
    assert sessions() == ["bg_j"]


def test_auto_tries_tmux_first():
    tmux = TmuxLauncher(socket_name="x")
    assert [launcher.name for launcher in launchers_for("auto", tmux)] == ["tmux", "plain"]
    assert launchers_for("tmux", tmux) == (tmux,)
    assert [launcher.name for launcher in launchers_for("plain", tmux)] == ["plain"]
    with pytest.raises(BadUse, match="screen"):
        launchers_for("screen", tmux)
