"""`nlbt bg-rerun`: a job again, changed, checked or taken up."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from bgagent import api
from bgagent.cli import completion
from bgagent.cli.streams import say
from bgagent.cli.telling import tell
from bgagent.cli.text import plain
from bgagent.cli.watching import INTERRUPTED, conclusion, watch
from bgagent.errors import BadUse
from bgagent.rerunning import earlier_job, rerun_background_job

NOT_THE_SAME = 1
_MOST_SHOWN = 20
# when something happened and how long it took; all else must repeat
_TIMES = ("telemetry.time_to_report_s", "telemetry.phases", "figures.seconds", "fetched_at")
_SECONDS_IN_WORDS = re.compile(r"\b\d+\.\d\d s\b")


@click.command("bg-rerun")
@click.argument("job", shell_complete=completion.jobs)
@click.argument("sentence", required=False)
@click.option("--model", help="Another language model.")
@click.option("--as-of", help='Another "now" for relative windows: an ISO date or time, or the word now.')
@click.option("--record", help="File that every exchange with a language model is written to.")
@click.option("--replay", help="File made with --record that answers in the model's place.")
@click.option(
    "--verify", is_flag=True, default=False, help="Compare the new report with the old; exit 1 if they differ."
)
@click.option(
    "--resume",
    is_flag=True,
    default=False,
    help="Take up what the job had understood and attempted; no model is paid for it again.",
)
@click.option("--wait", is_flag=True, default=False, help="Wait for the job; the exit code is its own.")
@click.option("--json", "as_json", is_flag=True, default=False, help="Print facts as JSON.")
def command(
    job: str,
    sentence: str | None,
    *,
    model: str | None,
    as_of: str | None,
    record: str | None,
    replay: str | None,
    verify: bool,
    resume: bool,
    wait: bool,
    as_json: bool,
) -> int:
    """Run JOB again under a new id: as it was, or with another SENTENCE, or with the answer to its questions.

    \b
    nlbt bg-rerun 20240131-120000
    nlbt bg-rerun first "AAPL from 2020 to 2023"
    nlbt bg-rerun first --verify
    nlbt bg-rerun first --resume
    """
    folders = api.folders_of(None)
    earlier = earlier_job(folders, job)
    if verify and (sentence is not None or model is not None or as_of is not None or resume):
        raise BadUse("--verify runs a job as it was", hint="leave the change out")
    if verify and not earlier.files.report_json.exists():
        raise BadUse(f"job {earlier.job_id} has no report yet", hint=f"nlbt bg-wait {earlier.job_id}")
    suffix = "-verify" if verify else ""
    started = rerun_background_job(
        earlier.job_id,
        sentence,
        model=model,
        as_of=as_of,
        resume=resume,
        record=record,
        replay=replay,
        suffix=suffix,
    )
    if not (wait or verify):
        if as_json:
            say(json.dumps({"job_id": started.job_id, "rerun_of": earlier.job_id}, indent=2))
        else:
            tell(started)
        return 0
    if not as_json:
        tell(started)
    code = watch(started.job_id, quiet=as_json)
    if code == INTERRUPTED:
        return code
    if verify:
        return _compared(earlier.files.report_json, started.report_json, as_json=as_json)
    if as_json:
        say(json.dumps(api.job_status(started.job_id), indent=2))
    else:
        say(conclusion(started.job_id))
    return code


def _compared(old: Path, new: Path, *, as_json: bool) -> int:
    found = list(differences(_without_times(old), _without_times(new)))
    if as_json:
        rows = [{"place": place, "old": was, "new": is_now} for place, was, is_now in found]
        say(json.dumps({"same": not found, "differences": rows}, indent=2))
    elif not found:
        say(f"same: {new.name} is {old.name} again, apart from times")
    else:
        say(f"NOT the same: {new.name} differs from {old.name} in {len(found)} places")
        for place, was, is_now in found[:_MOST_SHOWN]:
            say(f"  {plain(place)}: {_short(was)} -> {_short(is_now)}")
    return NOT_THE_SAME if found else 0


def differences(old: Any, new: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every place where two JSON values differ, as (place, old, new); None stands for what is not there."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            yield from differences(old.get(key), new.get(key), f"{place}.{key}".lstrip("."))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (was, is_now) in enumerate(zip(old, new, strict=True)):
            yield from differences(was, is_now, f"{place}[{index}]")
    elif json.dumps(old) != json.dumps(new):  # 1 and 1.0 and true are not the same bytes
        yield place, old, new


def _without_times(path: Path) -> Any:
    """A report as it is in every run: its own id is called JOB, and times are left out."""
    try:
        report = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BadUse(f"there is no readable report {path}: {error}", hint="look into the job's log") from error
    return _settled(report, str(report.get("job_id", "")), "")


def _settled(value: Any, job_id: str, place: str) -> Any:
    match value:
        case dict():
            inside = {key: f"{place}.{key}".lstrip(".") for key in value}
            return {
                key: _settled(item, job_id, inside[key])
                for key, item in value.items()
                if not inside[key].endswith(_TIMES)
            }
        case list():
            return [_settled(item, job_id, place) for item in value]
        case str() if value == job_id or value.startswith(f"{job_id}/"):
            return f"JOB{value[len(job_id) :]}"
        case str() if place == "checks.detail":
            return _SECONDS_IN_WORDS.sub("T s", value)
    return value


def _short(value: Any) -> str:
    text = plain(json.dumps(value))
    return text if len(text) <= 60 else f"{text[:59]}…"
