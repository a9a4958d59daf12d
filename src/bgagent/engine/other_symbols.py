"""Columns of other symbols beside those of the bars that are traded: `spy.close`."""

import re
from collections.abc import Collection, Iterable, Mapping

import numpy as np

from bgagent.bars import PRICE_COLUMNS, Bars, Floats

Columns = Mapping[str, Floats]


def symbol_word(symbol: str) -> str:
    """How a symbol is written before the dot: `SPY` as spy, `BRK-B` as brk_b, `^VIX` as vix, `3M` as s3m."""
    word = re.sub(r"[^a-z0-9]+", "_", symbol.lower()).strip("_")
    return word if word[:1].isalpha() else f"s{word}"


def words_of(symbols: Iterable[str]) -> tuple[str, ...]:
    """The words of symbols, each once."""
    return tuple(dict.fromkeys(symbol_word(symbol) for symbol in symbols))


def read_by(words: Collection[str], universe: Iterable[Bars]) -> dict[str, Bars]:
    """By symbol, the bars whose symbol's word is among some."""
    return {bars.symbol: bars for bars in universe if symbol_word(bars.symbol) in words}


def aligned(bars: Bars, others: Mapping[str, Bars]) -> dict[str, dict[str, Floats]]:
    """By the word of each other symbol, its columns on the bars' own times.

    A bar of the same start counts as known; where there is none, the last one before stands. NaN before its first one.
    So the two should trade on markets that close together: a market that closes later on the same day knows more.
    Raises ValueError for another timeframe, or for two symbols of one word.
    """
    result: dict[str, dict[str, Floats]] = {}
    for symbol, other in others.items():
        word = symbol_word(symbol)
        if word in result:
            raise ValueError(f"two symbols are written {word}")
        if other.timeframe is not bars.timeframe:
            raise ValueError(
                f"{symbol} has {other.timeframe.value} bars, {bars.symbol} {bars.timeframe.value} ones; load both alike"
            )
        last = np.searchsorted(other.times, bars.times, side="right") - 1
        result[word] = {
            name: np.where(last >= 0, getattr(other, name)[np.maximum(last, 0)], np.nan)
            if len(other)
            else np.full(len(bars), np.nan)
            for name in PRICE_COLUMNS
        }
    return result
