"""Strategies in the sandbox, honest and broken: their orders, or why there are none."""

import os
import re
from dataclasses import replace

import numpy as np
import pytest

from bgagent.artifacts.attempts import RunFailure
from bgagent.engine.backtest import replay, run_strategy
from bgagent.engine.orders import ORDER_DTYPE
from bgagent.errors import Bug
from bgagent.sandbox.conversation import Proposal, Task
from bgagent.sandbox.host import probe_isolation, propose, run_task
from bgagent.sandbox.isolation import LAYERS, may_run
from bgagent.sandbox.limits import Limits
from bgagent.sandbox.static_check import Checked
from tests.sandbox.runs import ACCOUNT, FIRST, make_bars, run, run_unchecked, written

CROSSOVER = """
from bgagent.engine.strategy import Strategy, crossed_above, crossed_below


class Crossover(Strategy):
    def init(self):
        self.fast = self.indicator("sma(close, 3)")
        self.slow = self.indicator("sma(close, 8)")
        self.month_begins = self.calendar("first_of_month")

    def on_start(self):
        print("starts after", self.session, "on", self.next_session)
        self.buy(stop_loss=0.05)

    def on_bar(self):
        if self.position.is_open and (crossed_below(self.fast, self.slow) or self.month_begins):
            self.exit()
        elif self.position.is_flat and crossed_above(self.fast, self.slow):
            self.buy(0.5, limit=self.close[-1] * 0.999, good_for_bars=2)
"""


def in_this_process(source: str):
    namespace: dict[str, object] = {}
    exec(source, namespace)
    return namespace["Crossover"]


def accepted(outcome: Proposal | RunFailure) -> Proposal:
    assert isinstance(outcome, Proposal), outcome
    return outcome


def failed(outcome: Proposal | RunFailure) -> RunFailure:
    assert isinstance(outcome, RunFailure), outcome
    assert "\n" not in outcome.detail
    return outcome


@pytest.mark.parametrize(("blocks", "committed"), [(None, 90), ((), 1), ((FIRST + 10, FIRST + 50), 3)])
def test_the_sandbox_decides_what_the_engine_decides(blocks, committed):
    bars = make_bars(120)
    proposal = accepted(propose(CROSSOVER, bars, first=FIRST, account=ACCOUNT, blocks=blocks))
    trusted = run_strategy(in_this_process(CROSSOVER), bars, first=FIRST, account=ACCOUNT)
    assert len(trusted.orders) > 5
    assert proposal.orders.tobytes() == trusted.orders.tobytes()
    assert proposal.committed_bars == committed
    replayed = replay(proposal.orders, bars, first=FIRST, account=ACCOUNT)
    assert replayed.final_equity == trusted.final_equity
    assert f"starts after {bars.sessions[FIRST - 1]} on {bars.sessions[FIRST]}" in proposal.log


def test_the_accounts_terms_hold_in_the_sandbox():
    bars, terms = make_bars(60), replace(ACCOUNT, leverage=2.0, cash_interest=0.05)
    source = CROSSOVER.replace("self.buy(stop_loss=0.05)", "self.buy(1.5)").replace(
        "0.5, limit", "self.equity / 1e6, limit"
    )
    proposal = accepted(propose(source, bars, first=FIRST, account=terms))
    trusted = run_strategy(in_this_process(source), bars, first=FIRST, account=terms)
    assert proposal.orders.tobytes() == trusted.orders.tobytes()
    assert trusted.cash.min() < 0


def test_a_window_without_warm_up_runs():
    bars = make_bars(40)
    source = written(
        "self.buy() if self.due and self.position.is_flat else None", init='self.due = self.calendar("weekday == 0")'
    )
    proposal = accepted(propose(source, bars, first=0, account=ACCOUNT))
    trusted = bars.sessions[1:].astype("datetime64[D]").astype(int)
    mondays = np.flatnonzero((trusted + 3) % 7 == 0)
    assert proposal.orders["decided_on"][0] == mondays[0]


def test_orders_before_the_window_are_decided_before_its_first_bar():
    proposal = accepted(run(written(on_start="self.buy()")))
    assert proposal.orders["decided_on"].tolist() == [FIRST - 1]


PEEK = """
known = self._desk.feed._prices[:, self._desk.feed.count:]
print("later:", int((known == known).sum()))
"""


@pytest.mark.parametrize(("blocks", "all_there"), [(None, False), ((), True)])
def test_later_bars_are_not_in_its_memory(blocks, all_there):
    log = accepted(run_unchecked(written(PEEK), blocks=blocks)).log
    later = [int(count) for count in re.findall(r"later: (\d+)", log)]
    assert len(later) == 30
    assert (max(later) > 0) is all_there


@pytest.mark.parametrize(
    ("source", "kind", "words"),
    [
        (written("x = 1\nself.close[-1] / 0"), "crash", "line 10, in on_bar: ZeroDivisionError"),
        (written("self.buy(size=-1)"), "crash", "line 9, in on_bar: OrderError: a size is a fraction"),
        (written(head="import numpy.linalg\nx = [][1]"), "crash", "line 2, in <module>: IndexError"),
        (written("raise SystemExit(0)"), "crash", "SystemExit: 0"),
        (written("raise KeyboardInterrupt"), "crash", "KeyboardInterrupt"),
        (written("f = lambda n: f(n + 1)\nf(0)"), "crash", "RecursionError"),
        (written(init="self.x = self.indicator('sma(' + 'close)')"), "crash", "in init: "),
        (written(init="[self.indicator(f'sma(close, {n})') for n in range(1, 99)]"), "crash", "64 are allowed"),
        (written(init="self.indicator('sma(close, 9)' + ' ' * 2500)"), "crash", "2000 characters"),
        (written(init="self.x = self.indicator('highest(close, %d)' % 30000)"), "crash", "are allowed"),
        (written("x = [0] * 10**9"), "memory", "MemoryError"),
        (written("x = np.zeros(10**10)", head="import numpy as np"), "memory", "Unable to allocate"),
        ("import os\n" + written(), "static", "line 1: os cannot be imported"),
    ],
)
def test_a_strategy_that_fails_says_where_and_why(source, kind, words):
    failure = failed(run(source))
    assert failure.kind == kind
    assert words in failure.detail


def test_the_log_ends_with_the_way_to_the_failure():
    source = written("print('here we are')\nself.deep()", head="def below(x):\n    return 1 / x\n") + (
        "    def deep(self):\n        return below(0)\n"
    )
    assert failed(run(source)).log.splitlines() == [
        "here we are",
        "line 12, in on_bar: self.deep()",
        "line 14, in deep: return below(0)",
        "line 2, in below: return 1 / x",
        "ZeroDivisionError: division by zero",
    ]


@pytest.mark.parametrize(
    ("source", "limits", "kind", "words"),
    [
        (written("while True: pass"), Limits(wall_s=1.0), "timeout", "longer than the 1 s"),
        (written("while True: pass"), Limits(wall_s=20.0, cpu_s=1), "timeout", "1 s of processor time"),
        (written("time.sleep(60)", head="import time"), Limits(wall_s=1.0), "timeout", "longer than the 1 s"),
        (written("10 ** 10 ** 8"), Limits(wall_s=1.0), "timeout", "longer than the 1 s"),  # C code that keeps the GIL
        (written("print('x' * 10000)\n" * 9), Limits(output_flood_kb=100), "protocol", "printed more than the 100 kB"),
        (
            written("for _ in range(50): self.buy(0.01)"),
            Limits(orders_per_bar=2),
            "protocol",
            "more than the 120 orders",
        ),
        (written("x = bytearray(400 << 20)\nx[::4096] = x[::4096]"), Limits(memory_mb=300), "memory", ""),
    ],
)
def test_limits_end_the_run(source, limits, kind, words):
    failure = failed(run_unchecked(source, modules=("time",), limits=limits))
    assert failure.kind == kind
    assert words in failure.detail


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ("os._exit(0)", "crash", "ended itself with exit code 0"),
        ("os._exit(7)", "crash", "ended itself with exit code 7"),
        ("os.kill(os.getpid(), 11)", "crash", "SIGSEGV"),
        ("os.write(out, b'x' * 100)", "protocol", "no frame has the kind 120"),
        ("os.write(out, bytes([18, 255, 255, 255, 255]))", "protocol", "larger than"),
        ("os.write(out, bytes([17, 0, 0, 0, 0]))", "protocol", "answered DECLARED where ORDERS was due"),
        ("os.write(out, bytes([19, 0, 0, 0, 0]))", "protocol", "answered DONE where ORDERS was due"),
        ("os.write(out, bytes([18, 3, 0, 0, 0, 1, 2, 3]))", "protocol", "not for the bars up to 30"),
        ("os.write(out, bytes([18, 9, 0, 0, 0, 30, 0, 0, 0, 0, 0, 0, 0, 1]))", "protocol", "whole number of orders"),
        ("os.close(out)", "crash", "ended itself with exit code 1"),
        ("os.close(out)\nwhile True: pass", "protocol", "closed its answers"),
        ("os.write(out, bytes([20, 9, 0, 0, 0]) + b'timeout\\n\\x1b')", "crash", ""),
        ("os.write(out, bytes([18, 8, 0, 0, 0, 30, 0, 0, 0, 0, 0, 0, 0]) * 3)", "protocol", "bars up to"),
    ],
)
def test_answers_that_are_none_are_findings(body, kind, words):
    source = written(f"out = int(sys.argv[2])\n{body}", head="import os, sys")
    failure = failed(run_unchecked(source, limits=Limits(wall_s=3.0)))
    assert failure.kind == kind
    assert words in failure.detail


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("decided_on", "29", "as of bars 29 to 29 when shown 30 to 30"),
        ("decided_on", "31", "as of bars 31 to 31 when shown 30 to 30"),
        ("decided_on", "-(2**62)", "when shown 30 to 30"),
        ("symbol", "1", "symbol 1 of a run with 1"),
        ("action", "99", "unknown action 99"),
        ("type", "0", "unknown order type 0"),
        ("reason", "2", "reason 2 is not an order's to give"),
        ("size_value", "float('nan')", "size nan is not"),
        ("size_value", "float('inf')", "size inf is not"),
        ("size_value", "-1.0", "size -1.0 is not"),
        ("stop_loss_kind", "77", "unknown kind of stop_loss 77"),
    ],
)
def test_forged_orders_are_findings(field, value, words):
    forged = {
        "decided_on": "30",
        "action": "1",
        "type": "1",
        "reason": "1",
        "size_kind": "1",
        "size_value": "1.0",
        field: value,
    }
    assignments = "\n".join(f"    record[{name!r}] = {given}" for name, given in forged.items())
    body = f"if self.index == 30:\n    record = np.zeros(1, ORDER_DTYPE)\n{assignments}\n"
    body += "    self._desk.feed._records.append(record[0].item())"
    head = "import numpy as np\nfrom bgagent.engine.orders import ORDER_DTYPE"
    failure = failed(run_unchecked(written(body, head=head)))
    assert failure.kind == "protocol"
    assert words in failure.detail


def test_a_patched_engine_deceives_only_itself():
    rich = written("self.buy(0.1)\nprint(self.equity)", head="import bgagent.engine.kernel as kernel")
    rich = rich.replace("class S", "kernel.Book.equity = property(lambda book: 1e12)\nclass S", 1)
    outcome = run_unchecked(rich)
    if isinstance(outcome, Proposal):  # a compiled kernel cannot be patched: then it has failed
        assert replay(outcome.orders, make_bars(), first=FIRST, account=ACCOUNT).final_equity < 1e6


def test_hash_seed_and_time_zone_follow_the_variant_and_nothing_else():
    source = written(init="print(hash('x'), time.tzname, random.random(), np.random.random())")
    source = "import time, random\nimport numpy as np\n" + source
    modules = ("random", "numpy.random", "time")

    def printed(**options):
        return accepted(run_unchecked(source, modules=modules, **options)).log

    assert printed() == printed()
    assert printed() != printed(seed=1)
    bars = make_bars()
    source_checked = written("pass", init="print({'alpha', 'beta', 'gamma', 'delta', 'epsilon'})")
    logs = {propose(source_checked, bars, first=FIRST, account=ACCOUNT, variant=variant).log for variant in range(4)}
    assert len(logs) > 1


def test_the_environment_is_written_from_scratch(monkeypatch):
    monkeypatch.setenv("BGAGENT_TEST_SECRET", "swordfish")
    log = accepted(run_unchecked(written(init="print(sorted(os.environ))", head="import os"))).log
    assert "SECRET" not in log
    assert set(re.findall(r"'(\w+)'", log)) == {
        "LC_ALL", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PYTHONHASHSEED", "PYTHONPATH",
        "PYTHONUNBUFFERED", "PYTHONUTF8", "TZ",
    }  # fmt: skip


def test_no_descriptor_of_ours_is_inherited(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("swordfish")
    head = "import os, sys\ndef works(fd):\n    try: return os.fstat(fd)\n    except OSError: return None\n"
    with secret.open() as file:
        os.set_inheritable(file.fileno(), True)
        source = written(init="print([fd for fd in range(200) if works(fd)], sys.argv[1:])", head=head)
        log = accepted(run_unchecked(source, layers=())).log
    listed, named = log.split("] [")
    assert re.findall(r"\d+", listed) == ["0", "1", "2", *sorted(re.findall(r"\d+", named), key=int)]


def test_the_child_loads_neither_pandas_nor_talib_nor_the_rest_of_the_house():
    log = accepted(run_unchecked(written(init="print('\\n'.join(sys.modules))", head="import sys"))).log
    loaded = set(log.split())
    assert "numpy" in loaded
    assert not loaded & {"pandas", "talib", "msgspec", "pydantic", "subprocess", "socket", "bgagent.errors"}
    assert not [name for name in loaded if name.startswith(("bgagent.data", "bgagent.jobs", "bgagent.llm"))]


LIBRARY = """
import bisect, collections, dataclasses, datetime, enum, functools, itertools, math, operator, statistics, typing
import random
import numpy as np
from datetime import datetime as moment

@dataclasses.dataclass
class Note:
    at: float = 0.0
"""
LIBRARY_USE = """
rng = np.random.default_rng(7)
x = self.close[-20:]
print(x.mean(), x.std(ddof=1), np.polyfit(np.arange(20), x, 1), np.linalg.lstsq(np.eye(20), x, rcond=None)[0][:2])
print(np.fft.rfft(x)[:2], np.percentile(x, 30), np.median(x), np.corrcoef(x, x[::-1]), np.unique(x).size)
print(statistics.fmean(x), statistics.stdev(x.tolist()), random.random(), rng.normal(size=2), np.random.random())
print(moment.strptime("2024-02-03", "%Y-%m-%d"), self.session.isoformat(), datetime.timedelta(days=3), Note(1.0))
print(np.log(np.zeros(1)), np.convolve(x, np.ones(3))[:2], np.sort(x)[:2], collections.Counter("aab"), f"{x[0]:.3f}")
print(np.lib.stride_tricks.sliding_window_view(x, 5).mean(axis=1)[:2], np.array2string(x[:3]), np.cumsum(x)[-1])
print(np.ma.masked_invalid(x).mean())
"""


def test_what_strategies_use_works_in_a_sealed_process():
    proposal = accepted(run(written(on_start=LIBRARY_USE, head=LIBRARY)))
    assert "divide by zero" in proposal.log  # a warning is text, not an end
    assert set(LAYERS) <= set(proposal.isolation)


def test_what_it_prints_is_cleaned_and_cut():
    proposal = accepted(
        run(written(init="print('\\x1b[2J\\x1b]0;t\\x07red\\r\\n2026-01-01 level=info forged\\u202e')"))
    )
    assert proposal.log == "red\n2026-01-01 level=info forged\n"
    short = accepted(run(written("print('y' * 1000)"), limits=Limits(output_kb=1)))
    assert len(short.log) == 1024


def test_code_nobody_has_read_is_refused_without_the_filter():
    weak = tuple(layer for layer in LAYERS if layer != "seccomp")
    source = written(init="print('I ran')")

    def attempt(producer, *, allow_weak=False):
        task = Task(source, Checked("S", ()), make_bars(), FIRST, ACCOUNT, layers=weak)
        return run_task(task, lambda found: may_run(producer, found, allow_weak=allow_weak), limits=Limits(wall_s=20.0))

    refusal = failed(attempt("model"))
    assert refusal.kind == "isolation"
    assert refusal.detail.startswith("the seccomp filter is missing (not asked for)")
    assert refusal.log == ""
    assert "I ran" in accepted(attempt("template")).log
    assert "no seccomp: not asked for" in accepted(attempt("model", allow_weak=True)).isolation


def test_the_isolation_of_this_machine_can_be_asked_for():
    isolation = probe_isolation()
    assert {"rlimits", "no_new_privs", "undumpable"} <= set(isolation.active)
    if isolation.weakness:
        pytest.skip(f"this machine cannot seal a process: {isolation.weakness}")
    assert isolation.openings == ()


def test_a_sandbox_that_does_not_start_is_our_defect(monkeypatch):
    monkeypatch.setattr("bgagent.sandbox.host._PROGRAM", "raise ImportError('no numpy here')")
    with pytest.raises(Bug, match="the sandbox does not start: ImportError: no numpy here"):
        run(written())


def test_a_window_that_begins_nowhere_is_refused():
    with pytest.raises(ValueError, match="cannot begin at bar 60 of 60"):
        propose(written(), make_bars(60), first=60, account=ACCOUNT)


def test_records_are_of_fixed_size():
    assert ORDER_DTYPE.itemsize == 88
    assert not ORDER_DTYPE.hasobject
