"""Strategy source x bars -> proposed orders, or why there are none."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from bgagent.artifacts.attempts import RunFailure
from bgagent.bars import Bars
from bgagent.engine.plan import Account
from bgagent.errors import MachineUnfit
from bgagent.sandbox import child, kernel
from bgagent.sandbox.conversation import Proposal, Task, begin, converse
from bgagent.sandbox.isolation import LAYERS, Isolation, may_run, stamp
from bgagent.sandbox.limits import Limits
from bgagent.sandbox.process import ConfinedProcess
from bgagent.sandbox.runners import Runners, can_fork
from bgagent.sandbox.started import program_of, spawner
from bgagent.sandbox.static_check import check_source

_PROGRAM = program_of(child.__name__)
_TIME_ZONES = ("UTC0", "EAST-13:45", "WEST+11")
_HASH_SEEDS = 2**32


def propose(
    source: str,
    bars: Bars | Sequence[Bars],
    *,
    first: int,
    account: Account,
    watched: Sequence[Bars] = (),
    blocks: Sequence[int] | None = None,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    seed: int = 0,
    variant: int = 0,
    producer: str = "model",
    allow_weak: bool = False,
    runners: Runners | None = None,
) -> Proposal | RunFailure:
    """Runs strategy source in a sealed process of its own over `bars` and gives the orders it decided on.

    bars: of one symbol traded alone, or of several that share the account, in the order of their indices. watched: of
    others, which it may read. first: index of the window's first bar; of several symbols, on their timeline (`join`),
    as all indices of bars are then. blocks: bars after which no later bar is sent until all orders decided so far have
    arrived; None: after every bar. The window's first bar always waits for the orders placed before it.
    seed: for the global random generators. variant: another one gives the process another hash seed and time zone.
    producer, allow_weak: see `may_run`; a refusal is a failure of kind `isolation`, and the source is never sent.
    runners: forks the process from one that has imported everything, where the system can; None: a new interpreter.
    Raises ValueError when there is no bar `first`, MachineUnfit when no process can be started, and Bug when the
    sandbox itself does not work.
    """
    universe = (*((bars,) if isinstance(bars, Bars) else bars), *watched)
    checked = check_source(source, symbols=tuple(each.symbol for each in universe))
    if isinstance(checked, RunFailure):
        return checked
    task = Task(source, checked, bars, first, account, blocks=blocks, seed=seed, watched=watched)
    weak: list[str] = []

    def permits(isolation: Isolation) -> bool:
        weak.extend(stamp(producer, isolation))
        return may_run(producer, isolation, allow_weak=allow_weak)

    outcome = run_task(task, permits, limits=limits, variant=variant, runners=runners)
    return replace(outcome, isolation=(*outcome.isolation, *weak)) if isinstance(outcome, Proposal) else outcome


def run_task(
    task: Task,
    permits: Callable[[Isolation], bool],
    *,
    limits: Limits,
    variant: int = 0,
    runners: Runners | None = None,
) -> Proposal | RunFailure:
    """`propose` without the look at the source beforehand: the attack suite comes in here."""
    with _start(limits, task.seed, variant, runners) as process:
        return converse(process, task, limits, permits)


def prepare(runners: Runners, *, seed: int, variants: Sequence[int]) -> None:
    """Has runners for these variants of `propose` import already. Raises MachineUnfit as `propose` does."""
    if can_fork():
        for variant in variants:
            with _starting():
                runners.starter(_environment(seed, variant))


def probe_isolation(limits: Limits = Limits()) -> Isolation:  # noqa: B008 - frozen
    """What would hold strategy code on this machine, found by sealing a process that gets none.

    Raises MachineUnfit and Bug as `propose` does.
    """
    with _start(limits, 0, 0, None) as process:
        isolation = begin(process, limits, LAYERS, None)
    if isinstance(isolation, RunFailure):
        raise MachineUnfit(f"the sandbox cannot be tried: {isolation.detail}")
    return isolation


def _start(limits: Limits, seed: int, variant: int, runners: Runners | None) -> ConfinedProcess:
    """A process about to import and seal itself; this one is made undumpable, so that it cannot read our memory."""
    if sys.platform.startswith("linux"):
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    environment = _environment(seed, variant)
    with _starting():
        if runners is not None and can_fork():
            return ConfinedProcess(runners.starter(environment), limits=limits)
        return ConfinedProcess(spawner(_PROGRAM, environment), limits=limits)


@contextmanager
def _starting() -> Iterator[None]:
    """A process that cannot be started is the machine's failing."""
    try:
        yield
    except OSError as error:
        raise MachineUnfit(
            f"a process for the strategy cannot be started: {error.strerror or error}",
            hint="see ulimit -u and -n, and the free memory",
        ) from error


def _environment(seed: int, variant: int) -> dict[str, str]:
    """All that the child's environment holds. Packages are found without `site`, so no .pth file runs."""
    roots = (Path(os.__file__).parent, Path(np.__file__).parents[1], Path(__file__).parents[2])
    return {
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(str(root) for root in roots)),
        "PYTHONHASHSEED": str((seed + 7919 * variant + 1) % _HASH_SEEDS),
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        "LC_ALL": "C.UTF-8",
        "TZ": _TIME_ZONES[variant % len(_TIME_ZONES)],
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
