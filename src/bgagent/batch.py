"""Many sentences as jobs: read from a file, run by any executor, gathered into one ranking.

Each row becomes a job whose id is made of what it asks, so that the same file finds its jobs again: those that have
ended are not run again, those that run are waited for.
"""

import csv
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

from bgagent import api
from bgagent.errors import BadUse, BgAgentError
from bgagent.jobs.submission import is_taken
from bgagent.local_processes import executor_broke

_SENTENCE = ("sentence", "prompt")
_NUMBERS: Mapping[str, type] = {"timeout": float, "max_iters": int, "seed": int, "budget_usd": float}
_TEXTS = ("model", "data", "reader", "lang", "as_of", "record", "replay")
_NOT_ITS_OWN_END = (8, 9, 11)  # stopped, died, or this machine was in the way: worth another try
_VERDICTS = ("trustworthy", "caution", "reject")
_LETTERS_OF_THE_FILE = 60

Option = str | float


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One sentence with its options, named as those of `run_background_job`. line: in the file, from 1."""

    line: int
    sentence: str
    options: Mapping[str, Option]
    job_id: str


@dataclass(frozen=True, slots=True)
class BatchResult:
    """How a row ended. label: of the run, when a job compares several. value: of the metric; None when undefined.

    exit_code: of the job, or of the error that kept it from being submitted. error: why there is no figure.
    """

    line: int
    job_id: str
    label: str
    exit_code: int
    verdict: str | None
    value: float | None
    error: str
    report: str


def read_rows(path: Path, text: str) -> list[BatchRow]:
    """The rows of a file: CSV and JSON lines by its ending, else one sentence a line, `#` for remarks.

    Raises BadUse naming the line that cannot be used.
    """
    match path.suffix.lower():
        case ".csv":
            raw = _csv_rows(text)
        case ".jsonl" | ".ndjson":
            raw = _json_rows(text)
        case _:
            lines = enumerate(text.splitlines(), start=1)
            raw = [(n, {"sentence": line.strip()}) for n, line in lines if line.strip() and line.strip()[0] != "#"]
    asked = [(line, *_checked(line, row)) for line, row in raw]
    if not asked:
        raise BadUse(f"{path.name} holds no sentence", hint="write one a line, or a column 'sentence'")
    seen: Counter[str] = Counter()
    rows = []
    for line, sentence, options in asked:
        digest = hashlib.sha256(json.dumps([sentence, options], sort_keys=True).encode()).hexdigest()[:8]
        seen[digest] += 1
        again = f".{seen[digest]}" if seen[digest] > 1 else ""
        rows.append(BatchRow(line, sentence, options, f"{_stem(path)}-{digest}{again}"))
    return rows


def run_rows(
    rows: Sequence[BatchRow],
    executor: Executor,
    *,
    root: Path,
    metric: str,
    on_result: Callable[[Sequence[BatchResult]], None] = lambda _: None,
) -> list[BatchResult]:
    """All results, in the order of the rows. Rows travel to the executor and figures back, no objects of ours.

    on_result: told of each row as it ends. When it is broken off, the jobs that run go on. Raises MachineUnfit when
    the executor breaks.
    """
    futures = []
    try:
        futures += [executor.submit(run_row, row, root, metric) for row in rows]
        for future in as_completed(futures):
            on_result(future.result())
    except BrokenExecutor as error:
        raise executor_broke(error) from error
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        raise
    return [result for future in futures for result in future.result()]


def run_row(row: BatchRow, root: Path, metric: str) -> list[BatchResult]:
    """One row as a job, waited for; a result for each run of its report. Runs wherever the executor likes."""
    folders = api.folders_of(root)
    try:
        job_id = _job_of(row, root)
        exit_code = api.wait_for_job(job_id, root=root)
    except BgAgentError as error:
        return [BatchResult(row.line, row.job_id, "", error.exit_code, None, None, error.message, "")]
    return results_of(row.line, folders.files(job_id).report_json, job_id, exit_code, metric)


def results_of(line: int, path: Path, job_id: str, exit_code: int, metric: str) -> list[BatchResult]:
    """What a report says of the metric, a row for each of its runs."""
    try:
        report = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        return [BatchResult(line, job_id, "", exit_code, None, None, f"no readable report: {error}", "")]
    markdown = str(path.with_suffix(".md")) if path.with_suffix(".md").exists() else str(path)
    if not report["runs"]:
        said = (report["error"] or {}).get("message", "")
        return [BatchResult(line, job_id, "", exit_code, report["verdict"], None, said, markdown)]
    return [
        BatchResult(line, job_id, run["label"], exit_code, report["verdict"], run["metrics"].get(metric), "", markdown)
        for run in report["runs"]
    ]


def ranked(results: Iterable[BatchResult]) -> list[BatchResult]:
    """Best first: by verdict, then by the metric; what is undefined comes last, else in the order of the file."""

    def rank(result: BatchResult) -> tuple[int, bool, float, int]:
        place = _VERDICTS.index(result.verdict) if result.verdict in _VERDICTS else len(_VERDICTS)
        return place, result.value is None, -(result.value or 0.0), result.line

    return sorted(results, key=rank)


def to_plain(result: BatchResult) -> dict[str, object]:
    """For JSON."""
    return asdict(result)


def _job_of(row: BatchRow, root: Path) -> str:
    """The row's job: one that is there already, unless it was cut short, or a new one."""
    folders = api.folders_of(root)
    for job_id in _names(row.job_id):
        if not is_taken(folders.files(job_id)):
            return api.run_background_job(row.sentence, name=job_id, root=root, **row.options).job_id  # type: ignore[arg-type]
        if api.job_status(job_id, root=root)["exit_code"] not in _NOT_ITS_OWN_END:
            return job_id
    raise AssertionError("names do not end")


def _names(job_id: str) -> Iterator[str]:
    yield job_id
    number = 2
    while True:
        yield f"{job_id}-{number}"
        number += 1


def _csv_rows(text: str) -> list[tuple[int, dict[str, object]]]:
    reader = csv.DictReader(text.removeprefix("\ufeff").splitlines(keepends=True), skipinitialspace=True, strict=True)
    rows = []
    try:
        for row in reader:
            if None in row:
                raise csv.Error("more values than columns")
            rows.append((reader.line_num, {name.strip(): value for name, value in row.items() if value}))
    except csv.Error as error:
        hint = "put a sentence with commas or quotes in quotes"
        raise BadUse(f"line {reader.reader.line_num}: {error}", hint=hint) from error
    return rows


def _json_rows(text: str) -> list[tuple[int, dict[str, object]]]:
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise BadUse(f"line {number} is no JSON: {error}") from error
        if not isinstance(row, dict):
            raise BadUse(f"line {number} is no object", hint='write {"sentence": "..."}')
        rows.append((number, row))
    return rows


def _checked(line: int, row: Mapping[str, object]) -> tuple[str, dict[str, Option]]:
    named = [name for name in _SENTENCE if row.get(name)]
    if len(named) != 1:
        raise BadUse(f"line {line} has no sentence", hint="name its column or key 'sentence'")
    options: dict[str, Option] = {}
    for name, value in row.items():
        key = name.replace("-", "_")
        if name in _SENTENCE or value is None:
            continue
        if key not in (*_NUMBERS, *_TEXTS):
            raise BadUse(f"line {line}: there is no option '{name}'", hint=f"use {', '.join((*_NUMBERS, *_TEXTS))}")
        try:
            options[key] = _NUMBERS.get(key, str)(value)
        except (TypeError, ValueError) as error:
            raise BadUse(f"line {line}: {name} cannot be {value!r}") from error
    return str(row[named[0]]).strip(), options


def _stem(path: Path) -> str:
    """The file's name as the beginning of a job's."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", path.stem).strip("-")[:_LETTERS_OF_THE_FILE]
    return stem or "batch"
