"""Children forked from one that has imported everything: the same as spawned ones, and nothing passes between them."""

import os
import re
import signal
from pathlib import Path

import pytest

from bgagent.artifacts.attempts import RunFailure
from bgagent.errors import Bug, MachineUnfit
from bgagent.sandbox.conversation import Proposal, Task
from bgagent.sandbox.host import prepare, propose, run_task
from bgagent.sandbox.isolation import LAYERS
from bgagent.sandbox.limits import Limits
from bgagent.sandbox.runners import Runners, can_fork
from bgagent.sandbox.static_check import Checked
from tests.sandbox.runs import ACCOUNT, FIRST, make_bars, run, written
from tests.sandbox.test_process import is_gone, wait_until

pytestmark = pytest.mark.skipif(not can_fork(), reason="no pidfd here: every child is spawned")


@pytest.fixture(scope="module")
def runners():
    with Runners() as made:
        yield made


def unchecked(source: str, runners: Runners, *, modules=(), layers=LAYERS, limits=None, **options):
    task = Task(source, Checked("S", tuple(modules)), make_bars(), FIRST, ACCOUNT, layers=layers)
    return run_task(task, lambda isolation: True, limits=limits or Limits(wall_s=20.0), runners=runners, **options)


def runner_pids(runners: Runners) -> list[int]:
    return [runner._process.pid for runner in runners._runners.values()]


def children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_a_forked_run_is_the_spawned_run(runners):
    source = written("self.buy(0.1) if self.close[-1] > self.open[-1] else self.exit()\nprint(self.index)")
    spawned, forked = run(source), run(source, runners=runners)
    assert isinstance(spawned, Proposal)
    assert isinstance(forked, Proposal)
    assert len(spawned.orders) > 5
    assert forked.orders.tobytes() == spawned.orders.tobytes()
    assert (forked.log, forked.isolation, forked.committed_bars) == (
        spawned.log,
        spawned.isolation,
        spawned.committed_bars,
    )


def test_one_runner_serves_each_variant_and_stays(runners):
    for variant in (0, 1, 2, 0, 1, 2):
        run(written(), variant=variant, runners=runners)
    pids = runner_pids(runners)
    assert len(set(pids)) == 3
    assert all(children_of(pid) == [] for pid in pids)
    run(written("1 / 0"), variant=1, runners=runners)
    assert sorted(runner_pids(runners)) == sorted(pids)


def test_hash_seed_and_time_zone_are_those_of_the_variant(runners):
    source = "import time\n" + written(init="print(hash('x'), time.tzname)")
    logs = [unchecked(source, runners, variant=variant).log for variant in (0, 1, 2, 0)]
    assert len(set(logs)) == 3
    assert logs[0] == logs[3]


def test_both_generators_are_seeded_alike_in_every_fork(runners):
    source = "import random\nimport numpy as np\n" + written(init="print(random.random(), np.random.random())")
    spawned = run(source)
    assert spawned.log == run(source, runners=runners).log == run(source, runners=runners).log
    assert spawned.log != run(source, seed=5, runners=runners).log
    fresh = "import numpy as np\n" + written(init="print(np.random.default_rng().random())")
    assert run(fresh, runners=runners).log != run(fresh, runners=runners).log


def test_a_fork_has_no_descriptor_but_its_own(runners):
    head = "import os, sys\ndef works(fd):\n    try: return os.fstat(fd)\n    except OSError: return None\n"
    source = written(init="print([fd for fd in range(1000) if works(fd)], sys.argv[1:])", head=head)
    listed, named = unchecked(source, runners, layers=()).log.split("] [")
    assert re.findall(r"\d+", listed) == ["0", "1", "2", *sorted(re.findall(r"\d+", named), key=int)]


def test_nothing_a_run_changes_reaches_the_next(runners):
    leave = written(
        init="import numpy\nnumpy.left = 'here'\nsys.left = 'here'\nos.lseek(0, 7, 0)", head="import os, sys"
    )
    look = written(
        init="import numpy\nprint(hasattr(numpy, 'left'), hasattr(sys, 'left'), 'strategy' in old)",
        head="import sys\nold = {name for name in sys.modules if sys.modules[name].__dict__ is not globals()}",
    )
    assert isinstance(unchecked(leave, runners, layers=()), Proposal)
    assert unchecked(look, runners).log == "False False False\n"


def test_a_fork_leads_a_session_of_its_own_and_its_whole_group_is_killed(runners, tmp_path):
    new, pid = str(tmp_path / "new"), str(tmp_path / "pid")
    body = f"if os.fork() == 0:\n    open({new!r}, 'w').write(str(os.getpid()))\n"
    body += f"    os.rename({new!r}, {pid!r})\n    time.sleep(60)\n"
    body += f"while not os.path.exists({pid!r}): pass\n"
    body += "print(os.getsid(0) == os.getpid() == os.getpgid(0))\nos.kill(os.getpid(), 9)"
    failure = unchecked(written(init=body, head="import os, time"), runners, modules=("time",), layers=())
    assert isinstance(failure, RunFailure)
    assert failure.log == "True\n"
    assert wait_until(lambda: is_gone(int(Path(pid).read_text())))


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ("1 / 0", "crash", "ZeroDivisionError"),
        ("os._exit(7)", "crash", "exit code 7"),
        ("os.kill(os.getpid(), 11)", "crash", "SIGSEGV"),
        ("while True: pass", "timeout", "longer than the 1 s"),
        ("x = [0] * 10**9", "memory", "MemoryError"),
    ],
)
def test_the_end_of_a_fork_is_told_as_that_of_a_spawned_one(runners, body, kind, words):
    failure = unchecked(written(body, head="import os"), runners, limits=Limits(wall_s=1.0))
    assert isinstance(failure, RunFailure)
    assert failure.kind == kind
    assert words in failure.detail


def test_a_runner_is_replaced_after_its_runs_and_after_its_death():
    with Runners(most_runs=2) as made:
        pids = []
        for _ in range(3):
            assert isinstance(run(written(), runners=made), Proposal)
            pids += runner_pids(made)
        assert pids[0] == pids[1] != pids[2]
        assert is_gone(pids[0])
        os.kill(pids[2], signal.SIGKILL)
        while not is_gone(pids[2]):
            pass
        assert isinstance(run(written(), runners=made), Proposal)
        last = runner_pids(made)
    assert last != [pids[2]]
    assert is_gone(last[0])


def test_a_fork_does_not_outlive_its_runner():
    with Runners() as made:
        run(written(), runners=made)
        source = written(init=f"os.kill({runner_pids(made)[0]}, 9)\nwhile True: pass", head="import os")
        failure = unchecked(source, made, layers=(), limits=Limits(wall_s=20.0))
    assert isinstance(failure, RunFailure)
    assert (failure.kind, "killed" in failure.detail) == ("memory", True)


def test_a_runner_that_does_not_start_is_our_defect():
    failing = Runners(program="raise ImportError('no numpy here')")
    with failing, pytest.raises(Bug, match="the sandbox does not start: ImportError: no numpy here"):
        run(written(), runners=failing)


def test_where_nothing_can_be_forked_runs_are_spawned(monkeypatch):
    monkeypatch.setattr("bgagent.sandbox.host.can_fork", lambda: False)
    with Runners() as made:
        assert isinstance(propose(written(), make_bars(), first=FIRST, account=ACCOUNT, runners=made), Proposal)
        assert made._runners == {}


def test_runners_prepared_ahead_are_the_ones_used():
    with Runners() as made:
        prepare(made, seed=3, variants=(0, 1))
        pids = runner_pids(made)
        assert len(pids) == 2
        for variant in (0, 1):
            assert isinstance(run(written(), seed=3, variant=variant, runners=made), Proposal)
        assert sorted(runner_pids(made)) == sorted(pids)


def test_a_machine_that_cannot_start_a_process_is_told_of(monkeypatch):
    monkeypatch.setattr("bgagent.sandbox.runners.INTERPRETER", ("/nowhere/python",))
    with Runners() as made, pytest.raises(MachineUnfit, match="cannot be started: No such file"):
        prepare(made, seed=0, variants=(0,))
