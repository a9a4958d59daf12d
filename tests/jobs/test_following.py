from bgagent.jobs.following import follow
from bgagent.jobs.logs import Log, last_lines
from bgagent.jobs.redaction import Redactor
from bgagent.jobs.state import Finished, JobResult
from bgagent.jobs.store import save
from tests.jobs.builders import MORNING, kill, make_job, running, start


def test_following_shows_every_line_and_ends_with_the_job(folders):
    job = start(folders, "sh", "-c", "for i in 1 2 3 4 5; do echo line $i; sleep 0.1; done", name="j")
    lines = [*follow(folders, "j")]
    assert [line.rpartition("text=")[2] for line in lines if " output " in line] == [f'"line {i}"' for i in range(1, 6)]
    assert " finished " in lines[-1]
    assert lines == job.files.log.read_text().splitlines()


def test_following_begins_with_the_last_lines(folders):
    files = folders.files("j")
    log = Log(files, redact=Redactor())
    for number in range(20):
        log.write("info", "line", {"number": number})
    save(files, make_job(state=Finished(JobResult(0), MORNING)))
    assert [*follow(folders, "j", last=2)] == [*last_lines(files.log, 2)]
    assert [*follow(folders, "j", last=0)] == []
    assert len([*follow(folders, "j")]) == 20


def test_following_a_killed_job_ends(folders):
    start(folders, "sleep", "60", name="j")
    lines = follow(folders, "j")
    assert " submitted " in next(lines)
    kill(running(folders, "j").job.state.process)
    assert " finished state=crashed exit_code=9 " in [*lines][-1]
