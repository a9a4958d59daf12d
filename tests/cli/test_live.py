from datetime import timedelta
from io import StringIO

from rich.console import Console

from bgagent.cli.live import LiveView, PhaseRow, phase_rows
from bgagent.jobs import store
from bgagent.jobs.folders import Folders
from bgagent.jobs.lifecycle import Look
from bgagent.jobs.logs import Log
from bgagent.jobs.redaction import Redactor
from bgagent.jobs.state import JobResult, Running, finished
from tests.jobs.builders import MORNING, PROCESS, make_job


def written(tmp_path, *events: tuple[float, str, dict[str, object]]):
    """Files of job `j` whose log tells these events, so many seconds after MORNING."""
    folders = Folders(tmp_path / "logs", tmp_path / "reports")
    folders.make_ready()
    files = folders.files("j")
    for seconds, event, fields in events:
        log = Log(files, redact=Redactor(), clock=lambda at=seconds: MORNING + timedelta(seconds=at))
        log.write("info", event, fields)
        log.close()
    return folders, files


def test_a_phase_lasts_until_the_next_and_the_last_until_now(tmp_path):
    _, files = written(tmp_path, (0, "phase", {"phase": "understanding"}), (1.5, "phase", {"phase": "data"}))
    rows = phase_rows(files, MORNING + timedelta(seconds=4), has_ended=False)
    assert rows == [PhaseRow("understanding", 1.5, has_passed=True), PhaseRow("data", 2.5, has_passed=False)]


def test_the_last_phase_of_an_ended_job_lasts_until_its_end(tmp_path):
    _, files = written(tmp_path, (0, "phase", {"phase": "data"}), (2, "finished", {}))
    rows = phase_rows(files, MORNING + timedelta(days=1), has_ended=True)
    assert rows == [PhaseRow("data", 2.0, has_passed=True)]


def test_a_job_that_has_not_begun_has_no_phases(tmp_path):
    folders, files = written(tmp_path, (0, "submitted", {}))
    assert phase_rows(files, MORNING, has_ended=False) == []
    assert phase_rows(folders.files("nobody"), MORNING, has_ended=False) == []


def test_a_clock_that_jumped_back_gives_no_negative_time(tmp_path):
    _, files = written(tmp_path, (9, "phase", {"phase": "data"}))
    assert phase_rows(files, MORNING, has_ended=False)[0].seconds == 0


def test_the_view_shows_the_phases_and_harmless_last_words(tmp_path):
    folders, files = written(
        tmp_path, (0, "phase", {"phase": "data"}), (1, "output", {"text": "\x1b[31mevil [bold]markup"})
    )
    running = make_job(state=Running(PROCESS, MORNING, MORNING, 0.0, attempt=2))
    drawn = StringIO()
    with LiveView(folders, console=Console(file=drawn, width=70, force_terminal=True, color_system=None)) as view:
        view.show(Look(running, files))
        ended = finished(running, JobResult(6, "no luck"), ended_at=MORNING)
        store.save(files, ended)
        view.show(Look(ended, files))
    text = drawn.getvalue()
    assert "data" in text
    assert "attempt 2" in text
    assert "✗" in text
    assert "\x1b[31m" not in text
    assert all(len(line) < 200 for line in text.splitlines())
