"""The language model of one job: chosen, connected and paid for when it is first asked, and not before."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bgagent.artifacts.attempts import Check, StrategySource
from bgagent.artifacts.report import Report
from bgagent.artifacts.request import Request
from bgagent.artifacts.spec import Understood
from bgagent.errors import BadUse, LimitReached, ModelUnavailable, NeedsModel
from bgagent.implementation.trial import Trial
from bgagent.jobs.redaction import Redactor
from bgagent.language.read import Defaults
from bgagent.settings import Settings
from bgagent.story import ModelUse, Story

if TYPE_CHECKING:
    from bgagent.implementation.loop import Producer
    from bgagent.llm.call import Model
    from bgagent.llm.choice import ModelChoice
    from bgagent.llm.client import Client


class OnEvent(Protocol):
    """Where calls to the model are told."""

    def __call__(self, level: str, event: str, /, **fields: object) -> None:
        """A line of the log."""


class JobModel:
    """What the settings say of models, made usable. Close it when the job has ended.

    One model reads, judges and tells; one writes code, the same where no other is named. Both share one budget.
    """

    def __init__(self, request: Request, settings: Settings, on_event: OnEvent, story: Story) -> None:
        self._request = request
        self._settings = settings
        self._on_event = on_event
        self._story = story
        self._client: Client | None = None
        self._choices: dict[str, ModelChoice] = {}

    def begin(self) -> None:
        """Makes the file that is recorded to, if one is wanted, so that there is one also when no model is asked.

        Raises MachineUnfit when it cannot be written.
        """
        if self._request.record:
            self._opened()

    def reader(self, defaults: Defaults) -> Callable[[str], Understood] | None:
        """Reads a sentence with the model; None when none is configured.

        Reading raises BadUse for a model that cannot be used, NeedsClarification, ModelUnavailable and LimitReached.
        """
        if self._request.model is None:
            return None
        return lambda sentence: self._read(sentence, defaults)

    def producer(self, understood: Understood, earlier: Sequence[StrategySource]) -> "Producer":
        """Writes the code of plans for code. earlier: the last sources of a job that is taken up.

        Raises NeedsModel when no model is configured, BadUse and ModelUnavailable when it cannot be asked.
        """
        from bgagent.implementation.model_producer import ModelProducer  # noqa: PLC0415 - only a job with a model

        model = self._model(self._settings.llm_code_model or self._request.model, "writer")
        return ModelProducer(model, sentence=self._request.prompt, clauses=understood.clauses, earlier=earlier)

    def judge(self, understood: Understood) -> Callable[[tuple[Trial, ...]], tuple[Check, ...]]:
        """Holds code that a model wrote against the sentence, one call each; code of the template's needs none."""

        def judged(trials: tuple[Trial, ...]) -> tuple[Check, ...]:
            return tuple(self._opinion(trial, understood) for trial in trials if trial.source.producer == "model")

        return judged

    def narrated(self, report: Report) -> Report:
        """The report told in prose where that is wanted; what cannot be told, or holds other figures, is left out."""
        if not self._request.narrate or not report.runs:
            return report
        from bgagent.reporting.narrative import narrate  # noqa: PLC0415 - only a job with a model

        try:
            told = narrate(report, self._model(self._request.model, "reader"))
        except (BadUse, NeedsModel, ModelUnavailable, LimitReached) as error:
            self._on_event("warning", "not_narrated", why=error.message, hint=error.hint)
            return report
        for paragraph, figures in told.dropped:
            self._on_event("warning", "paragraph_dropped", figures=list(figures), text=paragraph)
        return replace(report, narrative=told.paragraphs)

    def close(self) -> None:
        """Ends the connection, if there was one."""
        if self._client is not None:
            self._client.close()

    def _read(self, sentence: str, defaults: Defaults) -> Understood:
        from bgagent.understanding.model_reader import read_with_model  # noqa: PLC0415 - only a job with a model

        model = self._model(self._request.model, "reader")
        return read_with_model(sentence, model=model, now=self._request.as_of, defaults=defaults)

    def _opinion(self, trial: Trial, understood: Understood) -> Check:
        from bgagent.implementation.opinion import ask_opinion  # noqa: PLC0415 - only a job with a model

        return ask_opinion(
            self._model(self._request.model, "reader"),
            sentence=self._request.prompt,
            clauses=understood.clauses,
            source=trial.source,
            plan=trial.plan,
            assumptions=understood.assumptions,
        )

    def _model(self, written: str | None, role: str) -> "Model":
        """The model of a role, connected to when it is asked. Raises NeedsModel, BadUse and ModelUnavailable."""
        if written is None:
            raise NeedsModel((), hint="this strategy needs code, which a language model writes: set LLM_MODEL")
        if role not in self._choices:
            self._choices[role] = self._choice(written, role)
            self._on_event("info", "model", role=role, resolved=str(self._choices[role]))
        return self._opened().model(self._choices[role])

    def _choice(self, written: str, role: str) -> "ModelChoice":
        from bgagent.llm.choice import choose_model, recorded_choice  # noqa: PLC0415 - only a job with a model
        from bgagent.llm.recording import recorded_about  # noqa: PLC0415 - as above

        if self._request.replay:
            known = recorded_choice(recorded_about(Path(self._request.replay)), role)
            if known is not None:
                return known
        return choose_model(written, base_url=self._settings.llm_base_url, secrets=self._settings.secrets)

    def _opened(self) -> "Client":
        if self._client is None:
            from bgagent.llm.budget import Allowance, Budget  # noqa: PLC0415 - only a job with a model needs it
            from bgagent.llm.prices import Price  # noqa: PLC0415 - as above
            from bgagent.llm.session import open_client  # noqa: PLC0415 - as above

            settings = self._settings
            self._client = open_client(
                budget=Budget(
                    Allowance.of(calls=settings.model_calls, usd=settings.budget_usd, tokens=settings.budget_tokens),
                    time_left=self._time_left,
                ),
                redact=Redactor(settings.secrets.values()),
                record=Path(self._request.record) if self._request.record else None,
                replay=Path(self._request.replay) if self._request.replay else None,
                about=self._about(),
                on_event=self._told,
                price=None if settings.llm_price is None else Price(*settings.llm_price),
            )
        return self._client

    def _about(self) -> dict[str, str]:
        """What a recording has to say so that the same questions can be asked of it."""
        from bgagent.llm.choice import choose_model, described  # noqa: PLC0415 - only a job with a model

        if not self._request.record:
            return {}
        said = {"as_of": self._request.as_of.isoformat(), "model": self._request.model or ""}
        for role, written in (("reader", self._request.model), ("writer", self._settings.llm_code_model)):
            with suppress(BadUse, ModelUnavailable):  # a model that cannot be asked is named when it is asked
                if written:
                    base_url, secrets = self._settings.llm_base_url, self._settings.secrets
                    said[role] = described(choose_model(written, base_url=base_url, secrets=secrets))
        return said

    def _told(self, level: str, event: str, /, **fields: object) -> None:
        """A line of the log, and what was spent until now into the story."""
        if self._client is not None:
            names = ", ".join(dict.fromkeys(str(choice) for choice in self._choices.values()))
            self._story.model = ModelUse(names, **asdict(self._client.spent))
        self._on_event(level, event, **fields)

    def _time_left(self) -> float:
        return max(0.0, self._request.timeout_s - self._story.seconds())
