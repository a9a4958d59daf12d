"""Start a command that outlives the shell it was started from: in a tmux session, or in a session of its own."""

import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bgagent.errors import BadUse, MachineUnfit

if TYPE_CHECKING:
    from subprocess import CompletedProcess

CHOICES = ("auto", "tmux", "plain")
_SHELL = "/bin/sh"
_NO_PROCESS = "look at `ulimit -u` and the free memory"
_TMUX_ANSWERS_WITHIN_S = 10.0
_MOST_SESSIONS_OF_ONE_NAME = 100
_SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class Launched:
    """A started command. pid: of its first process. session, socket: of tmux, "" without it."""

    launcher: str
    pid: int
    session: str = ""
    socket: str = ""


class Launcher(Protocol):
    """Starts `command` detached, with stdin empty or a terminal of its own; MachineUnfit when it cannot."""

    @property
    def name(self) -> str: ...

    def launch(self, command: Sequence[str], job_id: str, environment: Mapping[str, str]) -> Launched: ...


@dataclass(frozen=True, slots=True)
class PlainLauncher:
    """A process in a session of its own, child of nobody."""

    @property
    def name(self) -> str:
        return "plain"

    def launch(self, command: Sequence[str], job_id: str, environment: Mapping[str, str]) -> Launched:  # noqa: ARG002
        # the shell ends at once, so that no submitter has to collect the job's remains
        script = 'cd / || exit 1; "$@" >/dev/null & echo $!'
        reading, writing = os.pipe()
        try:
            shell = os.posix_spawn(
                _SHELL,
                [_SHELL, "-c", script, "sh", *command],
                environment,
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_DUP2, writing, 1),
                    (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
                    *((os.POSIX_SPAWN_CLOSE, descriptor) for descriptor in _inherited()),
                ],
                setsid=True,
                setsigmask=(),
                setsigdef=(signal.SIGPIPE,),  # that Python ignores it is not the job's to inherit
            )
            os.close(writing)
            writing = -1
            pid = os.read(reading, 32)
            with suppress(ChildProcessError):  # the submitter does not want to hear of its children
                os.waitpid(shell, 0)
        except OSError as error:
            raise MachineUnfit(f"cannot start a background process: {error.strerror}", hint=_NO_PROCESS) from error
        finally:
            for descriptor in (reading, writing):
                if descriptor >= 0:
                    os.close(descriptor)
        if not pid.strip().isdigit():
            raise MachineUnfit("cannot start a background process", hint=_NO_PROCESS)
        return Launched(self.name, int(pid))


def _inherited() -> list[int]:
    """What the caller's shell left open besides the standard streams: a job must not hold its locks and pipes."""
    found = []
    for name in os.listdir("/dev/fd"):
        with suppress(OSError):  # the one that was listed through
            if int(name) > 2 and os.get_inheritable(int(name)):
                found.append(int(name))
    return found


@dataclass(frozen=True, slots=True)
class TmuxLauncher:
    """A detached tmux session `bg_<job_id>`, to be looked into with `tmux attach -t bg_<job_id>`.

    socket_name: of another server than the user's, for tests; config: its configuration file.
    """

    socket_name: str = ""
    config: Path | None = None

    @property
    def name(self) -> str:
        return "tmux"

    def launch(self, command: Sequence[str], job_id: str, environment: Mapping[str, str]) -> Launched:
        wanted = f"bg_{job_id}".replace(".", "_")  # tmux would do it silently
        for number in range(1, _MOST_SESSIONS_OF_ONE_NAME):
            session = wanted if number == 1 else f"{wanted}_{number}"  # `a.b` may meet `a_b`
            done = self._run(self._new_session(session, command), environment)
            if done.returncode == 0:
                pid, named, socket = done.stdout.rstrip("\n").split(_SEPARATOR, 2)
                return Launched(self.name, int(pid), session=named, socket=socket)
            if "duplicate session" not in done.stderr:
                break
        reason = " ".join(done.stderr.split()) or f"it ended with {done.returncode}"
        raise MachineUnfit(f"tmux cannot start a session: {reason}", hint="use the plain launcher")

    def _new_session(self, session: str, command: Sequence[str]) -> list[str]:
        shown = _SEPARATOR.join(("#{pane_pid}", "#{session_name}", "#{socket_path}"))
        words = [word[:-1] + "\\;" if word.endswith(";") else word for word in command]  # else the end of a command
        # whatever the user's configuration says, the session ends with the job and not before
        keep = [";", "set-option", "destroy-unattached", "off", ";", "set-option", "-w", "remain-on-exit", "off"]
        return ["new-session", "-d", "-s", session, "-x", "160", "-y", "50", "-P", "-F", shown, *words, *keep]

    def _run(self, arguments: Sequence[str], environment: Mapping[str, str]) -> "CompletedProcess[str]":
        server = ["-L", self.socket_name] if self.socket_name else []
        config = ["-f", os.fspath(self.config)] if self.config else []
        return _tmux([*server, *config, *arguments], environment)


def launchers_for(choice: str, tmux: TmuxLauncher) -> tuple[Launcher, ...]:
    """The launchers to try, one after the other."""
    match choice:
        case "auto":
            return (tmux, PlainLauncher())
        case "tmux":
            return (tmux,)
        case "plain":
            return (PlainLauncher(),)
    raise BadUse(f"there is no launcher {choice!r}", hint=f"use one of {', '.join(CHOICES)}")


def end_session(session: str, socket: str, pid: int, environment: Mapping[str, str]) -> None:
    """Close the session in which process `pid` was started, if it is still there; never another one of that name."""
    server = ["-S", socket]
    # `=` asks for the exact name
    panes = _tmux([*server, "list-panes", "-s", "-t", f"={session}", "-F", "#{pane_pid}"], environment)
    if panes.returncode == 0 and str(pid) in panes.stdout.split():
        _tmux([*server, "kill-session", "-t", f"={session}"], environment)


def _tmux(arguments: Sequence[str], environment: Mapping[str, str]) -> "CompletedProcess[str]":
    import subprocess  # noqa: PLC0415 - 2 ms that the plain launcher need not pay

    try:
        return subprocess.run(
            ["tmux", "-u", *arguments],  # a path is shown as it is, whatever the locale
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            env=dict(environment),
            timeout=_TMUX_ANSWERS_WITHIN_S,
            check=False,
        )
    except FileNotFoundError as error:
        raise MachineUnfit("tmux is not installed", hint="install it, or use the plain launcher") from error
    except OSError as error:
        raise MachineUnfit(f"tmux cannot be run: {error.strerror}", hint="use the plain launcher") from error
    except subprocess.TimeoutExpired as error:
        raise MachineUnfit("tmux does not answer", hint="use the plain launcher") from error
