"""Hostile text and hostile code through a whole job, to the last file and the last line on the terminal."""

import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bgagent.sandbox.host import probe_isolation
from bgagent.sandbox.isolation import LAYERS
from tests.e2e.project import Project, make_project

HELD = "Buy and hold WAVE in 2024 with $10,000"
FORGED = "2026-01-01T00:00:00Z ERROR forged exit_code=0"
HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07\r\n"
    + FORGED
    + "\u2028\x85\u202e\u200b\x9b31m</pre></script><script>alert('owned')</script>"
    "<img src=http://203.0.113.1/owned.png onerror=alert(1)>![owned](http://203.0.113.1/owned.png)[go](javascript:owned)"
)
CODE = f'''
"""{HOSTILE.replace(chr(27), "").encode("unicode_escape").decode()}"""
from bgagent.engine.strategy import Strategy


class Owned(Strategy):
    """</script><script>alert('owned')</script> ``` <img src=http://203.0.113.1/owned.png>"""

    def on_start(self):
        print({HOSTILE!r})
        self.buy()

    def on_bar(self):
        pass
'''
FAILING = CODE.replace("        pass", f"        raise ValueError({HOSTILE!r})")
# in place of the template: what a hostile model would write and approve of, in a child that lacks some layers
CUSTOM = """
import functools
from bgagent.artifacts.attempts import StrategySource
from bgagent.implementation import template
from bgagent.job_model import JobModel
from bgagent.sandbox import host

def write(self, spec, run, findings, number):
    return StrategySource(run.label, {source!r}, "model")

template.TemplateProducer.write = write
JobModel.judge = lambda self, understood: lambda trials: ()
host.Task = functools.partial(host.Task, layers={layers!r})
"""


class Tags(HTMLParser):
    """What a browser would run or fetch of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.reached: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._in_script = tag == "script"
        for name, value in attributes:
            if name.startswith("on") or (name in ("src", "href") and "203.0.113.1" in (value or "")):
                self.reached.append(f"{tag} {name}={value}")
            if "javascript:" in (value or "").lower():
                self.reached.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts.append(data)


def project_with(root: Path, source: str, layers: tuple[str, ...] = LAYERS, **environment: str) -> Project:
    custom = root / "custom"
    custom.mkdir()
    (custom / "sitecustomize.py").write_text(CUSTOM.format(source=source, layers=layers))
    project = make_project(root, **environment)
    path = [str(custom), *filter(None, [project.environment.get("PYTHONPATH")])]
    project.environment["PYTHONPATH"] = ":".join(path)
    return project


def unshowable(text: str) -> set[str]:
    """Characters that steer whoever shows the text."""
    return {
        hex(ord(mark)) for mark in text if mark not in "\n\t" and unicodedata.category(mark) in ("Cc", "Cf", "Zl", "Zp")
    }


def look_at_everything(project: Project, name: str = "job") -> None:
    """Terminal, log, markdown, HTML and file names of a job."""
    for verb in (["bg-status", name], ["bg-logs", name], ["bg-list"], ["bg-report", name]):
        done = project.nlbt(*verb)
        assert unshowable(done.stdout + done.stderr) == set(), verb
    log = project.log(name)
    assert unshowable(log) == set()
    assert all(re.match(r"\d{4}-\d\d-\d\dT[\d:.]+Z ", line) for line in log.splitlines()), log
    assert not [line for line in log.splitlines() if line.startswith(FORGED)]
    for path in (project.root / "reports").rglob("*"):
        assert re.fullmatch(r"[\w.-]+", path.name), path
        if path.suffix == ".html":
            look_at_page(path.read_text())
        elif path.suffix == ".md":
            look_at_markdown(path.read_text())


def look_at_page(page: str) -> None:
    assert unshowable(page) == set()
    tags = Tags()
    tags.feed(page)
    assert tags.reached == []
    assert not [script for script in tags.scripts if "alert(" in script]


def look_at_markdown(text: str) -> None:
    assert unshowable(text) == set()
    outside = re.sub(r"^(`{3,}|~{3,}).*?^\1\s*$", "", text, flags=re.DOTALL | re.MULTILINE)
    outside = re.sub(r"(`+).+?\1", "", outside)
    assert not re.search(r"(?<!\\)!\[[^\]]*\]\(\s*<?https?:", outside)
    assert not re.search(r"(?<!\\)\]\(\s*javascript:", outside)
    assert not re.search(r"(?<!\\)<(script|img|/pre)", outside)


def test_a_hostile_sentence_steers_nothing(tmp_path):
    project = make_project(tmp_path)
    report = project.run(f"{HELD} {HOSTILE}")
    assert report["exit_code"] == 4
    look_at_everything(project)


@pytest.fixture
def _sealing_machine():
    weakness = probe_isolation().weakness
    if weakness:
        pytest.skip(f"this machine cannot seal a process: {weakness}")


@pytest.mark.usefixtures("_sealing_machine")
@pytest.mark.parametrize(("source", "exit_codes"), [(CODE, (0, 10)), (FAILING, (6,))])
def test_hostile_code_steers_nothing_in_what_its_job_leaves(tmp_path, source, exit_codes):
    project = project_with(tmp_path, source)
    report = project.run(HELD)
    assert report["exit_code"] in exit_codes, report["error"]
    assert "owned" in project.log("job")
    assert all("owned" in (project.root / "reports" / f"job.{kind}").read_text() for kind in ("md", "html"))
    look_at_everything(project)


WEAK = tuple(layer for layer in LAYERS if layer not in ("seccomp", "seatbelt"))


def test_without_the_wall_code_nobody_has_read_ends_the_job_with_the_reason(tmp_path):
    project = project_with(tmp_path, CODE, WEAK)
    report = project.run(HELD)
    assert (report["exit_code"], report["status"]) == (6, "failed")
    assert "is missing (not asked for)" in report["error"]["message"]
    assert "NLBT_ALLOW_WEAK_ISOLATION=1" in report["error"]["message"]
    assert "owned" not in project.log("job")


def test_what_was_allowed_without_the_wall_is_stamped_into_the_report(tmp_path):
    project = project_with(tmp_path, CODE, WEAK, NLBT_ALLOW_WEAK_ISOLATION="1")
    report = project.run(HELD)
    assert report["exit_code"] in (0, 10), report["error"]
    stamped = [line for line in report["telemetry"]["isolation"] if line.startswith("allowed by NLBT_ALLOW_WEAK")]
    assert len(stamped) == 1
    assert "allowed by NLBT_ALLOW_WEAK_ISOLATION" in (project.root / "reports" / "job.md").read_text()
