"""The HTTP client below the vendors' libraries: counts what is sent, bounds and checks what comes back.

Imports an HTTP library, so only `bgagent.llm.connection` may import this.
"""

import json
from typing import Any

import httpx2

from bgagent.llm.call import FailureKind

MAX_ANSWER_BYTES = 2_000_000  # of one answer, unpacked; the longest useful one is a hundredth of that
_CONNECT_TIMEOUT_S = 10.0
_THIS_MACHINE = ("all://localhost", "all://127.0.0.1", "all://[::1]")
_KEPT_IN = {"messages": "content", "responses": "output"}  # where a protocol, by its address, keeps the answer


class NoAnswer(Exception):
    """A server reported no error, and sent no answer."""

    def __init__(self, message: str, kind: FailureKind = FailureKind.MALFORMED) -> None:
        super().__init__(message)
        self.kind = kind


class CountingClient(httpx2.AsyncClient):
    """Sends each request once, never to another address than the one named, and reads a bounded answer.

    requests: how many have been sent. The libraries above fail in many ways on bodies they do not expect, so that what
    is no answer ends here, and what imitators of OpenAI leave out is filled in.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(
            timeout=httpx2.Timeout(600.0, connect=_CONNECT_TIMEOUT_S),  # the line's own clock ends a call
            headers={"Accept-Encoding": "identity"},
            follow_redirects=False,
            mounts=dict.fromkeys(_THIS_MACHINE),  # no proxy of the environment lies between a machine and itself
            **options,
        )
        self.requests = 0

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """As in the library, but the answer is always read to its end. Raises NoAnswer."""
        self.requests += 1
        options.update(stream=True, follow_redirects=False)
        request.extensions = {**request.extensions, "timeout": self.timeout.as_dict()}
        response = await super().send(request, **options)
        if response.is_redirect:
            await response.aclose()
            there = response.headers.get("location", "another address")
            raise NoAnswer(f"the server sends callers on to {there}", FailureKind.REJECTED)
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    raise NoAnswer(f"the answer is longer than {MAX_ANSWER_BYTES // 1_000_000} MB")
        finally:
            await response.aclose()
        content = bytes(body)
        if response.is_success:
            content = _checked(content, _KEPT_IN.get(request.url.path.rpartition("/")[2], "choices"))
        wrapping = ("content-encoding", "content-length", "transfer-encoding")
        headers = [(name, value) for name, value in response.headers.items() if name.lower() not in wrapping]
        return httpx2.Response(response.status_code, headers=headers, content=content, request=request)


def _checked(content: bytes, place: str) -> bytes:
    """The body of an answer, complete enough for the libraries. Raises NoAnswer when it holds none at that place."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise NoAnswer("the answer is no JSON") from error
    parts = body.get(place) if isinstance(body, dict) else None
    if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
        told = body.get("error") if isinstance(body, dict) else None
        message = told.get("message") if isinstance(told, dict) else told
        raise NoAnswer(str(message) if message else "there is no answer in what came back")
    if place == "choices":
        _complete(body)
    return json.dumps(body).encode()


def _complete(body: dict[str, Any]) -> None:
    """Fills in what a completion must have beside its text, where the server left it out."""
    otherwise = {"id": "none", "object": "chat.completion", "created": 0, "model": "unknown", "provider": "unknown"}
    for name, value in otherwise.items():
        if body.get(name) is None:
            body[name] = value
    match body.get("usage"):
        case {"prompt_tokens": int(tokens_in), "completion_tokens": int(tokens_out)} if min(tokens_in, tokens_out) >= 0:
            body["usage"].setdefault("total_tokens", tokens_in + tokens_out)
        case _:
            body.pop("usage", None)
    for index, choice in enumerate(body["choices"]):
        if not isinstance(choice.get("message"), dict):
            raise NoAnswer("there is no message in what came back")
        choice.setdefault("index", index)
        choice["message"].setdefault("role", "assistant")
