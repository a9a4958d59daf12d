"""Opens the client of one job: to real servers, to real servers with a recording, or to a recording alone."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from bgagent.llm.budget import Budget
from bgagent.llm.call import Line
from bgagent.llm.choice import ModelChoice
from bgagent.llm.client import Client, OnEvent, log_event
from bgagent.llm.prices import Price, listed_price
from bgagent.llm.recording import Recorder, Replay


def open_client(
    *,
    budget: Budget,
    redact: Callable[[str], str],
    record: Path | None = None,
    replay: Path | None = None,
    about: Mapping[str, str] = MappingProxyType({}),
    on_event: OnEvent = log_event,
    price: Price | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Client:
    """A client that connects when the first question is asked; close it when the job ends.

    price: of models that the price list does not have. sleep: waits between tries.
    record: file that is written anew with all exchanges; about: what stands at its beginning.
    replay: file that answers in the place of every server; no key, no network and no waiting then.
    Raises BadUse when that is no recording, MachineUnfit when `record` cannot be written.
    """

    def price_of(choice: ModelChoice) -> Price | None:
        return listed_price(choice) or price

    def open_connection() -> Line:
        from bgagent.llm.connection import Connection  # noqa: PLC0415 - a second that only a job with a model needs

        return Connection(redact=redact, price_of=price_of)

    def client(open_line: Callable[[], Line], wait: Callable[[float], Awaitable[None]] = sleep) -> Client:
        return Client(
            budget=budget, open_line=open_line, redact=redact, price_of=price_of, on_event=on_event, sleep=wait
        )

    if replay is not None:
        recorded = Replay(replay)
        return client(lambda: recorded, _at_once)
    if record is not None:
        recorder = Recorder(open_connection, record, redact=redact, about=about)
        return client(lambda: recorder)
    return client(open_connection)


async def _at_once(_: float) -> None:
    """The waits of a recording were waited when it was made."""
