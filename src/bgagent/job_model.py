"""The language model of one job: chosen, connected and paid for when it is first asked, and not before."""

from collections.abc import Callable
from typing import Protocol

from bgagent.artifacts.request import Request
from bgagent.artifacts.spec import Understood
from bgagent.jobs.redaction import Redactor
from bgagent.language.read import Defaults
from bgagent.settings import Settings
from bgagent.story import ModelUse, Story


class OnEvent(Protocol):
    """Where calls to the model are told."""

    def __call__(self, level: str, event: str, /, **fields: object) -> None:
        """A line of the log."""


class JobModel:
    """What the settings say of a model, made usable. Close it when the job has ended."""

    def __init__(self, request: Request, settings: Settings, on_event: OnEvent, story: Story) -> None:
        self._request = request
        self._settings = settings
        self._on_event = on_event
        self._story = story
        self._close: Callable[[], None] | None = None

    def reader(self, defaults: Defaults) -> Callable[[str], Understood] | None:
        """Reads a sentence with the model; None when none is configured.

        Reading raises BadUse for a model that cannot be used, NeedsClarification, ModelUnavailable and LimitReached.
        """
        if self._request.model is None:
            return None
        return lambda sentence: self._read(sentence, defaults)

    def close(self) -> None:
        """Ends the connection, if there was one, and notes what was used."""
        if self._close is not None:
            self._close()
            self._close = None

    def _read(self, sentence: str, defaults: Defaults) -> Understood:
        from bgagent.llm.budget import Allowance, Budget  # noqa: PLC0415 - only a job with a model needs it
        from bgagent.llm.choice import choose_model  # noqa: PLC0415
        from bgagent.llm.session import open_client  # noqa: PLC0415
        from bgagent.understanding.model_reader import read_with_model  # noqa: PLC0415

        choice = choose_model(
            self._request.model or "", base_url=self._settings.llm_base_url, secrets=self._settings.secrets
        )
        self._on_event("info", "model", resolved=str(choice))
        client = open_client(
            budget=Budget(
                Allowance.of(calls=self._settings.model_calls, usd=self._settings.budget_usd), time_left=self._time_left
            ),
            redact=Redactor(self._settings.secrets.values()),
            on_event=self._on_event,
        )

        def close() -> None:
            spent = client.spent
            self._story.model = ModelUse(str(choice), spent.calls, spent.tokens_in, spent.tokens_out, spent.cost_usd)
            client.close()

        self._close = close
        return read_with_model(sentence, model=client.model(choice), now=self._request.as_of, defaults=defaults)

    def _time_left(self) -> float:
        return max(0.0, self._request.timeout_s - self._story.seconds())
