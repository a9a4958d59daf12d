"""Why a remote source gave no rows: the troubles that call for different answers, each in one line."""

from enum import StrEnum

from bgagent.errors import DataUnavailable
from bgagent.periods import Period, Timeframe

_ELSEWHERE = "use --data demo for made-up prices, or --data DIR for files of your own"


class Trouble(StrEnum):
    """Why there are no rows."""

    UNKNOWN_SYMBOL = "unknown symbol"
    NO_BARS = "no bars"
    RATE_LIMITED = "rate limited"
    OFFLINE = "offline"  # no connection at all
    NO_ANSWER = "no answer"  # too slow, cut short, an error of the server's own
    KEY_REFUSED = "key refused"  # missing, wrong, or without a right to these bars
    FORMAT_CHANGED = "format changed"


class SourceTrouble(Exception):
    """A source gave no rows. detail: its own words or those of the connection, one line; never a key.

    retry_after_s: how long it asks to wait; None when it does not say.
    """

    def __init__(self, trouble: Trouble, detail: str = "", *, retry_after_s: float | None = None) -> None:
        super().__init__(f"{trouble}: {detail}" if detail else str(trouble))
        self.trouble = trouble
        self.detail = " ".join(detail.split())[:200]
        self.retry_after_s = retry_after_s


def explain(
    trouble: SourceTrouble, source: str, symbol: str, period: Period, timeframe: Timeframe, *, remedy: str
) -> DataUnavailable:
    """The trouble in one line, with what to do about it.

    remedy: what to do when the source's answers cannot be read, or it refuses the key.
    """
    said = f" ({trouble.detail})" if trouble.detail else ""
    match trouble.trouble:
        case Trouble.UNKNOWN_SYMBOL:
            return DataUnavailable(
                f"{source} knows no symbol {symbol}{said}",
                hint="check the symbol, or use --data DIR for files of your own",
            )
        case Trouble.NO_BARS:
            return DataUnavailable(
                f"{source} has no {timeframe} bars of {symbol} for {period}{said}",
                hint=f"choose another window, or {_ELSEWHERE}",
            )
        case Trouble.RATE_LIMITED:
            return DataUnavailable(
                f"{source} answers too many requests and asks to wait, no bars of {symbol} yet{said}",
                hint=f"run the job again in some minutes, or {_ELSEWHERE}",
            )
        case Trouble.OFFLINE:
            return DataUnavailable(
                f"{source} cannot be reached and {symbol} is not in the cache: this machine seems to be offline{said}",
                hint=_ELSEWHERE,
            )
        case Trouble.NO_ANSWER:
            return DataUnavailable(
                f"{source} does not answer for {symbol}{said}", hint=f"run the job again later, or {_ELSEWHERE}"
            )
        case Trouble.KEY_REFUSED:
            return DataUnavailable(f"{source} refuses the key for {symbol}{said}", hint=f"{remedy}, or {_ELSEWHERE}")
        case Trouble.FORMAT_CHANGED:
            return DataUnavailable(
                f"{source}'s answer for {symbol} cannot be read, its format may have changed{said}",
                hint=f"{remedy}, or {_ELSEWHERE}",
            )
