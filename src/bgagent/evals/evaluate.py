"""One evaluation from its choices to its files."""

import platform
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from time import monotonic

import bgagent
from bgagent.errors import BadUse, MachineUnfit
from bgagent.evals.arms import run_case
from bgagent.evals.page import page_of
from bgagent.evals.results import VERSION, CaseResult, Evaluation
from bgagent.evals.running import AGENT, ARMS, INTERACTIVE, Terms, applicable, cores, run_cases
from bgagent.evals.suite import Suite
from bgagent.evals.suite_files import built_in, read_suite
from bgagent.local_processes import LocalProcesses
from bgagent.reporting.write import write_json, write_text
from bgagent.settings import resolve

Told = Callable[[CaseResult, int], None]


@dataclass(frozen=True, slots=True)
class Choice:
    """What is evaluated, and how; None: the suite's own, or the setting's. answer_s: a person's, assumed."""

    suite: Path | None = None
    arm: str = AGENT
    data: str | None = None
    as_of: str | None = None
    model: str | None = None
    reader: str = "auto"
    timeout: float | None = None
    max_iters: int | None = None
    at_once: int | None = None
    only: str | None = None
    limit: int | None = None
    answer_s: float = 0.0
    record: Path | None = None
    replay: Path | None = None


def evaluate(
    choice: Choice,
    *,
    root: Path,
    environment: Mapping[str, str],
    on_result: Told = lambda *_: None,
    executor: Executor | None = None,
) -> Evaluation:
    """The suite run and marked. root: the project's folder; the jobs get one of their own below the cache's.

    on_result: told of each case as it ends, and how many there are. executor: processes of this machine by default.
    Raises BadUse for what cannot be used.
    """
    suite = _chosen(choice)
    settings = resolve(environment, overrides={"as_of": choice.as_of or suite.as_of, "llm_model": choice.model})
    began = datetime.now(UTC)
    cache = (root / settings.cache_dir).absolute()
    jobs = _new_folder(cache / "eval", f"bg_eval_{began:%Y-%m-%dT%H%M%SZ}")
    if choice.record:
        choice.record.mkdir(parents=True, exist_ok=True)
    data = choice.data or suite.data or settings.data
    at_once = choice.at_once or cores()
    terms = Terms(
        arm=choice.arm,
        root=jobs,
        environment={**_absolute(environment, root, cache), "NLBT_MAX_RUNNING": str(at_once)},
        prefix=f"{jobs.name.removeprefix('bg_')}-",
        data=_absolute_path(data, root),
        as_of=choice.as_of or suite.as_of,
        reader=choice.reader,
        model=choice.model,
        timeout=choice.timeout,
        max_iters=choice.max_iters,
        record=choice.record.absolute() if choice.record else None,
        replay=choice.replay.absolute() if choice.replay else None,
    )
    total = len(suite.cases)
    pool = executor or LocalProcesses(min(at_once, total))
    clock = monotonic()
    try:
        results = run_cases(suite.cases, pool, terms, run=run_case, on_result=lambda result: on_result(result, total))
    finally:
        if executor is None:
            pool.shutdown()
    return Evaluation(
        version=VERSION,
        name=jobs.name,
        suite=suite.title,
        arm=choice.arm,
        began_at=began.isoformat(timespec="seconds"),
        data=data,
        as_of=choice.as_of or suite.as_of or began.isoformat(timespec="seconds"),
        model=settings.llm_model or "" if choice.reader != "embedded" else "",
        at_once=at_once,
        answer_s=choice.answer_s,
        seconds=round(monotonic() - clock, 2),
        machine=_machine(),
        cases=tuple(results),
        remarks=_remarks(suite, terms, choice, jobs),
    )


def write_evaluation(found: Evaluation, reports: Path, baseline: Evaluation | None = None) -> tuple[Path, Path]:
    """Markdown and JSON under the evaluation's name; their paths. Raises MachineUnfit."""
    markdown, facts = reports / f"{found.name}.md", reports / f"{found.name}.json"
    write_json(facts, found)
    write_text(markdown, page_of(found, baseline))
    return markdown, facts


def _chosen(choice: Choice) -> Suite:
    if choice.arm not in ARMS:
        raise BadUse(f"there is no arm '{choice.arm}'", hint=f"use one of {', '.join(ARMS)}")
    if choice.answer_s and choice.arm != INTERACTIVE:
        raise BadUse(
            "--answer-s is what a person takes, and only the interactive arm asks one", hint="--arm interactive"
        )
    _refuse_unusable_exchanges(choice)
    suite = read_suite(choice.suite) if choice.suite else built_in()
    cases = [case for case in suite.cases if not choice.only or choice.only in case.id or choice.only in case.family]
    if not cases:
        raise BadUse(f"no case has '{choice.only}' in its id or family")
    return replace(suite, cases=tuple(cases[: choice.limit]))


def _new_folder(parent: Path, name: str) -> Path:
    """A folder of that name, or with a number behind it where another run of the same second has taken it."""
    for number in count(1):
        folder = parent / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise MachineUnfit.from_os_error(error, folder) from error
        return folder
    raise AssertionError("numbers do not end")


def _refuse_unusable_exchanges(choice: Choice) -> None:
    if (choice.record or choice.replay) and choice.arm != AGENT:
        raise BadUse(f"the {choice.arm} arm neither records nor replays", hint=f"use --arm {AGENT}")
    if choice.record and choice.replay:
        raise BadUse("--record and --replay exclude each other", hint="leave one of them out")
    if choice.replay and not choice.replay.is_dir():
        raise BadUse(f"there is no folder {choice.replay}", hint="name one made by nlbt eval --record")


def _remarks(suite: Suite, terms: Terms, choice: Choice, jobs: Path) -> tuple[str, ...]:
    idle = [case.id for case in suite.cases if case.answers and not applicable(case, terms)]
    remarks = [f"The jobs are in {jobs}."]
    if idle:
        remarks.append(
            f"The known answers of {len(idle)} cases are for other prices than these and were left aside: "
            f"{', '.join(idle[:3])}{' ...' if len(idle) > 3 else ''}."
        )
    if choice.arm == INTERACTIVE:
        remarks.append(f"A person is assumed to take {choice.answer_s:g} s for an answer; the times leave that out.")
    return tuple(remarks)


def _machine() -> dict[str, str]:
    return {
        "bgagent": bgagent.__version__,
        "python": platform.python_version(),
        "system": platform.system(),
        "cores": str(cores()),
    }


def _absolute(environment: Mapping[str, str], root: Path, cache: Path) -> dict[str, str]:
    """Settings that name folders, as the jobs see them from their own."""
    changed = {**environment, "CACHE_DIR": str(cache)}
    directories = environment.get("NLBT_DATA_DIR", "").strip()
    if directories:
        changed["NLBT_DATA_DIR"] = _absolute_path(directories, root)
    source = environment.get("NLBT_DATA", "").strip()
    if source:
        changed["NLBT_DATA"] = _absolute_path(source, root)
    return changed


def _absolute_path(source: str, root: Path) -> str:
    """A source of prices: directories become absolute, names stay."""
    parts = [root / Path(part).expanduser() for part in source.split(":") if part]
    is_path = parts and all(part.is_dir() for part in parts)
    return ":".join(str(part.resolve()) for part in parts) if is_path else source
