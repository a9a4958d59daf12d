"""JSON from a web service within a deadline: waits when asked to, and tells troubles apart."""

import json
import random
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from bgagent.data.trouble import SourceTrouble, Trouble

_SLOWEST_S = 20.0
_PAUSES_S = {Trouble.RATE_LIMITED: (15.0, 60.0, 240.0), Trouble.NO_ANSWER: (1.0, 4.0)}


class JsonClient:
    """One host, asked over one connection. Used as a context manager; nothing is opened before the first request.

    headers: sent with every request, keys among them, never shown. deadline: on the monotonic clock, waiting included.
    wait: sleeps.
    """

    def __init__(
        self, base_url: str, *, headers: Mapping[str, str], deadline: float, wait: Callable[[float], None] = time.sleep
    ) -> None:
        import httpx2  # noqa: PLC0415 - loaded when something has to be asked for

        self._library = httpx2
        self._client = httpx2.Client(base_url=base_url, headers=dict(headers))
        self._deadline = deadline
        self._wait = wait

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, path: str, params: Mapping[str, str]) -> Any:
        """What the service answers, repeated while it asks for patience and there is time. Raises SourceTrouble."""
        tries = 0
        while True:
            try:
                return self._ask(path, params)
            except SourceTrouble as trouble:
                pauses = _PAUSES_S.get(trouble.trouble, ())
                if tries >= len(pauses):
                    raise
                pause = trouble.retry_after_s
                pause = pauses[tries] * random.uniform(0.8, 1.2) if pause is None else pause
                if pause > self._deadline - time.monotonic():
                    raise
                self._wait(pause)
                tries += 1

    def _ask(self, path: str, params: Mapping[str, str]) -> Any:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise SourceTrouble(Trouble.NO_ANSWER, "the time for fetching is used up")
        try:
            response = self._client.get(path, params=dict(params), timeout=min(_SLOWEST_S, left))
        except self._library.ConnectError as error:
            raise SourceTrouble(Trouble.OFFLINE, str(error)) from error
        except self._library.HTTPError as error:
            raise SourceTrouble(Trouble.NO_ANSWER, str(error) or type(error).__name__) from error
        if response.status_code == 200:
            try:
                return response.json()
            except ValueError as error:
                raise SourceTrouble(Trouble.FORMAT_CHANGED, "not JSON") from error
        raise SourceTrouble(
            _trouble_of(response.status_code), _message(response), retry_after_s=_retry_after(response.headers)
        )


def _trouble_of(status: int) -> Trouble:
    if status in (401, 402, 403):
        return Trouble.KEY_REFUSED
    if status == 429:
        return Trouble.RATE_LIMITED
    if status in (400, 404, 422):
        return Trouble.UNKNOWN_SYMBOL
    return Trouble.NO_ANSWER if status >= 500 else Trouble.FORMAT_CHANGED


def _message(response: Any) -> str:
    """The service's own words where it has some, else the status."""
    try:
        answer = json.loads(response.content)
    except ValueError:
        answer = None
    if isinstance(answer, dict):
        for name in ("message", "detail", "error"):
            if isinstance(answer.get(name), str):
                return f"HTTP {response.status_code}: {answer[name]}"
    return f"HTTP {response.status_code}"


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait as the service says; a date, the other form of the header, is left to our own pauses."""
    try:
        return max(0.0, float(headers.get("Retry-After", "")))
    except ValueError:
        return None
