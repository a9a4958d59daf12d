"""Request -> spec and clause ledger, or the reason why the sentence cannot be used."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from bgagent.artifacts.request import Request
from bgagent.artifacts.spec import Understood
from bgagent.errors import BadUse, NeedsClarification, NeedsModel
from bgagent.language.frame import last_session as last_session_of
from bgagent.language.read import LONGEST, Defaults, Reading, read

READERS = ("auto", "embedded", "model")
_QUESTIONS = 3


def understand(
    request: Request,
    *,
    defaults: Defaults | None = None,
    last_session: Callable[[datetime, str], date] = last_session_of,
    read_by_model: Callable[[str], Understood] | None = None,
    on_reading: Callable[[Reading], None] = lambda _: None,
) -> Understood:
    """What the request's sentence asks for, as of the request's own `as_of`.

    last_session: the last day with complete bars before a time, of a symbol. read_by_model: reads what the embedded
    reader cannot, None without a model; what it raises comes through. on_reading: told of the embedded reader's work.
    Raises BadUse for an empty or endless sentence or an unknown reader, NeedsClarification with questions, NeedsModel
    naming the words that nothing explains.
    """
    if request.reader not in READERS:
        raise BadUse(f"there is no reader '{request.reader}'", hint=f"use one of {', '.join(READERS)}")
    sentence = request.prompt
    if not sentence.strip():
        raise BadUse(
            "the sentence is empty", hint='say what to test, for example "Buy and hold AAPL in 2024 with $10K"'
        )
    if len(sentence) > LONGEST:
        raise BadUse(
            f"the sentence has {len(sentence):,} characters, at most {LONGEST:,} are read", hint="say it in fewer words"
        )
    if request.reader == "model":
        if read_by_model is None:
            raise NeedsModel((), hint="--reader model needs one: set LLM_MODEL and its key, or use --reader embedded")
        return read_by_model(sentence)
    reading = read(sentence, now=request.as_of, defaults=defaults or Defaults(), last_session=last_session)
    on_reading(reading)
    if reading.unexplained and request.reader == "auto" and read_by_model is not None:
        return replace(read_by_model(sentence), language=reading.language)
    return settled(reading)


def settled(reading: Reading) -> Understood:
    """The spec of a reading. Raises NeedsClarification or NeedsModel where it has none."""
    if reading.questions:
        asked = reading.questions[:_QUESTIONS]
        raise NeedsClarification(" ".join(asked), questions=asked, hint="answer with nlbt bg-rerun")
    if reading.spec is None:
        reasons = "; ".join(dict.fromkeys(part.why for part in reading.unexplained if part.why))
        raise NeedsModel(tuple(part.text for part in reading.unexplained), hint=reasons)
    return Understood(reading.spec, reading.clauses, reading.assumptions, reading.language)
