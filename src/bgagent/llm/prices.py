"""What tokens cost, from the price list of a maintained package."""

from dataclasses import dataclass
from functools import lru_cache

from bgagent.llm.choice import ModelChoice

_SAMPLE = 10_000  # tokens; short enough for every model's first price step
_LISTED = {"openrouter", "openai", "anthropic", "google"}


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens."""

    usd_per_million_in: float
    usd_per_million_out: float

    def of(self, tokens_in: float, tokens_out: float) -> float:
        """US dollars for that many tokens."""
        return (self.usd_per_million_in * tokens_in + self.usd_per_million_out * tokens_out) / 1e6


@lru_cache(maxsize=16)
def listed_price(choice: ModelChoice) -> Price | None:
    """The price of a model; None when the list has none for it.

    A server of one's own is looked up by the model's name alone: it may be a way to the vendor, and a price too high
    stops a job too early, none at all never. Ollama costs nothing.
    """
    if choice.vendor == "ollama":
        return Price(0.0, 0.0)
    from genai_prices import Usage, calc_price  # noqa: PLC0415 - 0.2 s that only a job with a model needs

    usage = Usage(input_tokens=_SAMPLE, output_tokens=_SAMPLE)
    try:
        found = calc_price(usage, choice.name, provider_id=choice.vendor if choice.vendor in _LISTED else None)
    except LookupError:
        return None
    return Price(float(found.input_price) / _SAMPLE * 1e6, float(found.output_price) / _SAMPLE * 1e6)
