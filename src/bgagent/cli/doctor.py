"""`nlbt doctor`: what this machine offers to jobs, and the line that mends what is missing."""

import json
import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from pwd import getpwuid

import click

from bgagent import api
from bgagent.cli.text import plain, table
from bgagent.errors import BgAgentError
from bgagent.jobs import locks
from bgagent.settings import Settings, resolve, surroundings

_KILLS = re.compile(r"^\s*KillUserProcesses\s*=\s*(\w+)", re.MULTILINE)
_YES = ("yes", "true", "on", "1")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. status: ok, note (works, could be better) or missing (jobs will fail)."""

    what: str
    status: str
    found: str
    remedy: str = ""


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, default=False, help="Print findings as JSON.")
def command(*, as_json: bool) -> int:
    """Show what this machine offers to jobs, and what to do about what is missing. Exit 11 when jobs cannot run.

    \b
    nlbt doctor
    nlbt doctor --json
    """
    root = Path.cwd()
    settings = resolve(surroundings(root, os.environ))
    findings = list(_look(root, settings))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        click.echo(table([(one.status, one.what, one.found) for one in findings], ("", "what", "found")))
        for one in findings:
            if one.remedy:
                click.echo(plain(f"{one.what}: {one.remedy}"))
    return 11 if any(one.status == "missing" for one in findings) else 0


def _look(root: Path, settings: Settings) -> Iterable[Finding]:
    yield _folders(root)
    yield _launcher()
    yield from _log_out(Path("/"))
    yield from _isolation()
    yield from _data(settings)
    yield _model(settings)
    yield _kernel()
    yield Finding("settings", "ok", ", ".join(f"{name}={value}" for name, value in settings.shown().items()))


def _folders(root: Path) -> Finding:
    folders = api.folders_of(root)
    try:
        folders.make_ready()
    except BgAgentError as error:
        return Finding("folders", "missing", error.message, error.hint)
    try:
        with locks.one_at_a_time(folders.logs) as held:
            if held.is_a_lease:
                found = "logs/ takes no locks: jobs keep a file fresh to show that they live"
                return Finding("folders", "note", found, "work in a folder on a disk of this machine")
    except OSError as error:
        found = f"logs/ takes no locks ({error.strerror}), so nobody could tell whether a job lives"
        return Finding("folders", "missing", found, "work in a folder on a disk of this machine")
    free_mb = shutil.disk_usage(root).free // 2**20
    status = "ok" if free_mb > 100 else "note"
    return Finding("folders", status, f"logs/ and reports/ can be written, {free_mb:,} MB free")


def _launcher() -> Finding:
    tmux = shutil.which("tmux")
    if tmux:
        return Finding("tmux", "ok", f"{tmux}; each job is a session to watch")
    return Finding("tmux", "note", "not installed; jobs run as plain processes", "install tmux to watch jobs live")


def _log_out(system: Path) -> Iterable[Finding]:
    """Systems that end all of a user's processes at log-out, jobs among them, unless the user may linger."""
    configured = ""
    places = (system / "etc/systemd/logind.conf", *sorted((system / "etc/systemd/logind.conf.d").glob("*.conf")))
    for path in places:
        try:
            found = _KILLS.findall(path.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            continue
        configured = found[-1].lower() if found else configured
    try:
        may_linger = (system / "var/lib/systemd/linger" / getpwuid(os.getuid()).pw_name).exists()
    except KeyError:  # a container's user without a name
        may_linger = False
    if configured in _YES and not may_linger:
        yield Finding("log-out", "note", "this system ends a user's jobs at log-out", "run: loginctl enable-linger")


def _isolation() -> Iterable[Finding]:
    """What holds strategy code here, found by running a strategy that does nothing."""
    from bgagent.sandbox.isolation import REMEDIES
    from bgagent.wiring import probe_isolation

    try:
        lines = probe_isolation()
    except BgAgentError as error:
        yield Finding("isolation", "missing", error.message, error.hint)
        return
    active = [line for line in lines if not line.startswith(("no ", "open: "))]
    openings = [line for line in lines if line.startswith("open: ")]
    is_walled = bool({"seccomp", "seatbelt"} & set(active)) and not openings
    yield Finding("isolation", "ok" if is_walled else "note", ", ".join(active) or "none")
    for line in lines:
        if line in openings:
            remedy = "code written by a model is refused here; that of the rules still runs"
            yield Finding("isolation", "note", line, remedy)
        elif line not in active:
            yield Finding("isolation", "note", line, REMEDIES.get(line.removeprefix("no ").partition(":")[0], ""))


def _data(settings: Settings) -> Iterable[Finding]:
    if settings.data_dir:
        missing = [part for part in settings.data_dir.split(os.pathsep) if part and not Path(part).is_dir()]
        status = "missing" if missing else "ok"
        found = f"no directory {', '.join(missing)}" if missing else settings.data_dir
        yield Finding("data directory", status, found, "mend NLBT_DATA_DIR" if missing else "")
    else:
        yield Finding("data", "ok", f"NLBT_DATA={settings.data}: the cache in {settings.cache_dir}, then Yahoo")
    if find_spec("pyarrow") is None:
        yield Finding("parquet files", "note", "pyarrow is not installed", "pip install 'bgagent[parquet]'")


def _model(settings: Settings) -> Finding:
    if settings.llm_model is None:
        return Finding("language model", "note", "none; the embedded reader alone", "set LLM_MODEL and its key in .env")
    keys = ", ".join(settings.secrets) or "no key"
    return Finding("language model", "ok", f"{settings.llm_model} ({keys})")


def _kernel() -> Finding:
    from bgagent.engine import passes

    return Finding("engine", "ok", "compiled loops" if passes.COMPILED else "loops in plain Python")
