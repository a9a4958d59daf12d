import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bgagent.artifacts.codec import to_json
from bgagent.errors import MachineUnfit
from bgagent.jobs.folders import Folders
from bgagent.reporting import index
from bgagent.reporting.index import rebuild_index
from bgagent.reporting.index_page import Going, index_page
from tests.reporting.browser import CHROMIUM, browsing
from tests.reporting.reading import Page
from tests.reporting.samples import comparison, crossover, no_trades
from tests.reporting.test_markdown import HOSTILE, failure, hostile

NOW = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
SAMPLES = {
    "cross": lambda: crossover()[0],
    "idle": lambda: no_trades()[0],
    "both": lambda: comparison()[0],
    "failed": failure,
    "hostile": hostile,
}


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    folders = Folders(tmp_path / "logs", tmp_path / "reports")
    folders.make_ready()
    return folders


def put(folders: Folders, name: str, report=None, *, at: int = 1) -> Path:
    """A report under a name, written at a second of its own."""
    path = folders.reports / f"{name}.json"
    path.write_bytes(to_json(report or SAMPLES[name]()))
    os.utime(path, ns=(at * 10**9, at * 10**9))
    return path


def rows_of(folders: Folders) -> list[str]:
    """Ids in the order they stand in."""
    page = rebuild_index(folders, now=NOW).read_text(encoding="utf-8")
    return re.findall(r'<td class="about"><a href="([\w.-]+)\.html">', page)


def test_every_report_has_a_line_the_newest_first(folders):
    for at, name in enumerate(SAMPLES, start=1):
        put(folders, name, at=at)
    assert rows_of(folders) == ["hostile", "failed", "both", "idle", "cross"]
    text = (folders.reports / "index.html").read_text(encoding="utf-8")
    page = Page(text)
    assert (page.stray, page.open) == ([], [])
    report = SAMPLES["cross"]()
    assert f"{report.runs[0].metrics['sharpe']:.2f}" in page.text
    assert "No price data" not in page.text
    assert "folder has no ZZZZ bars" in page.text
    assert "5 reports" in page.text
    assert text.count("<polyline") == 3  # not for a job without trades or without a result
    assert "no trade" in page.text
    assert "<script>alert(1)</script>" in page.text
    assert "alert(1)" not in "".join(text for _, text in page.scripts)
    assert HOSTILE.split("\x1b")[1][:3] in page.text


def test_only_what_changed_is_read_again(folders, monkeypatch):
    for at, name in enumerate(("cross", "idle"), start=1):
        put(folders, name, at=at)
    read: list[str] = []
    real = index._row
    monkeypatch.setattr(index, "_row", lambda job_id, *rest: read.append(job_id) or real(job_id, *rest))
    assert rows_of(folders) == ["idle", "cross"]
    assert sorted(read) == ["cross", "idle"]
    read.clear()
    put(folders, "cross", at=9)  # written anew
    put(folders, "failed", at=4)
    assert rows_of(folders) == ["cross", "failed", "idle"]
    assert sorted(read) == ["cross", "failed"]
    read.clear()
    (folders.reports / "idle.json").unlink()
    assert rows_of(folders) == ["cross", "failed"]
    assert read == []


@pytest.mark.parametrize(
    "torn", [b"", b"{", b'{"version":99,"rows":{}}', b'{"version":1,"rows":{"cross":{"job_id":1}}}']
)
def test_a_lost_or_torn_memory_is_made_anew(folders, torn):
    put(folders, "cross")
    (folders.reports / ".index.json").write_bytes(torn)
    assert rows_of(folders) == ["cross"]
    assert json.loads((folders.reports / ".index.json").read_bytes())["version"] == 1


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'"text"'])
def test_a_file_that_is_no_report_is_passed_over(folders, content):
    put(folders, "cross")
    (folders.reports / "stray.json").write_bytes(content)
    assert rows_of(folders) == ["cross"]


def test_a_folder_without_reports_has_a_page_that_says_so(folders):
    assert rows_of(folders) == []
    assert "There is no report yet." in (folders.reports / "index.html").read_text()


def test_jobs_under_way_are_told(folders):
    going = (
        Going("later", "queued", "", "2026-11-23T21:59:00Z"),
        Going("now", "running", "data", "2026-11-23T21:58:00Z"),
    )
    page = Page(index_page((), going, now=NOW))
    assert "Under way when this page was made" in page.text
    assert ": running, data, submitted 2026-11-23T21:58:00Z" in page.text
    assert "as of 2026-11-23 22:00:00 UTC" in page.text


def test_many_processes_at_once_leave_a_whole_page_with_every_report(folders):
    put(folders, "cross")
    code = (
        "import sys, pathlib, datetime, shutil\n"
        "from bgagent.jobs.folders import Folders\n"
        "from bgagent.reporting.index import rebuild_index\n"
        "root = pathlib.Path(sys.argv[1])\n"
        "for number in range(6):\n"
        "    part = root / 'reports' / f'.{sys.argv[2]}-{number}.part'\n"
        "    shutil.copyfile(root / 'reports' / 'cross.json', part)\n"
        "    part.rename(root / 'reports' / f'job-{sys.argv[2]}-{number}.json')\n"
        "    rebuild_index(Folders(root / 'logs', root / 'reports'), now=datetime.datetime.now(datetime.UTC))\n"
        "    page = (root / 'reports' / 'index.html').read_text()\n"
        "    assert page.endswith('</html>\\n')\n"
        "    assert f'job-{sys.argv[2]}-{number}.html' in page\n"
    )
    root = folders.reports.parent
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(root), str(one)], stderr=subprocess.PIPE, text=True)
        for one in range(4)
    ]
    for process in started:
        assert process.communicate(timeout=60)[1] == ""
        assert process.returncode == 0
    assert len(rows_of(folders)) == 25
    assert sorted(path.name for path in folders.reports.iterdir() if path.name.startswith(".")) == [
        ".index.json", ".index.lock"]  # fmt: skip


def test_a_page_that_cannot_be_written_is_said_in_one_line(tmp_path):
    (tmp_path / "reports").write_text("in the way")
    with pytest.raises(MachineUnfit, match="cannot write") as caught:
        rebuild_index(Folders(tmp_path / "logs", tmp_path / "reports"), now=NOW)
    assert "\n" not in caught.value.message


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed here, so no page can be looked at")
def test_the_page_sorts_by_its_figures_and_searches_in_a_browser(folders):
    report = SAMPLES["cross"]()
    for at, total in enumerate((0.5, -0.2, 12.5), start=1):
        run = replace(report.runs[0], metrics={**report.runs[0].metrics, "total_return": total})
        put(folders, f"job{at}", replace(report, runs=(run,)), at=at)
    put(folders, "failed", at=9)
    put(folders, "hostile", at=8)
    page = rebuild_index(folders, now=NOW)
    order = (
        "[...document.querySelectorAll('#jobs tbody tr:not([hidden])')].map(row => row.querySelector('a').textContent)"
    )
    with browsing() as browser:
        for width in (1440, 390):
            browser.show(page, width=width)
            assert browser.run("document.documentElement.scrollWidth") == width
            assert browser.run(order) == ["failed", "hostile", "job3", "job2", "job1"]
            for _ in range(2):
                browser.run("document.querySelectorAll('#jobs th button')[3].click()")
            sorted_jobs = [name for name in browser.run(order) if name.startswith("job")]
            assert sorted_jobs == ["job3", "job1", "job2"]
            assert browser.run(order)[-1] == "failed"
            browser.run(
                "(field => { field.value = 'job2'; field.dispatchEvent(new Event('input')); })"
                "(document.querySelector('.filter input'))"
            )
            assert browser.run(order) == ["job2"]
            assert (browser.log, browser.requests) == ([], [page.as_uri()])
