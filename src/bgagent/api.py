"""The Python interface: submit a sentence, look at the job, wait for it, read its report.

    from bgagent import run_background_job, wait_for_job

    job = run_background_job("Backtest AAPL 50/200 MA crossover in 2024 with $25K")
    exit_code = wait_for_job(job.job_id)

The verbs of the command line are thin calls of these functions. Loading this module loads no numpy.
"""

import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bgagent.data import names
from bgagent.errors import (
    BadUse,
    BgAgentError,
    Bug,
    Crashed,
    DataUnavailable,
    LimitReached,
    MachineUnfit,
    ModelUnavailable,
    NeedsClarification,
    NeedsModel,
    NoAcceptableStrategy,
    Stopped,
)
from bgagent.jobs import control, lifecycle, store
from bgagent.jobs.folders import Folders, JobFiles
from bgagent.jobs.lifecycle import Look
from bgagent.jobs.logs import last_lines, read_events
from bgagent.jobs.processes import boot_id
from bgagent.jobs.state import REJECTED, SUCCEEDED, Finished, Running, to_json
from bgagent.jobs.submission import submit
from bgagent.jobs.wishes import take_wish
from bgagent.settings import Settings, resolve, surroundings

if TYPE_CHECKING:
    from bgagent.artifacts.report import Report

READERS = ("auto", "embedded", "model")
LONGEST_SENTENCE = 20_000  # characters


_PYTHON = (sys.executable, "-s", "-P", "-m")
_KINDS: Mapping[int, type[BgAgentError]] = {
    kind.exit_code: kind
    for kind in (
        *(BadUse, DataUnavailable, ModelUnavailable, NoAcceptableStrategy),
        *(LimitReached, Stopped, Crashed, MachineUnfit),
    )
}


@dataclass(frozen=True, slots=True)
class BackgroundJob:
    """A job that was just submitted, and where its files will be. attach: how to watch it, "" without tmux."""

    job_id: str
    log: Path
    report_markdown: Path
    report_html: Path
    report_json: Path
    report_folder: Path
    launcher: str
    attach: str = ""
    note: str = ""


def run_background_job(
    prompt: str,
    *,
    name: str | None = None,
    timeout: float | None = None,
    max_iters: int | None = None,
    model: str | None = None,
    data: str | None = None,
    reader: str = "auto",
    seed: int = 0,
    lang: str = "",
    as_of: str | datetime | None = None,
    budget_usd: float | None = None,
    notify: str | None = None,
    record: str | Path | None = None,
    replay: str | Path | None = None,
    narrate: bool = False,
    resumes: str = "",
    root: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> BackgroundJob:
    """Starts a backtest in the background and returns at once.

    prompt: the sentence. name: the job's id; None makes one. timeout: seconds for the whole job. data: a provider's
    name, `demo`, or directories of csv and parquet files joined by ':'. as_of: what "now" is for relative windows.
    budget_usd: what the job may spend on a language model. lang: of the report; "" for the one
    that the sentence asks for, or English.
    notify: a shell command for when the job has ended. record: file that all exchanges with a language model are
    written to; replay: such a file, which answers in its place. narrate: tell the result in prose too, by a model.
    resumes: id of an earlier job with the same sentence, whose understanding is taken up.
    root: folder of `.env`, `logs/` and `reports/` (the current one). environment: the process's own.
    Raises BadUse for an option that cannot be used, MachineUnfit when the job cannot be written or started.
    """
    root = (root or Path.cwd()).absolute()
    environment = surroundings(root, os.environ if environment is None else environment)
    about = _replayed(root, record=record, replay=replay)
    settings = resolve(
        environment,
        overrides={
            "timeout_s": timeout,
            "max_iters": max_iters,
            "llm_model": model or about.get("model") or None,
            "data": data,
            "as_of": as_of.isoformat() if isinstance(as_of, datetime) else as_of or about.get("as_of"),
            "budget_usd": budget_usd,
            "notify": notify,
        },
    )
    request = _request(checked_sentence(prompt), settings, reader=reader, seed=seed, lang=lang, root=root)
    if resumes:
        request["resumes"] = resumes
    request |= {name: str(root / path) for name, path in (("record", record), ("replay", replay)) if path}
    request |= {"narrate": True} if narrate else {}
    submitted = submit(
        [*_PYTHON, "bgagent.bg_run"],
        folders=folders_of(root),
        environment={**environment, **_chosen(settings)},
        cwd=root,
        name=name,
        words=prompt,
        payload=request,
        launcher=settings.launcher,
        max_running=settings.slots,
        timeout_s=settings.timeout_s,
        secrets=tuple(settings.secrets.values()),
        afterwards=[*_PYTHON, "bgagent.bg_end"] if settings.notify else (),
        wish=settings.notify or "",
    )
    files = submitted.files
    return BackgroundJob(
        job_id=submitted.job_id,
        log=files.log,
        report_markdown=files.report_markdown,
        report_html=files.report_html,
        report_json=files.report_json,
        report_folder=files.report_folder,
        launcher=submitted.launcher,
        attach=f"tmux attach -t {submitted.session}" if submitted.session else "",
        note=submitted.note,
    )


def job_status(job_id: str, *, root: Path | None = None) -> dict[str, object]:
    """All facts of one job as they are now: the keys of `logs/<job_id>.json` and more.

    job_id may be a unique beginning. Raises BadUse when there is no such job.
    """
    folders = folders_of(root)
    return facts(folders, look(folders, store.find(folders, job_id)))


def wait_for_job(job_id: str, *, timeout: float | None = None, root: Path | None = None) -> int:
    """The job's exit code once it has ended; 124 when `timeout` seconds have passed before.

    Raises BadUse when there is no such job, MachineUnfit when its files are taken away meanwhile.
    """
    folders = folders_of(root)
    try:
        waited = control.wait(folders, [store.find(folders, job_id)], timeout_s=timeout)
    except FileNotFoundError as error:
        raise MachineUnfit.unusable(error, error.filename or folders.logs) from error
    for seen in waited.looks:
        settle(seen)
    return waited.exit_code


def run_job(
    prompt: str,
    *,
    name: str | None = None,
    timeout: float | None = None,
    max_iters: int | None = None,
    model: str | None = None,
    data: str | None = None,
    reader: str = "auto",
    seed: int = 0,
    lang: str = "",
    as_of: str | datetime | None = None,
    root: Path | None = None,
) -> "Report":
    """Runs a backtest as a job, waits for it and returns its report; `report.exit_code` says how it ended.

    Arguments and errors as for `run_background_job`.
    """
    job = run_background_job(
        prompt,
        name=name,
        timeout=timeout,
        max_iters=max_iters,
        model=model,
        data=data,
        reader=reader,
        seed=seed,
        lang=lang,
        as_of=as_of,
        root=root,
    )
    wait_for_job(job.job_id, root=root)
    return read_report(job.report_json)


def read_report(path: Path) -> "Report":
    """The report in a JSON file. Raises MachineUnfit when it is not there or cannot be read."""
    from bgagent.artifacts.codec import from_json
    from bgagent.artifacts.report import Report

    try:
        return from_json(path.read_bytes(), Report)
    except (OSError, ValueError) as error:
        raise MachineUnfit(f"there is no readable report {path}: {error}", hint="look into the job's log") from error


def folders_of(root: Path | None) -> Folders:
    """`logs/` and `reports/` of a project folder, the current one by default."""
    base = (root or Path.cwd()).absolute()
    return Folders(base / "logs", base / "reports")


def look(folders: Folders, job_id: str) -> Look:
    """The job as it is now; if it died without a report, one is written."""
    seen = lifecycle.look(folders, job_id)
    settle(seen)
    return seen


def settle(seen: Look) -> None:
    """Does for a job that has ended what it could not do itself: writes its report, tells the person who wanted it."""
    if seen.job.has_ended:
        _settle_report(seen)
        _tell_who_wished(seen)


def _tell_who_wished(seen: Look) -> None:
    """Starts the command of --notify that a killed supervisor has left; the environment is that of whoever looks."""
    if not seen.files.wish.exists() or lifecycle.is_alive(seen.files):
        return
    from bgagent.bg_end import start_telling

    command = take_wish(seen.files)
    if command is not None:
        start_telling(command, seen, os.environ)


def _settle_report(seen: Look) -> None:
    """Writes the report of a job that ended without being able to, or after it had written one of another end.

    The state is what counts. The report of a success that was taken away stays away.
    """
    if seen.job.exit_code in (SUCCEEDED, REJECTED):
        return
    if not seen.lacks_report and _is_told_as_it_was(seen):
        return
    from bgagent.bg_run import read_request
    from bgagent.kept import kept_story
    from bgagent.reporting.index import rebuild_index
    from bgagent.story import report_failure

    try:
        story = kept_story(seen.files.report_folder)
        report_failure(read_request(seen.files), _error_of(seen), seen.files.reports, story)
        rebuild_index(Folders(seen.files.logs, seen.files.reports), now=datetime.now(UTC))
    except BgAgentError:
        return  # the state itself is true, and a report cannot be written here


def _is_told_as_it_was(seen: Look) -> bool:
    """True also for a report that cannot be read: it is somebody's own by now."""
    try:
        report = json.loads(seen.files.report_json.read_bytes())
        return bool(report["exit_code"] == _error_of(seen).exit_code)
    except (OSError, ValueError, TypeError, KeyError):
        return True


def _error_of(seen: Look) -> BgAgentError:
    message = str(to_json(seen.job)["message"] or "the job left no word")
    match seen.job.exit_code:
        case NeedsModel.exit_code if _kind_of(seen) == NeedsModel.__name__:
            return NeedsModel.as_told(message)
        case NeedsClarification.exit_code:
            return NeedsClarification(message, questions=_questions_of(seen.files))
        case exit_code:
            return _KINDS.get(exit_code or 0, Bug)(message)


def _kind_of(seen: Look) -> str:
    return seen.job.state.result.kind if isinstance(seen.job.state, Finished) else ""


def _questions_of(files: JobFiles) -> tuple[str, ...]:
    """As the log tells them."""
    asked: object = ()
    try:
        for event in read_events(files.events, about="questions"):
            asked = event.get("questions")
    except OSError:
        return ()
    return tuple(str(question) for question in asked) if isinstance(asked, list) else ()


def facts(folders: Folders, seen: Look) -> dict[str, object]:
    """What there is to know of a job, flat: its state, its place in the queue, its files, its last line.

    elapsed_s: of a job that runs, until now. cost_usd: spent on a language model so far, null when that is not known.
    """
    files: JobFiles = seen.files
    last = last_lines(files.log, 1)
    flat = to_json(seen.job)
    return {
        **flat,
        "elapsed_s": _elapsed_s(seen) if flat["elapsed_s"] is None else flat["elapsed_s"],
        "cost_usd": _cost_usd(files),
        "place_in_queue": lifecycle.place_in_queue(folders, seen.job),
        "last_line": last[0] if last else None,
        "log": str(files.log),
        "report": str(files.report_markdown) if files.report_markdown.exists() else None,
        "report_json": str(files.report_json) if files.report_json.exists() else None,
    }


def _elapsed_s(seen: Look) -> float | None:
    state = seen.job.state
    if not isinstance(state, Running) or state.process.boot_id != boot_id():
        return None
    return round(max(0.0, time.monotonic() - state.began), 3)


def _cost_usd(files: JobFiles) -> float | None:
    """By the last call of a model that the log tells of; 0 without any."""
    cost: object = 0.0
    try:
        for call in read_events(files.events, about="model_call"):
            cost = call.get("cost_usd_so_far")
    except OSError:
        return None
    return float(cost) if isinstance(cost, int | float) else None


def checked_sentence(prompt: str) -> str:
    """The sentence as it can be read. Raises BadUse when it is empty or too long."""
    if not prompt.strip():
        raise BadUse("the sentence is empty", hint='say what to backtest, as in: nlbt bg "Buy and hold SPY in 2024"')
    if len(prompt) > LONGEST_SENTENCE:
        raise BadUse(
            f"the sentence has {len(prompt):,} characters, {LONGEST_SENTENCE:,} are allowed", hint="say it shorter"
        )
    return prompt


def _request(prompt: str, settings: Settings, *, reader: str, seed: int, lang: str, root: Path) -> dict[str, object]:
    """What is handed to the job: the fields of artifacts.request.Request but its id, as JSON takes them."""
    if reader not in READERS:
        raise BadUse(f"there is no reader '{reader}'", hint=f"use one of {', '.join(READERS)}")
    if seed < 0:
        raise BadUse(f"--seed must be 0 or more, was {seed}")
    if lang:
        _refuse_unknown_language(lang)
    return {
        "prompt": prompt,
        "as_of": (settings.as_of or datetime.now(UTC)).isoformat(),
        "reader": reader,
        "data": _source(settings.data, root),
        "data_dir": _directories(settings.data_dir, root) if settings.data_dir else "",
        "model": settings.llm_model,
        "max_iters": settings.max_iters,
        "timeout_s": settings.timeout_s,
        "seed": seed,
        "lang": lang,
    }


def _replayed(root: Path, *, record: str | Path | None, replay: str | Path | None) -> Mapping[str, str]:
    """What the recording to replay says of the job that made it. BadUse for files that cannot be used."""
    if record and replay:
        raise BadUse("--record and --replay exclude each other", hint="leave one of them out")
    if record and not (root / record).parent.is_dir():
        raise BadUse(f"there is no folder {(root / record).parent}", hint="make it, or name another file")
    if not replay:
        return {}
    from bgagent.llm.recording import recorded_about

    return recorded_about(root / replay)


def _refuse_unknown_language(lang: str) -> None:
    from bgagent.reporting.catalogue import LANGUAGES

    if lang not in LANGUAGES:
        raise BadUse(f"the report cannot be written in '{lang}'", hint=f"use one of {', '.join(LANGUAGES)}")


def _chosen(settings: Settings) -> dict[str, str]:
    """What the job finds in its environment, as the command line may have changed it."""
    chosen = {"NLBT_BUDGET_USD": settings.budget_usd, "NLBT_NOTIFY": settings.notify}
    return {name: str(value) for name, value in chosen.items() if value is not None}


def _source(choice: str, root: Path) -> str:
    """The data choice as the job takes it: a provider's name, or directories as absolute paths."""
    if names.is_built_in(choice):
        return choice
    if not names.is_path(choice) and not (root / choice).is_dir():
        if choice in names.provider_names():
            return choice
        raise BadUse(
            f"there is no data provider and no directory named '{choice}'",
            hint=f"use one of {', '.join(names.provider_names())}, demo, or a directory of csv or parquet files",
        )
    return _directories(choice, root)


def _directories(choice: str, root: Path) -> str:
    """Directories joined by ':' as absolute paths. Raises BadUse when one of them is not there."""
    paths = [root / Path(part).expanduser() for part in choice.split(os.pathsep) if part]
    missing = [path for path in paths if not path.is_dir()]
    if missing:
        raise BadUse(f"there is no directory {missing[0]}", hint="name a directory of csv or parquet files")
    return os.pathsep.join(str(path) for path in paths)
