"""The line to real servers, over pydantic-ai. Imported only when a model is asked: it takes a second.

One event loop for the life of a Connection; nothing is retried here.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from openai import AsyncOpenAI
from pydantic_ai import exceptions as errors
from pydantic_ai.direct import model_request
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    SystemPromptPart,
    TextPart,
    ToolCallPart,
    UserPromptPart,
)
from pydantic_ai.models import Model
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.models.openrouter import OpenRouterModel
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openrouter import OpenRouterProvider
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RequestUsage

from bgagent.llm.call import Answer, Failure, FailureKind, Question
from bgagent.llm.choice import ModelChoice, Protocol
from bgagent.llm.http_client import CountingClient, NoAnswer
from bgagent.llm.library_errors import kind_of, what_was_said
from bgagent.llm.prices import Price

NO_KEY = "none"  # what a server that wants no key is shown, since the libraries insist on one
_SHORT_ANSWER = 2000  # tokens, for a server that has no room for a long one


class Connection:
    """Sends questions to the servers of the models, each by the library that knows its protocol."""

    def __init__(self, *, redact: Callable[[str], str], price_of: Callable[[ModelChoice], Price | None]) -> None:
        """redact: takes secrets out of a text; servers repeat keys in their errors. price_of: None is unknown."""
        self._redact = redact
        self._price_of = price_of
        self._http = CountingClient()
        self._models: dict[tuple[ModelChoice, bool], Model] = {}
        self._longest: dict[ModelChoice, int] = {}  # answer that a server was found to allow
        self._new_field: set[ModelChoice] = set()  # who wants max_completion_tokens in the place of max_tokens

    @property
    def requests(self) -> int:
        """How many requests have been sent."""
        return self._http.requests

    async def close(self) -> None:
        """Ends all connections."""
        await self._http.aclose()

    async def send(self, choice: ModelChoice, question: Question, *, timeout_s: float) -> Answer | Failure:
        """What came of asking once."""
        question = replace(question, max_tokens_out=self._longest_answer(choice, question))
        settings = ModelSettings(max_tokens=question.max_tokens_out, max_retries=0, request_timeout=timeout_s)
        try:
            response = await model_request(self._model(choice), _messages(question), model_settings=settings)
        except (errors.AgentRunError, errors.UserError, NoAnswer) as error:
            failure = self._failure(error)
            return replace(failure, adapted=self._adapt(choice, question, failure))
        return self._answer(choice, question, response)

    def _longest_answer(self, choice: ModelChoice, question: Question) -> int:
        return min(question.max_tokens_out, self._longest.get(choice, question.max_tokens_out))

    def _model(self, choice: ModelChoice) -> Model:
        key = (choice, choice in self._new_field)
        if key not in self._models:
            self._models[key] = _open_model(choice, self._http, takes_new_field=choice in self._new_field)
        return self._models[key]

    def _adapt(self, choice: ModelChoice, question: Question, failure: Failure) -> bool:
        """Whether the next try asks in another way, because of what the server said of this one."""
        if failure.kind is FailureKind.REJECTED and "max_completion_tokens" in failure.detail:
            if choice not in self._new_field:
                self._new_field.add(choice)
                return True
        elif failure.kind is FailureKind.CONTEXT or (
            failure.kind is FailureKind.REJECTED and re.search("max_tokens|output tokens", failure.detail)
        ):
            shorter = question.max_tokens_out // 2
            if shorter >= _SHORT_ANSWER:
                self._longest[choice] = shorter
                return True
        return False

    def _failure(self, error: Exception) -> Failure:
        kind = kind_of(error)
        status = getattr(error, "status_code", None)
        never_sent = kind is FailureKind.CONNECTION and getattr(error, "phase", None) in ("connect", "pool")
        return Failure(
            kind,
            self._one_line(what_was_said(error)),
            status=status,
            retry_after_s=getattr(error, "retry_after", None),
            may_be_billed=status is None and not never_sent,
        )

    def _answer(self, choice: ModelChoice, question: Question, response: ModelResponse) -> Answer | Failure:
        details = response.provider_details or {}
        text = "".join(part.content for part in response.parts if isinstance(part, TextPart)).strip()
        if not text:  # a model that was offered no tool may still answer by calling one
            text = next((part.args_as_json_str() for part in response.parts if isinstance(part, ToolCallPart)), "")
        text = text.encode("utf-8", "replace").decode()  # a lone surrogate cannot be written down
        usage = response.usage
        is_measured = usage.input_tokens > 0 or usage.output_tokens > 0
        tokens_in = usage.input_tokens if is_measured else _estimate(question.instructions, *question.turns)
        tokens_out = usage.output_tokens if is_measured else _estimate(text)
        is_cut = response.finish_reason == "length"
        if response.finish_reason == "content_filter":
            said = str(details.get("refusal") or text or "a filter stopped the answer")
            return Failure(FailureKind.REFUSAL, self._one_line(said), may_be_billed=True)
        if not text and not is_cut:
            return Failure(FailureKind.MALFORMED, "the answer is empty", may_be_billed=True)
        return Answer(
            text=text,
            model=str(choice),
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            cost_usd=self._cost(choice, details.get("cost"), usage) if is_measured else None,
            is_cut=is_cut,
            is_measured=is_measured,
        )

    def _cost(self, choice: ModelChoice, reported: object, usage: RequestUsage) -> float | None:
        """What the server says it cost, else by the price, else unknown."""
        if isinstance(reported, int | float) and reported >= 0:
            return float(reported)
        price = self._price_of(choice)
        return None if price is None else price.of(usage.input_tokens, usage.output_tokens)

    def _one_line(self, text: str) -> str:
        line = " ".join(self._redact(text).split())
        return line if len(line) <= 240 else f"{line[:237]}..."


def _open_model(choice: ModelChoice, http: CountingClient, *, takes_new_field: bool) -> Model:
    key = choice.key or NO_KEY
    match choice.protocol:
        case Protocol.ANTHROPIC:
            from pydantic_ai.models.anthropic import AnthropicModel  # noqa: PLC0415 - a second, for its models only
            from pydantic_ai.providers.anthropic import AnthropicProvider  # noqa: PLC0415 - as above

            anthropic = AnthropicProvider(api_key=key, base_url=choice.base_url, http_client=http)
            return AnthropicModel(choice.name, provider=anthropic)
        case Protocol.OPENROUTER:
            client = AsyncOpenAI(api_key=key, base_url=choice.base_url, http_client=http)
            return OpenRouterModel(choice.name, provider=OpenRouterProvider(openai_client=client))
    provider = OpenAIProvider(api_key=key, base_url=choice.base_url, http_client=http)
    if choice.protocol is Protocol.RESPONSES:
        return OpenAIResponsesModel(choice.name, provider=provider)
    # servers that imitate OpenAI know the older name of the field, its own models only the later one
    is_openai = choice.vendor == "openai"
    profile = OpenAIModelProfile(openai_chat_supports_max_completion_tokens=is_openai or takes_new_field)
    return OpenAIChatModel(choice.name, provider=provider, profile=profile)


def _messages(question: Question) -> list[ModelMessage]:
    first, *others = question.turns
    messages: list[ModelMessage] = [
        ModelRequest(parts=[SystemPromptPart(question.instructions), UserPromptPart(first)])
    ]
    for index, turn in enumerate(others):
        is_ours = index % 2 == 1
        messages.append(ModelRequest.user_text_prompt(turn) if is_ours else ModelResponse(parts=[TextPart(turn)]))
    return messages


def _estimate(*texts: str) -> int:
    """Tokens of texts that the server did not count: about 4 bytes each."""
    return sum(len(text.encode("utf-8", "replace")) for text in texts) // 4 + 1
