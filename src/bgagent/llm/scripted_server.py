"""A server on this machine that speaks like a language model's and answers by a script, misbehaviour included.

For tests of everything between a sentence and a model's answer, through the real client over HTTP:

    with ScriptedServer([said("four"), refused(429, "slow down", retry_after=1), hang()]) as server:
        ...  # LLM_BASE_URL=server.base_url
    assert server.requests[0].prompt.endswith("two and two?")

It understands OpenAI's chat completions and Anthropic's messages, and is reached over loopback only.
"""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

_CHUNK = 65_536  # bytes


@dataclass(frozen=True, slots=True)
class Received:
    """A request that came in. headers: names in small letters."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def prompt(self) -> str:
        """Everything that was said to the model, instructions first, in one text."""
        contents = [self.body.get("system"), *(message.get("content") for message in self.body.get("messages", []))]
        return "\n".join(_text(content) for content in contents if content)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server does with a request: answers, or hangs until it is closed.

    text: the model's words, put into the form of the API that was asked. raw: the body instead, as it stands.
    promised: the length the header tells, when it is not the true one. usage: (tokens in, tokens out), None: left out.
    """

    text: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    promised: int | None = None
    finish_reason: str = "stop"
    usage: tuple[int, int] | None = (100, 20)
    cost_usd: float | None = None
    hangs: bool = False


def said(text: str, *, usage: tuple[int, int] | None = (100, 20), cost_usd: float | None = None) -> Reply:
    """An ordinary answer. cost_usd: as OpenRouter tells it."""
    return Reply(text=text, usage=usage, cost_usd=cost_usd)


def cut_off(text: str) -> Reply:
    """An answer that ended because it became too long."""
    return Reply(text=text, finish_reason="length")


def filtered() -> Reply:
    """A filter stopped the answer."""
    return Reply(finish_reason="content_filter")


def refused(status: int, message: str = "no", *, code: str | None = None, retry_after: float | None = None) -> Reply:
    """An error of HTTP with its message; retry_after in seconds."""
    headers = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
    body = {"error": {"message": message, "type": "error", "code": code}}
    return Reply(status=status, headers=headers, raw=json.dumps(body).encode())


def raw(body: bytes, *, status: int = 200) -> Reply:
    """A body as it stands."""
    return Reply(status=status, raw=body)


def half_closed() -> Reply:
    """The connection ends in the middle of the answer."""
    return Reply(raw=b'{"id": "1", "choices": [{"mess', promised=5000)


def hang() -> Reply:
    """Nothing comes, until the server is closed."""
    return Reply(hangs=True)


def huge(size: int = 10_000_000) -> Reply:
    """An answer of that many bytes."""
    return Reply(text="x" * size)


Script = Iterable[Reply] | Callable[[Received], Reply]


class ScriptedServer:
    """Answers by a script while its `with` statement lasts.

    requests: all that came in, in order. A script that is a function decides on each request; otherwise the replies are
    given in order, and a request after the last one gets HTTP 501.
    """

    def __init__(self, script: Script) -> None:
        self.requests: list[Received] = []
        self._decide = script if callable(script) else _in_order(iter(script))
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def address(self) -> str:
        """The server's address without a path."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def base_url(self) -> str:
        """What LLM_BASE_URL is set to."""
        return f"{self.address}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _reply_to(self, request: Received) -> Reply:
        with self._lock:
            self.requests.append(request)
            return self._decide(request)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Received(self.path, headers, json.loads(body or b"{}"))
                reply = server._reply_to(request)
                if reply.hangs:
                    server._closing.wait()
                    self.close_connection = True
                    return
                self._send(reply, _encoded(reply, request))

            def _send(self, reply: Reply, body: bytes) -> None:
                self.send_response(reply.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(reply.promised or len(body)))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    for start in range(0, len(body), _CHUNK):
                        self.wfile.write(body[start : start + _CHUNK])
                except ConnectionError:  # the client has heard enough
                    self.close_connection = True
                if reply.promised:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        return Handler


def _in_order(replies: Iterator[Reply]) -> Callable[[Received], Reply]:
    return lambda _: next(replies, refused(501, "the script is at its end"))


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content)
    return str(content)


def _encoded(reply: Reply, request: Received) -> bytes:
    if reply.raw is not None:
        return reply.raw
    model = request.body.get("model", "scripted")
    body = _as_message(reply, model) if request.path.endswith("/messages") else _as_completion(reply, model)
    return json.dumps(body).encode()


def _as_completion(reply: Reply, model: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": reply.text}
    body: dict[str, Any] = {
        "id": "scripted-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": model,
        "provider": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": reply.finish_reason}],
    }
    if reply.usage is not None:
        tokens_in, tokens_out = reply.usage
        usage = {"prompt_tokens": tokens_in, "completion_tokens": tokens_out, "total_tokens": tokens_in + tokens_out}
        body["usage"] = usage if reply.cost_usd is None else {**usage, "cost": reply.cost_usd}
    return body


def _as_message(reply: Reply, model: str) -> dict[str, Any]:
    tokens_in, tokens_out = reply.usage or (0, 0)
    stop_reasons = {"length": "max_tokens", "content_filter": "refusal"}
    return {
        "id": "scripted-1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": reply.text}],
        "stop_reason": stop_reasons.get(reply.finish_reason, "end_turn"),
        "usage": {"input_tokens": tokens_in, "output_tokens": tokens_out},
    }
