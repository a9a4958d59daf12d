import json
import os
import pty
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, strategies

from bgagent.errors import MachineUnfit
from bgagent.jobs import logs
from bgagent.jobs.folders import JobFiles
from bgagent.jobs.logs import Log, last_lines, plain_value, read_events
from bgagent.jobs.redaction import Redactor

AT = datetime(2024, 1, 31, 9, 30, tzinfo=UTC)


@pytest.fixture
def files(tmp_path: Path) -> JobFiles:
    return JobFiles(tmp_path, tmp_path, "j")


def open_log(files: JobFiles, *secrets: str, **options: object) -> Log:
    return Log(files, redact=Redactor(secrets), clock=lambda: AT, **options)


def test_an_event_is_one_line_for_people_and_one_for_programs(files):
    open_log(files).write(
        "info", "found", {"symbol": "AAPL", "bars": 252, "note": "two words", "ok": True, "gap": None}
    )
    assert files.log.read_text() == (
        '2024-01-31T09:30:00.000Z INFO    found symbol=AAPL bars=252 note="two words" ok=true gap=null\n'
    )
    assert [*read_events(files.events)] == [
        {
            "time": "2024-01-31T09:30:00.000Z",
            "level": "info",
            "event": "found",
            "symbol": "AAPL",
            "bars": 252,
            "note": "two words",
            "ok": True,
            "gap": None,
        }
    ]


@given(text=strategies.text(), more=strategies.text(alphabet="\n\r\x1b\x85\u2028\u202e\ud800\x00a="))
def test_no_text_leaves_its_line(tmp_path_factory, text, more):
    files = JobFiles(tmp_path_factory.mktemp("log"), Path("/"), "j")
    open_log(files).write("info", f"output{more}", {"text": text, "more": [more, {more: text}], more: 1})
    line = files.log.read_text()
    assert line.count("\n") == 1
    assert line.endswith("\n")
    assert line[:-1].isprintable()  # no line end of any alphabet, no cursor movement, no turn of direction
    (event,) = read_events(files.events)
    assert str(event["event"]).startswith("output")


def test_a_forged_line_stays_a_value(files):
    open_log(files).write("info", "output", {"text": 'x\n2024-01-31T09:30:00.000Z INFO finished state="succeeded"'})
    assert [event["event"] for event in read_events(files.events)] == ["output"]
    assert [*read_events(files.events, about="finished")] == []


def test_secrets_are_blotted_out_of_keys_values_and_depths(files):
    secret = 'quo"te\\d-secret'
    open_log(files, secret).write("error", "failed", {"a": [{"b": secret}], secret: 1, "c": f"x{secret}y"})
    assert "d-secret" not in files.log.read_text() + files.events.read_text()
    assert next(read_events(files.events))["a"] == [{"b": "[redacted]"}]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (float("nan"), None),
        (float("inf"), None),
        (0.1, 0.1),
        (AT, "2024-01-31T09:30:00.000Z"),
        (date(2024, 1, 31), "2024-01-31"),
        (Path("/a b"), "/a b"),
        ({"x": (1, Path("/c"))}, {"x": [1, "/c"]}),
        ("y" * 16_005, "y" * 16_000 + " … (5 more letters)"),
    ],
)
def test_any_value_becomes_plain(value, expected):
    assert plain_value(value) == expected


def test_a_value_that_holds_itself_comes_to_an_end(files):
    loop: list[object] = []
    loop.append(loop)
    open_log(files).write("info", "odd", {"loop": loop})
    assert len([*read_events(files.events)]) == 1


def test_an_unknown_level_is_a_mistake(files):
    with pytest.raises(ValueError, match="fatal"):
        open_log(files).write("fatal", "x", {})


def test_a_torn_line_does_not_swallow_the_next(files):
    files.events.write_bytes(b'{"event": "pha')
    files.log.write_bytes(b"2024-01-31T09:30")
    open_log(files).write("info", "found", {})
    assert [event["event"] for event in read_events(files.events)] == ["found"]
    assert len(files.log.read_text().splitlines()) == 2


def test_lines_of_many_writers_do_not_mix(files):
    code = """
import sys
from pathlib import Path
from bgagent.jobs.folders import JobFiles
from bgagent.jobs.logs import Log
from bgagent.jobs.redaction import Redactor
log = Log(JobFiles(Path(sys.argv[1]), Path(sys.argv[1]), "j"), redact=Redactor())
for number in range(300):
    log.write("info", "line", {"who": sys.argv[2], "number": number, "text": sys.argv[2] * 2000})
"""
    writers = [subprocess.Popen([sys.executable, "-c", code, str(files.logs), who]) for who in "abc"]
    assert [writer.wait(timeout=30) for writer in writers] == [0, 0, 0]
    events = [*read_events(files.events)]
    assert len(events) == len(files.log.read_text().splitlines()) == 900
    for who in "abc":
        mine = [event for event in events if event["who"] == who]
        assert [event["number"] for event in mine] == [*range(300)]
        assert {event["text"] for event in mine} == {who * 2000}


def test_a_log_without_end_is_cut_but_not_its_essential_lines(files, monkeypatch):
    monkeypatch.setattr(logs, "LARGEST_LOG", 2_000)
    log = open_log(files)
    for number in range(200):
        log.write("info", "line", {"number": number})
    log.write("info", "finished", {}, essential=True)
    events = [event["event"] for event in read_events(files.events)]
    assert 10 < len(events) < 40
    assert events[-2:] == ["log_truncated", "finished"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_the_machines_fault(files):
    files.log.symlink_to("/dev/full")
    with pytest.raises(MachineUnfit, match="no room left") as caught:
        open_log(files).write("info", "x", {})
    assert caught.value.exit_code == 11


def test_a_folder_that_is_gone_is_named(tmp_path):
    with pytest.raises(MachineUnfit, match="nowhere"):
        open_log(JobFiles(tmp_path / "nowhere", tmp_path, "j"))


def test_a_terminal_shows_the_lines_and_never_holds_them_up(files):
    ours, theirs = pty.openpty()
    log = open_log(files, terminal=os.ttyname(theirs))
    log.write("info", "seen", {})
    assert b"seen" in os.read(ours, 4096)
    for number in range(2_000):  # nobody reads: the terminal is full after a few kilobytes
        log.write("info", "line", {"number": number})
    os.close(ours)
    os.close(theirs)
    log.write("info", "after", {})
    assert len([*read_events(files.events)]) == 2_002


def test_a_file_is_no_terminal(files, tmp_path):
    target = tmp_path / "important"
    target.write_text("keep me")
    open_log(files, terminal=str(target)).write("info", "x", {})
    assert target.read_text() == "keep me"


def test_the_last_lines_are_the_last(files):
    files.log.write_text("".join(f"{json.dumps(number)}\n" for number in range(10_000)))
    assert last_lines(files.log, 3) == ("9997", "9998", "9999")
    assert last_lines(files.logs / "none", 3) == ()
