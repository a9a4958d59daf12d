"""The body of a job: `python -m bgagent.bg_run`, started by the job's supervisor.

It answers for every failure: whatever happens, the job ends with a report and the exit code that says why.
"""

import json
import os
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bgagent.artifacts.request import Request
from bgagent.errors import BgAgentError, Bug, MachineUnfit
from bgagent.jobs.folders import Folders, JobFiles
from bgagent.jobs.marks import current_job
from bgagent.jobs.recorder import Recorder, recording
from bgagent.settings import Settings, resolve

FORBIDDEN_PACKAGE = "nlbt"


def main() -> int:
    """Run the job that this process was started for; its exit code."""
    folders, job_id = current_job(os.environ)
    settings = resolve(os.environ)
    with recording(folders, job_id, secrets=settings.secrets.values(), environment=os.environ) as record:
        code, message, kind = _run(folders.files(job_id), settings, record)
        record.finish(code, message, kind=kind)  # first: whatever ends the process from here on changes nothing
        _list_all_jobs(folders, record)
    return code


def _run(files: JobFiles, settings: Settings, record: Recorder) -> tuple[int, str, str]:
    """Exit code, message and kind of the end."""
    request = read_request(files)
    record.event("info", "request", prompt=request.prompt, as_of=request.as_of, seed=request.seed)
    record.event("info", "settings", **_resolved(settings, request))
    try:
        from bgagent import story, wiring

        imports_ok = not any(name.partition(".")[0] == FORBIDDEN_PACKAGE for name in sys.modules)
        record.event("info" if imports_ok else "error", f"imports_ok: {str(imports_ok).lower()}", **story.versions())
        if not imports_ok:
            raise Bug(f"a package named {FORBIDDEN_PACKAGE} was imported")
        report = wiring.run_request(request, settings, files.reports, record)
    except BgAgentError as error:  # the report itself could not be written, or there is no time left to write it
        return _end(error)
    except MemoryError:
        return _ended(
            MachineUnfit("no memory left", hint="close other programs, or ask for less"), request, files, record
        )
    except Exception as error:
        record.event("error", "defect", traceback=traceback.format_exc())
        defect = Bug(f"{type(error).__name__}: {error}", hint=f"the log {files.log.name} has the details")
        return _ended(defect, request, files, record)
    record.event("info", "report", markdown=files.report_markdown, html=files.report_html, json=files.report_json)
    if report.error is not None:
        if report.error.questions:
            record.event("info", "questions", questions=report.error.questions)
        message = "; ".join(part for part in (report.error.message, report.error.hint) if part)
        return report.exit_code, message, report.error.class_
    return report.exit_code, f"{report.verdict}: {report.understood.summary if report.understood else ''}", ""


def _ended(error: BgAgentError, request: Request, files: JobFiles, record: Recorder) -> tuple[int, str, str]:
    """What ended the job, with the report of it where that can still be written."""
    from bgagent.story import report_failure

    try:
        report_failure(request, error, files.reports)
    except Exception as second:
        record.event("error", "no_report", reason=f"{type(second).__name__}: {second}")
    return _end(error)


def _list_all_jobs(folders: Folders, record: Recorder) -> None:
    """The page of all jobs, made anew; a job is no worse for it when that cannot be done."""
    from bgagent.reporting.index import rebuild_index

    try:
        rebuild_index(folders, now=datetime.now(UTC))
    except Exception as error:
        record.event("warning", "no_index", reason=f"{type(error).__name__}: {error}")


def read_request(files: JobFiles) -> Request:
    """The request that the job was submitted with. Raises Bug when it cannot be read."""
    try:
        asked: Mapping[str, Any] = json.loads(files.request.read_text(encoding="utf-8"))
        return Request(**{**asked, "job_id": files.job_id, "as_of": datetime.fromisoformat(asked["as_of"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Bug(f"cannot read the request of job {files.job_id}: {error}") from error


def _resolved(settings: Settings, request: Request) -> dict[str, str]:
    """The settings in force, by name, without secrets; what the command line chose has won."""
    chosen = {
        "LLM_MODEL": request.model or "-",
        "DEFAULT_TIMEOUT": f"{request.timeout_s:g}",
        "MAX_RETRY_ATTEMPTS": str(request.max_iters),
        "NLBT_DATA": request.data,
        "NLBT_DATA_DIR": request.data_dir or "-",
        "reader": request.reader,
    }
    return {**settings.shown(), **chosen}


def _end(error: BgAgentError) -> tuple[int, str, str]:
    message = f"{error.message}; {error.hint}" if error.hint else error.message
    return error.exit_code, message, type(error).__name__


if __name__ == "__main__":
    sys.exit(main())
