"""An earlier job asked for again: as it was, with another sentence or model, or taken up where it was cut short."""

import itertools
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bgagent import api
from bgagent.errors import BadUse
from bgagent.jobs import store
from bgagent.jobs.folders import Folders, JobFiles
from bgagent.jobs.ids import LONGEST_NAME
from bgagent.jobs.logs import read_events
from bgagent.jobs.submission import is_taken

# settings that are part of the question: the shell of today must not change them silently
_OF_THE_QUESTION = ("NLBT_SLIPPAGE_BPS", "NLBT_COMMISSION_BPS")
_NUMBERED = re.compile(r"(.+)-(\d+)")


@dataclass(frozen=True, slots=True)
class EarlierJob:
    """What a job was asked for. settings: those of the question that its log tells of, by their names."""

    files: JobFiles
    asked: Mapping[str, Any]
    settings: Mapping[str, str]

    @property
    def job_id(self) -> str:
        return self.files.job_id


def earlier_job(folders: Folders, job: str) -> EarlierJob:
    """The job of this id or unique beginning. BadUse when there is none, or when what it was asked for is lost."""
    files = folders.files(store.find(folders, job))
    try:
        asked = json.loads(files.request.read_text(encoding="utf-8"))
        missing = {"prompt", "as_of"} - asked.keys()
    except (OSError, ValueError, AttributeError) as error:
        raise BadUse(f"what job {files.job_id} was asked for cannot be read: {error}", hint="use nlbt bg") from error
    if missing:
        raise BadUse(f"job {files.job_id} was not asked for by a sentence", hint="use nlbt bg")
    told: dict[str, str] = {}
    for event in read_events(files.events, about="settings"):
        told = {name: str(event[name]) for name in _OF_THE_QUESTION if event.get(name) not in (None, "-")}
    return EarlierJob(files, asked, told)


def rerun_background_job(
    job: str,
    prompt: str | None = None,
    *,
    model: str | None = None,
    as_of: str | None = None,
    resume: bool = False,
    record: str | None = None,
    replay: str | None = None,
    suffix: str = "",
    root: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> api.BackgroundJob:
    """Starts the job again under a new id, its own with a number, and returns at once.

    prompt: another sentence, or the answer to the questions the job ended with. as_of: another "now" than the job had;
    `now` for this moment. resume: take up what the job had understood, and ask no model again. record, replay: as for
    `run_background_job`; a replayed job is replayed again. suffix: goes between the old id and the number. Raises
    BadUse and MachineUnfit as `run_background_job` does.
    """
    folders = api.folders_of(root)
    earlier = earlier_job(folders, job)
    if resume:
        _refuse_to_resume(earlier, prompt, model, as_of)
    asked = earlier.asked
    inherited = {**(os.environ if environment is None else environment), **earlier.settings}
    return api.run_background_job(
        _sentence(earlier, prompt),
        name=free_name(folders, f"{earlier.job_id}{suffix}"),
        timeout=asked.get("timeout_s"),
        max_iters=asked.get("max_iters"),
        model=model or asked.get("model"),
        data=asked.get("data"),
        reader=asked.get("reader", "auto"),
        lang=asked.get("lang", ""),
        seed=asked.get("seed", 0),
        as_of=datetime.now(UTC) if as_of == "now" else as_of or asked["as_of"],
        record=record,
        replay=None if record else replay or asked.get("replay") or None,
        narrate=bool(asked.get("narrate", False)),
        root=root,
        resumes=earlier.job_id if resume else "",
        environment={**inherited, "NLBT_DATA_DIR": asked.get("data_dir", "")},
    )


def free_name(folders: Folders, name: str) -> str:
    """`name-2`, or with the first number after it that no job has; a number that is there is counted on."""
    numbered = _NUMBERED.fullmatch(name)
    if numbered and is_taken(folders.files(numbered[1])):
        name = numbered[1]
    for number in itertools.count(2):
        ending = f"-{number}"
        candidate = f"{name[: LONGEST_NAME - len(ending)]}{ending}"
        if not is_taken(folders.files(candidate)):
            return candidate
    raise AssertionError("numbers do not end")


def _refuse_to_resume(earlier: EarlierJob, prompt: str | None, model: str | None, as_of: str | None) -> None:
    if prompt is not None or model is not None or as_of is not None:
        raise BadUse(
            "what was understood of one sentence cannot be used for another question",
            hint="leave --resume out, or the change",
        )
    from bgagent.kept import kept_understood

    if kept_understood(earlier.files.report_folder) is None:
        raise BadUse(
            f"job {earlier.job_id} did not come so far that it could be resumed",
            hint="leave --resume out to run all of it",
        )


def _sentence(earlier: EarlierJob, text: str | None) -> str:
    """The sentence to run: the job's own, the new one, or the job's own with the answer to its questions."""
    prompt = str(earlier.asked["prompt"])
    if text is None:
        return prompt
    if not text.strip() or not _has_open_questions(earlier):
        return text
    from bgagent.language.read import Defaults, read

    now = datetime.fromisoformat(earlier.asked["as_of"])
    for sentence in (text, f"{prompt.rstrip(' .')}. {text}", f"{prompt.rstrip(' .')} {text}"):
        if read(sentence, now=now, defaults=Defaults()).spec is not None:
            return sentence
    return text


def _has_open_questions(earlier: EarlierJob) -> bool:
    try:
        return bool(json.loads(earlier.files.report_json.read_text(encoding="utf-8"))["error"]["questions"])
    except (OSError, ValueError, TypeError, KeyError):
        return False
