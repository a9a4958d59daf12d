"""The real client over HTTP, against a scripted server on this machine: answers, refusals, misbehaviour, limits."""

import json
import random
import socket

import pytest

from bgagent.errors import LimitReached, ModelUnavailable
from bgagent.jobs.redaction import Redactor
from bgagent.llm.budget import Allowance, Budget
from bgagent.llm.call import Question
from bgagent.llm.choice import ModelChoice, Protocol, choose_model
from bgagent.llm.client import Client
from bgagent.llm.connection import Connection
from bgagent.llm.prices import Price, listed_price
from bgagent.llm.scripted_server import (
    Reply,
    ScriptedServer,
    cut_off,
    filtered,
    half_closed,
    hang,
    huge,
    raw,
    refused,
    said,
)

KEY = "sk-canary-0123456789abcdef"
QUESTION = Question("Answer in one word.", ("What is two and two?",), purpose="a sum")


class Desk:
    """A client at a scripted server, and everything that can be seen of it."""

    def __init__(self, server, *, calls=8, tokens=200_000, usd=None, time_left=lambda: 600.0, price=None, **options):
        self.server = server
        self.waits: list[float] = []
        self.events: list[tuple[str, str, dict]] = []
        self.redact = Redactor([KEY])

        def price_of(choice):
            return listed_price(choice) or price

        self.client = Client(
            budget=Budget(Allowance(calls, tokens, usd), time_left=time_left),
            open_line=lambda: Connection(redact=self.redact, price_of=price_of),
            redact=self.redact,
            price_of=price_of,
            on_event=lambda level, name, **fields: self.events.append((level, name, fields)),
            rng=random.Random(1),
            sleep=self._sleep,
            **options,
        )

    async def _sleep(self, seconds):
        self.waits.append(seconds)

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *error):
        self.client.close()
        self.server.__exit__(*error)

    def choice(self, name="scripted"):
        return choose_model(name, base_url=self.server.base_url, secrets={"LLM_API_KEY": KEY})

    def ask(self, question=QUESTION, **options):
        return self.client.model(self.choice(**options)).ask(question)


def desk(script, **options):
    return Desk(ScriptedServer(script), **options)


def test_an_answer_comes_with_what_it_took():
    with desk([said(" four ", usage=(30, 2))]) as at:
        answer = at.ask()
        assert (answer.text, answer.tokens_in, answer.tokens_out) == ("four", 30, 2)
        assert answer.is_measured
        assert not answer.is_cut
        [request] = at.server.requests
        assert request.path == "/v1/chat/completions"
        assert request.headers["authorization"] == f"Bearer {KEY}"
        assert request.body["model"] == "scripted"
        assert request.body["max_tokens"] == 8000  # the name of the field that imitators of OpenAI know
        assert [message["role"] for message in request.body["messages"]] == ["system", "user"]
        assert request.prompt == "Answer in one word.\nWhat is two and two?"
        assert "stream" not in request.body or request.body["stream"] is False


def test_a_conversation_goes_on_where_it_stopped():
    with desk([said("four")]) as at:
        at.ask(QUESTION.followed_by("five", "no, try again"))
        messages = at.server.requests[0].body["messages"]
    assert [(message["role"], message["content"]) for message in messages[1:]] == [
        ("user", "What is two and two?"),
        ("assistant", "five"),
        ("user", "no, try again"),
    ]


def test_one_client_asks_many_times():
    with desk([said("one"), said("two"), said("three")]) as at:
        assert [at.ask().text for _ in range(3)] == ["one", "two", "three"]
        assert at.client.spent.calls == 3
        assert at.client.spent.tokens_in == 300


def test_an_anthropic_server_is_asked_in_its_own_way():
    with desk([said("four", usage=(30, 2))]) as at:
        choice = ModelChoice(
            "anthropic", "claude-3-5-sonnet-20241022", Protocol.ANTHROPIC, at.server.address, "ANTHROPIC_API_KEY", KEY
        )
        answer = at.client.ask(choice, QUESTION)
        [request] = at.server.requests
    assert (answer.text, answer.tokens_in, answer.tokens_out) == ("four", 30, 2)
    assert answer.cost_usd == pytest.approx(30 * 3e-6 + 2 * 15e-6)  # $3 and $15 a million, by the price list
    assert request.path == "/v1/messages"
    assert KEY in request.headers["authorization"]
    assert "Answer in one word." in request.prompt


def test_openrouter_says_what_it_cost():
    with desk([said("four", cost_usd=0.25)]) as at:
        choice = ModelChoice("openrouter", "a/b", Protocol.OPENROUTER, at.server.base_url, "OPENROUTER_API_KEY", KEY)
        assert at.client.ask(choice, QUESTION).cost_usd == 0.25
        assert at.client.spent.cost_usd == 0.25
        assert at.server.requests[0].body["max_tokens"] == 8000


def test_openais_own_models_get_the_later_field():
    with desk([said("four")]) as at:
        choice = ModelChoice("openai", "gpt-4o-mini", Protocol.CHAT, at.server.base_url, "OPENAI_API_KEY", KEY)
        answer = at.client.ask(choice, QUESTION)
        assert at.server.requests[0].body["max_completion_tokens"] == 8000
    assert answer.cost_usd == pytest.approx(100 * 0.15e-6 + 20 * 0.6e-6)


def test_an_unknown_price_is_unknown_and_never_nothing():
    with desk([said("four")]) as at:
        assert at.ask().cost_usd is None
        assert at.client.spent.cost_usd is None


def test_the_price_in_the_settings_counts_where_no_other_is_known():
    with desk([said("four", usage=(1_000_000, 100_000))], price=Price(2.0, 10.0)) as at:
        assert at.ask().cost_usd == pytest.approx(3.0)


def test_tokens_that_nobody_counted_are_estimated_and_their_cost_is_unknown():
    with desk([said("four", usage=None)], price=Price(2.0, 10.0)) as at:
        answer = at.ask()
    assert not answer.is_measured
    assert answer.tokens_in == (len("Answer in one word.") + len("What is two and two?")) // 4 + 1
    assert answer.cost_usd is None


@pytest.mark.parametrize(
    ("reply", "kind", "requests", "said_to_people"),
    [
        (refused(401, "No auth credentials found"), "auth", 1, "check LLM_API_KEY"),
        (refused(403, "not for you"), "auth", 1, "check LLM_API_KEY"),
        (refused(402, "Insufficient credits"), "quota", 1, "add credit"),
        (refused(429, "You exceeded your current quota", code="insufficient_quota"), "quota", 1, "add credit"),
        (refused(404, "no such model"), "not_found", 1, "check the name in LLM_MODEL"),
        (refused(400, "prompt is too long: maximum context length is 10", code="context_length_exceeded"),
         "context", 3, "a longer context"),
        (refused(400, "the request exceeds the available context size"), "context", 3, "a longer context"),
        (refused(400, "The response was filtered due to the content management policy"), "refusal", 1, "other words"),
        (filtered(), "refusal", 1, "other words"),
        (refused(422, "nonsense"), "rejected", 1, "another model"),
        (Reply(status=307, headers={"Location": "http://elsewhere.example/v1"}), "rejected", 1, "another model"),
        (refused(429, "slow down"), "rate", 4, "again later"),
        (refused(529, "Overloaded"), "overload", 4, "again later"),
        (refused(503, "busy"), "overload", 4, "again later"),
        (refused(500, "oops"), "outage", 4, "again later"),
        (refused(502), "outage", 4, "again later"),
        (raw(b"<html>Bad gateway</html>", status=502), "outage", 4, "again later"),
        (half_closed(), "connection", 3, "check the network"),
        (raw(b"{}"), "malformed", 2, "run the job again"),
        (raw(b'{"error": {"message": "x"}}'), "malformed", 2, "run the job again"),
        (raw(b'{"choices": [], "object": "chat.completion"}'), "malformed", 2, "run the job again"),
        (raw(b"<html>welcome</html>"), "malformed", 2, "run the job again"),
        (raw(b""), "malformed", 2, "run the job again"),
        (said(""), "malformed", 2, "run the job again"),
        (huge(10_000_000), "malformed", 2, "run the job again"),
    ],
)  # fmt: skip
def test_what_a_server_can_do_wrong_has_its_name(reply, kind, requests, said_to_people):
    with desk(lambda _: reply) as at, pytest.raises(ModelUnavailable) as raised:
        at.ask()
    assert raised.value.kind == kind
    assert said_to_people in raised.value.hint
    assert "\n" not in raised.value.message
    assert len(at.server.requests) == requests
    assert at.client.spent.calls == requests  # each one sent counts, however it ended


def test_a_server_that_is_not_there_is_named():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with desk([]) as at:
        choice = choose_model("m", base_url=f"http://127.0.0.1:{port}/v1", secrets={})
        with pytest.raises(ModelUnavailable, match="cannot be reached, 3 times") as raised:
            at.client.ask(choice, QUESTION)
    assert raised.value.kind == "connection"
    assert "LLM_BASE_URL" in raised.value.hint


def test_a_server_that_hangs_is_left_after_the_time_of_one_call():
    with desk(lambda _: hang(), call_timeout_s=0.2) as at:
        with pytest.raises(ModelUnavailable, match="did not answer in time, 2 times") as raised:
            at.ask()
        assert raised.value.kind == "timeout"
        assert at.client.spent.calls == 2


def test_a_hanging_server_cannot_outlive_the_job():
    clock = iter([100.0, 0.2, 0.0, 0.0])
    with desk(lambda _: hang(), time_left=lambda: next(clock)) as at:
        with pytest.raises(LimitReached, match="the job's time is used up"):
            at.ask()
        assert at.client.spent.calls == 1


def test_trouble_that_passes_is_waited_out_longer_each_time():
    with desk([refused(500), refused(503), refused(529), said("four")]) as at:
        assert at.ask().text == "four"
        assert len(at.waits) == 3
        assert 0.5 <= at.waits[0] <= 1 <= at.waits[1] <= 2 <= at.waits[2] <= 4
        assert [fields["why"] for _, name, fields in at.events if name == "model_retry"] == [
            "outage",
            "overload",
            "overload",
        ]


def test_the_server_is_given_the_time_it_asks_for():
    with desk([refused(429, retry_after=7), said("four")]) as at:
        assert at.ask().text == "four"
        assert 7 <= at.waits[0] <= 7.7


def test_a_wait_longer_than_the_job_ends_it_at_once():
    with desk([refused(429, "slow", retry_after=300)], time_left=lambda: 120.0) as at:
        with pytest.raises(ModelUnavailable) as raised:
            at.ask()
        assert raised.value.kind == "rate"
        assert "due in 301 s" in raised.value.hint  # jitter on top of what was asked for
        assert "120 s" in raised.value.hint
        assert at.waits == []


def test_no_call_is_made_beyond_the_last_one_allowed():
    with desk(lambda _: said("four"), calls=2) as at:
        at.ask()
        at.ask()
        with pytest.raises(LimitReached, match="the 2 model calls"):
            at.ask()
        assert len(at.server.requests) == 2


def test_tries_count_as_calls_and_the_limit_names_what_went_wrong():
    with desk(lambda _: refused(500, "boiler burst"), calls=2) as at:
        with pytest.raises(LimitReached, match="boiler burst"):
            at.ask()
        assert len(at.server.requests) == 2


def test_tokens_are_held_back_before_a_call():
    with desk(lambda _: said("four", usage=(3000, 1000)), tokens=5000) as at:
        at.ask()
        assert at.server.requests[0].body["max_tokens"] < 5000  # no longer than what is left
        with pytest.raises(LimitReached, match="the 5000 tokens"):
            at.ask()
        assert len(at.server.requests) == 1


def test_money_is_held_back_before_a_call():
    with desk(lambda _: said("four", usage=(1000, 1000)), usd=0.02, price=Price(1.0, 10.0)) as at:
        at.ask()  # 1000 in and 1000 out cost 0.011; not enough is left for another 1000 out
        assert at.server.requests[0].body["max_tokens"] < 2000  # all that 0.02 can pay for
        with pytest.raises(LimitReached, match=r"\$0\.02 .* \$0\.0090 are left"):
            at.ask()
        assert len(at.server.requests) == 1
        assert at.client.spent.cost_usd == pytest.approx(0.011)


def test_an_answer_that_never_came_counts_as_paid():
    with desk(lambda _: half_closed(), usd=0.02, price=Price(1.0, 10.0)) as at:
        with pytest.raises(LimitReached, match="connection"):  # one answer's worth is gone, so there is no second try
            at.ask()
        assert len(at.server.requests) == 1
        assert at.client.spent.cost_usd is None


def test_a_limit_of_money_without_a_price_is_said_and_tokens_bound_the_job():
    with desk(lambda _: said("four", usage=(3000, 1000)), usd=0.01, tokens=5000) as at:
        at.ask()
        assert [name for _, name, _ in at.events] == ["model_price_unknown", "model_call"]
        with pytest.raises(LimitReached, match="tokens"):
            at.ask()


def test_a_server_that_wants_the_other_field_gets_it():
    def modern(request):
        if "max_tokens" in request.body:
            return refused(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
        return said("four")

    with desk(modern) as at:
        assert [at.ask().text, at.ask().text] == ["four", "four"]
        assert len(at.server.requests) == 3  # found out once
        assert at.waits == []


def test_a_server_with_little_room_is_asked_for_a_shorter_answer():
    def small(request):
        if request.body["max_tokens"] > 4096:
            return refused(400, "max_tokens is too large: this model supports at most 4096 completion tokens")
        return said("four")

    with desk(small) as at:
        assert at.ask().text == "four"
        assert [request.body["max_tokens"] for request in at.server.requests] == [8000, 4000]


def test_an_answer_that_became_too_long_says_so():
    with desk([cut_off('{"a": ')]) as at:
        assert at.ask().is_cut


def test_a_tool_that_was_called_unasked_is_read_as_the_answer():
    call = {"id": "1", "type": "function", "function": {"name": "answer", "arguments": '{"sum": 4}'}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    body = {"id": "1", "object": "chat.completion", "created": 1, "model": "m"}
    body["choices"] = [{"index": 0, "finish_reason": "tool_calls", "message": message}]
    with desk([raw(json.dumps(body).encode())]) as at:
        assert at.ask().text == '{"sum":4}'


def test_a_key_is_in_the_header_and_nowhere_else():
    """Not in what is asked, not in what a server repeats, not in an event."""
    sentence = f"Backtest AAPL with my key {KEY}, and print it"
    echo = refused(401, f"Incorrect API key provided: {KEY}. Bearer {KEY}")
    with desk([said("four"), echo]) as at:
        at.ask(Question(f"Instructions {KEY}", (sentence,), purpose="canary"))
        with pytest.raises(ModelUnavailable) as raised:
            at.ask()
        for request in at.server.requests:
            assert KEY not in str(request.body)
            assert KEY not in request.path
            assert [name for name, value in request.headers.items() if KEY in value] == ["authorization"]
        assert "Incorrect API key" in raised.value.message
        assert KEY not in f"{raised.value.message} {raised.value.hint} {at.events}"


def test_the_log_says_what_each_call_took():
    with desk([Reply(text="four", usage=(30, 2))]) as at:
        at.ask()
    [(level, name, fields)] = at.events
    assert (level, name) == ("info", "model_call")
    assert (fields["purpose"], fields["call"], fields["tokens_in"], fields["tokens_out"]) == ("a sum", "1/8", 30, 2)


@pytest.mark.parametrize(
    "body",
    [
        {"choices": [{"message": {"content": "four"}}]},  # the least that a server of one's own may send
        {
            "id": None,
            "created": None,
            "model": None,
            "choices": [{"message": {"role": "assistant", "content": "four"}}],
        },
        {"choices": [{"message": {"content": "four"}}], "usage": {"prompt_tokens": None, "completion_tokens": "x"}},
        {"choices": [{"message": {"content": [{"type": "text", "text": "four"}]}}]},
        {"choices": [{"message": {"content": "<think>two and two</think>four"}}]},
        {"choices": [{"message": {"content": "four", "reasoning_content": "two and two"}}]},
    ],
)
def test_what_a_careless_server_leaves_out_is_not_missed(body):
    with desk([raw(json.dumps(body).encode())]) as at:
        answer = at.ask()
    assert answer.text == "four"
    assert not answer.is_measured


@pytest.mark.parametrize(
    "body", [b"[" * 5000, b"\xff\xfe\x00", b"7", b"null", b'{"content": null}', b'{"content": [7]}']
)
@pytest.mark.parametrize("protocol", [Protocol.CHAT, Protocol.OPENROUTER, Protocol.ANTHROPIC, Protocol.RESPONSES])
def test_no_body_can_break_the_line(protocol, body):
    with desk(lambda _: raw(body)) as at:
        choice = ModelChoice("vendor", "a/m", protocol, at.server.base_url, "KEY", KEY)
        with pytest.raises(ModelUnavailable) as raised:
            at.client.ask(choice, QUESTION)
    assert raised.value.kind == "malformed"


def test_no_proxy_lies_between_a_machine_and_itself(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nothing listens there
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with desk([said("four")]) as at:
        assert at.ask().text == "four"


def test_a_client_that_was_never_used_closes():
    budget = Budget(Allowance(1, 1000), time_left=lambda: 1.0)
    client = Client(budget=budget, open_line=lambda: None, redact=str, price_of=lambda _: None)
    client.close()
    client.close()


def test_a_key_that_the_server_repeats_is_taken_out_of_its_answer():
    with desk([said(f"four, {KEY}")]) as at:
        assert at.ask().text == "four, [redacted]"
