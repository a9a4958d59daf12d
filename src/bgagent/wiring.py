"""Settings and a request made into the tools of the pipeline: the one place where the parts meet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bgagent.artifacts.attempts import Attempt, RunFailure, StrategySource
from bgagent.artifacts.code_plan import CodePlan
from bgagent.artifacts.report import DataRow, Report
from bgagent.artifacts.request import Request
from bgagent.artifacts.spec import RunSpec, StrategySpec, Understood
from bgagent.data.series import Series
from bgagent.engine.other_symbols import words_of
from bgagent.engine.plan import Costs
from bgagent.engine.rules import RuleError, parse, parse_calendar, parse_condition
from bgagent.errors import BgAgentError, Bug, NeedsClarification, NoAcceptableStrategy
from bgagent.finishing import finished
from bgagent.implementation.evidence import with_evidence
from bgagent.implementation.loop import Implementation, implement
from bgagent.implementation.producers import ProducerByPlan
from bgagent.implementation.trial import Trial
from bgagent.implementation.trying import Stage, try_source
from bgagent.job_model import JobModel
from bgagent.kept import KeptProducer, kept_attempts, kept_opinion, kept_understood, with_other_bars
from bgagent.language.read import Defaults, Reading
from bgagent.loading import load_all
from bgagent.pipeline import Recorder, Tools, run
from bgagent.reporting.compose import compose, with_time_to_report
from bgagent.reporting.files import write_attempts, write_report
from bgagent.reporting.runs import curve_of
from bgagent.reporting.write import write_json
from bgagent.sandbox.conversation import Proposal
from bgagent.sandbox.host import prepare, propose
from bgagent.sandbox.host import probe_isolation as try_isolation
from bgagent.sandbox.isolation import may_run
from bgagent.sandbox.limits import Limits
from bgagent.sandbox.runners import Runners
from bgagent.settings import Settings
from bgagent.story import Story, report_failure
from bgagent.understanding.understand import understand

DEAREST_BPS = 1000.0


@dataclass(frozen=True, slots=True)
class Method:
    """How strategies are made: the loop of attempts, and what is tried of each source."""

    loop: Callable[..., Implementation] = implement
    try_source: Callable[..., Trial] = try_source


THOROUGH = Method()


class _Watched:
    """The job's recorder, with the time of each phase kept for the report."""

    def __init__(self, record: Recorder, story: Story) -> None:
        self._record = record
        self._story = story

    def phase(self, name: str) -> None:
        self._story.enter(name)
        self._record.phase(name)

    def event(self, level: str, event: str, /, **fields: object) -> None:
        self._record.event(level, event, **fields)

    def attempt(self, number: int) -> None:
        self._record.attempt(number)


def run_request(
    request: Request, settings: Settings, reports: Path, record: Recorder, *, method: Method = THOROUGH
) -> Report:
    """One request to its report, written to `reports`, whether it came to a result or not.

    An error of the tree becomes a report of the failure; anything else comes through. method: another one than a job's
    own, to be measured against it.
    """
    story = Story()
    watched = _Watched(record, story)
    model = JobModel(request, settings, watched.event, story)
    try:
        report = run(request, _tools(request, settings, reports, watched, story, model, method), watched)
    except BgAgentError as error:
        return report_failure(request, error, reports, story)
    finally:
        model.close()
    record.event(
        "info", "verdict", verdict=report.verdict, reasons=list(report.verdict_reasons), exit_code=report.exit_code
    )
    return report


def _tools(
    request: Request,
    settings: Settings,
    reports: Path,
    record: _Watched,
    story: Story,
    model: JobModel,
    method: Method,
) -> Tools:
    folder = reports / request.job_id

    def keep(name: str, artifact: object) -> None:
        write_json(folder / f"{name}.json", artifact)

    def load(spec: StrategySpec) -> Mapping[str, Series]:
        series = _load(spec, request, settings, record, story)
        keep("data", story.data)
        if request.resumes and (others := with_other_bars(reports / request.resumes, story.data)):
            record.event("warning", "resumed_on_other_bars", job=request.resumes, symbols=others)
        return series

    return Tools(
        understand=lambda asked: _understand(asked, settings, reports, record, story, model),
        load=load,
        implement=lambda spec, series: _implement(
            spec, series, request, settings, reports, record, story, model, method
        ),
        report=lambda asked, understood, series, done: _report(asked, understood, series, done, reports, story, model),
        keep=keep,
    )


def _understand(
    request: Request, settings: Settings, reports: Path, record: _Watched, story: Story, model: JobModel
) -> Understood:
    defaults = Defaults(costs=Costs(slippage_bps=settings.slippage_bps, commission_bps=settings.commission_bps))

    def told(reading: Reading) -> None:
        story.clauses, story.assumptions = reading.clauses, reading.assumptions

    model.begin()
    earlier = kept_understood(reports / request.resumes) if request.resumes else None
    if earlier is not None:
        record.event("info", "resumed", job=request.resumes)
        write_attempts(kept_attempts(reports / request.resumes), reports / request.job_id / "attempts")
        understood = earlier
    else:
        understood = _read(request, defaults, model, told)
    story.understood = understood
    record.event("info", "understood", summary=understood.spec.summary, reader=understood.spec.reader)
    for clause in understood.clauses:
        record.event(
            "info", "clause", text=clause.text, status=clause.status.value, field=clause.field, value=clause.value
        )
    for assumption in understood.assumptions:
        record.event("info", "assumption", field=assumption.field, value=assumption.value, why=assumption.why)
    return understood


def _read(request: Request, defaults: Defaults, model: JobModel, told: Callable[[Reading], None]) -> Understood:
    """The sentence as a spec that can be run. Raises NeedsClarification for rules that the engine does not take."""
    try:
        understood = understand(request, defaults=defaults, read_by_model=model.reader(defaults), on_reading=told)
        _refuse_what_cannot_run(understood.spec)
    except RuleError as error:
        asked = f"One of the rules cannot be tested: {error}. What should it be?"
        raise NeedsClarification(asked, questions=(asked,)) from error
    return understood


def _refuse_what_cannot_run(spec: StrategySpec) -> None:
    """Costs that leave nothing to trade with: NeedsClarification. Rules that the engine does not take: RuleError."""
    for plan in (run_spec.plan for run_spec in spec.runs):
        words = words_of(plan.needed_symbols)
        for text in plan.conditions:
            parse_condition(text, words)
        for text in plan.scores:
            parse(text, words)
        for text in plan.calendars:
            parse_calendar(text)
    dearest = max(spec.costs.slippage_bps, spec.costs.commission_bps)
    if dearest > DEAREST_BPS:
        asked = f"Costs of {dearest:g} bps a fill take the whole price within a few trades. What should they be?"
        raise NeedsClarification(asked, questions=(asked,), hint=f"at most {DEAREST_BPS:g} bps are tested")


def _load(
    spec: StrategySpec, request: Request, settings: Settings, record: _Watched, story: Story
) -> Mapping[str, Series]:
    def told(row: DataRow, *, is_doubtful: bool) -> None:
        story.data = (*(known for known in story.data if known.symbol != row.symbol), row)
        record.event(
            "warning" if row.synthetic or is_doubtful else "info",
            "SYNTHETIC data" if row.synthetic else "data",
            symbol=row.symbol,
            provider=row.provider,
            source=row.source,
            first=row.first,
            last=row.last,
            bars=row.bars,
            warmup_bars=row.warmup_bars,
            sha256=row.sha256,
            warnings=[*row.rejections, *row.warnings],
        )

    return load_all(spec, request, settings, began=story.began, on_loaded=told)


def _implement(
    spec: StrategySpec,
    series: Mapping[str, Series],
    request: Request,
    settings: Settings,
    reports: Path,
    record: _Watched,
    story: Story,
    model: JobModel,
    method: Method,
) -> Implementation:
    earlier = kept_attempts(reports / request.job_id)  # of the job that is taken up
    limits = Limits(wall_s=settings.sandbox_timeout_s, memory_mb=settings.sandbox_memory_mb)

    def proposed(
        source: StrategySource, stage: Stage, blocks: Sequence[int] | None, variant: int
    ) -> Proposal | RunFailure:
        return propose(
            source.text,
            stage.bars,
            first=stage.first,
            watched=stage.watched,
            account=spec.account,
            blocks=blocks,
            limits=limits,
            seed=request.seed,
            variant=variant,
            producer=source.producer,
            allow_weak=settings.allow_weak_isolation,
            runners=runners,
        )

    def tried(asked: StrategySpec, run_spec: RunSpec, loaded: Mapping[str, Series], source: StrategySource) -> Trial:
        trial = method.try_source(asked, run_spec, loaded, source, propose=proposed)
        if not story.isolation and trial.isolation:
            story.isolation = trial.isolation
            record.event("info", "isolation", layers=list(trial.isolation))
        if trial.log:
            record.event("info", "printed", run=run_spec.label, text=trial.log)
        return trial

    def judged(attempt: Attempt, seconds: float) -> None:
        story.attempts.append(attempt)
        write_attempts([attempt], reports / request.job_id / "attempts")
        critique = attempt.critique
        record.event(
            "info" if critique.is_acceptable else "warning",
            "judged",
            attempt=attempt.number,
            accepted=critique.is_acceptable,
            findings=[f"{check.id}: {check.detail}" for check in critique.findings],
            checks={check.id: check.status.value for check in critique.checks},
            seconds=round(seconds, 3),
        )

    with Runners() as runners:
        prepare(runners, seed=request.seed, variants=(0, 1))  # those every source is run with
        done = method.loop(
            spec,
            series,
            producer=KeptProducer(earlier, _producer(spec, settings, story, model, earlier)),
            try_source=tried,
            max_iters=request.max_iters,
            on_attempt_begins=record.attempt,
            on_attempt=judged,
            judge=kept_opinion(earlier, model.judge(_understood_of(story))),
        )
    if not done.is_accepted:
        findings = "; ".join(f"{check.id}: {check.detail}" for check in done.critique.findings)
        raise NoAcceptableStrategy(f"no strategy passed the checks ({done.ended}): {findings}")
    return done


def _producer(
    spec: StrategySpec, settings: Settings, story: Story, model: JobModel, earlier: Sequence[Attempt]
) -> ProducerByPlan:
    """Who writes the sources. Raises NeedsModel for code without a model, NoAcceptableStrategy where it may not run."""
    if not any(isinstance(run_spec.plan, CodePlan) for run_spec in spec.runs):
        return ProducerByPlan(None)
    isolation = try_isolation()
    if not may_run("model", isolation, allow_weak=settings.allow_weak_isolation):
        raise NoAcceptableStrategy(  # before a model is paid for it
            f"code that a model writes is not run here: {isolation.weakness}",
            hint="see nlbt doctor, or allow it with NLBT_ALLOW_WEAK_ISOLATION=1",
        )
    last = earlier[-1].sources if earlier else ()
    return ProducerByPlan(model.producer(_understood_of(story), last))


def _understood_of(story: Story) -> Understood:
    if story.understood is None:
        raise Bug("a strategy is written before its sentence is understood")
    return story.understood


def _report(
    request: Request,
    understood: Understood,
    series: Mapping[str, Series],
    done: Implementation,
    reports: Path,
    story: Story,
    model: JobModel,
) -> Report:
    spec = understood.spec
    trials = done.trials
    runs = tuple(finished(trial, series, spec) for trial in trials)
    report = compose(
        request,
        with_evidence(understood, trials),
        runs=runs,
        data=story.data,
        checks=done.critique.checks,
        attempts=done.attempts,
        telemetry=story.telemetry(request),
    )
    if request.narrate:
        report = replace(model.narrated(report), telemetry=story.telemetry(request))
    report = with_time_to_report(report, story.seconds())
    write_report(report, reports, request=request, curves=[curve_of(one) for one in runs], attempts=done.attempts)
    return report


def probe_isolation() -> tuple[str, ...]:
    """The layers that hold strategy code on this machine, then those missing, found by sealing a process without any.

    Raises MachineUnfit or Bug when the sandbox does not work here.
    """
    return try_isolation().lines()
