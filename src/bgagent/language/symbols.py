"""Which words of a sentence are symbols: tickers, names of companies, coins, indices, currencies."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from bgagent.language.phrasebook import Trie, add_phrase
from bgagent.language.tokens import Kind, Token
from bgagent.language.words import lexicon

_SUFFIXES = frozenset(
    (
        "AS AT AX BK BO BR CO DE F HE HK IR IS JK JO KQ KS L LS MC MI MX NS NZ OL PA SA SI SS ST SW SZ T TA TO TW V VI "
        "WA"
    ).split()
)
_MONIES = frozenset("USD EUR GBP JPY CHF AUD CAD NZD SEK NOK DKK PLN INR CNY HKD SGD MXN TRY ZAR".split())
_COINS_PAID_IN = frozenset(("USD", "USDT", "USDC", "EUR", "GBP"))
_TITLES = frozenset(("ticker", "tickers", "symbol", "symbols", "stock", "instrument", "underlying"))
_RUPEE_WORDS = frozenset(("\u20b9", "rs", "inr", "rupee", "rupees", "lakh", "lakhs", "crore", "crores", "nse", "bse"))
_LISTED_ON = {"NASDAQ": "", "NYSE": "", "AMEX": "", "NSE": ".NS", "BSE": ".BO"}  # NASDAQ:TSLA
_LONGEST_TICKER = 5
_SHORTEST_PLAIN = 3  # shorter tickers in lower case are more likely words


@dataclass(frozen=True, slots=True)
class Marked:
    """Tokens with the symbols found, and the words that could be one too if nothing else is (ticker by place)."""

    tokens: tuple[Token, ...]
    candidates: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class _Directory:
    tickers: frozenset[str]
    coins: frozenset[str]
    names: Trie
    word_names: Trie
    also_words: frozenset[str]
    not_symbols: frozenset[str]
    india: frozenset[str]


@cache
def _directory() -> _Directory:
    content = lexicon("symbols")
    names: Trie = {}
    word_names: Trie = {}
    tickers: set[str] = set()
    for section in ("stocks", "funds", "crypto", "indices", "currencies", "futures", "elsewhere"):
        for ticker, aliases in content[section].items():
            tickers.add(ticker)
            for alias in filter(None, aliases.split("|")):
                add_phrase(word_names if alias.startswith("?") else names, alias.removeprefix("?"), ticker)
    coins = frozenset(ticker.removesuffix("-USD") for ticker in content["crypto"])
    words = content["words"]
    return _Directory(
        frozenset(tickers), coins, names, word_names,
        frozenset(words["also_words"]), frozenset(words["not_symbols"]), frozenset(content["india"]["symbols"]),
    )  # fmt: skip


def name_words() -> frozenset[str]:
    """Every word of a name longer than one letter, for spelling."""
    return frozenset(word for word in _directory().names if isinstance(word, str) and len(word) > 1)


def is_known(ticker: str) -> bool:
    """Whether a ticker is in the directory, or written as only tickers are (`^GSPC`, `EURUSD=X`, `BTC-USD`)."""
    directory = _directory()
    return ticker in directory.tickers or ticker in directory.india or any(sign in ticker for sign in "^=-.")


def mark_symbols(tokens: Sequence[Token], vocabulary: frozenset[str], *, chosen: int | None = None) -> Marked:
    """The tokens, with those that make a symbol put together into one of kind SYMBOL.

    vocabulary: words that mean something else to the grammar. chosen: place of a candidate to take for a symbol.
    """
    directory = _directory()
    shouting = not any(token.text.islower() for token in tokens if token.kind is Kind.WORD and len(token.text) > 1)
    rupees = any(token.word in _RUPEE_WORDS for token in tokens)
    marked: list[Token] = []
    candidates: list[tuple[int, str]] = []
    place = 0
    while place < len(tokens):
        length, ticker = _written_ticker(tokens, place, directory) or _name(tokens, place, directory.names) or (0, "")
        if not length:
            length, ticker, is_sure = _plain_ticker(tokens, place, directory, vocabulary, shouting=shouting)
            if length and not is_sure and place != chosen:
                candidates.append((place, ticker))
                length = 0
        if not length:
            marked.append(tokens[place])
            place += 1
            continue
        if rupees and ticker in directory.india:
            ticker += ".NS"
        last = tokens[place + length - 1]
        text = tokens[place].text + "".join(
            ("-" if t.hyphen else "" if t.glued else " ") + t.text for t in tokens[place + 1 : place + length]
        )
        marked.append(
            Token(
                Kind.SYMBOL,
                text,
                text.lower(),
                (tokens[place].span[0], last.span[1]),
                tokens[place].glued,
                value=ticker,
            )
        )
        place += length
    return Marked(tuple(marked), tuple(candidates))


def _written_ticker(tokens: Sequence[Token], place: int, directory: _Directory) -> tuple[int, str] | None:
    """(tokens, ticker) where the form alone says that it is one: ^GSPC $AAPL EURUSD=X BTC-USD BRK.B SAP.DE EUR/USD."""
    first = tokens[place]
    following = tokens[place + 1 : place + 4]
    if first.word in ("^", "$") and following and following[0].glued and following[0].kind is Kind.WORD:
        name = following[0].text.upper()
        if first.word == "^":
            digits = len(following) > 1 and following[1].glued and following[1].kind is Kind.NUMBER
            return (3, f"^{name}{following[1].word}") if digits else (2, f"^{name}")
        return (2, name) if following[0].is_capitals and len(name) <= _LONGEST_TICKER else None
    if first.kind not in (Kind.WORD, Kind.NUMBER) or not following or not following[0].glued:
        return None
    head, second = first.text.upper(), following[0]
    if head in _LISTED_ON and second.word == ":" and len(following) > 1 and following[1].is_capitals:
        return 3, following[1].text + _LISTED_ON[head]
    if second.hyphen and second.kind is Kind.WORD and first.kind is Kind.WORD:
        tail = second.text.upper()
        if tail in _COINS_PAID_IN and (first.is_capitals or head in directory.coins):
            return 2, f"{head}-{tail}"
        classes = first.is_capitals and second.is_capitals
        if len(tail) == 1 and (classes or f"{head}-{tail}" in directory.tickers):
            return 2, f"{head}-{tail}"
        return None
    if len(following) < 2 or not following[1].glued or following[1].kind is not Kind.WORD:
        return None
    tail = following[1].text.upper()
    if second.word == "=" and tail in ("X", "F") and following[1].is_capitals:
        return 3, f"{head}={tail}"
    if second.word == "." and following[1].is_capitals and (first.is_capitals or first.kind is Kind.NUMBER):
        if first.kind is Kind.WORD and tail in ("A", "B"):
            return 3, f"{head}-{tail}"
        return (3, f"{first.word.upper()}.{tail}") if tail in _SUFFIXES else None
    if second.word == "/" and first.kind is Kind.WORD:
        if head in _MONIES and tail in _MONIES:
            return 3, f"{tail if head == 'USD' else head + tail}=X"
        if tail in _COINS_PAID_IN and (first.is_capitals or head in directory.coins):
            return 3, f"{head}-USD" if tail == "USD" else f"{head}{tail}"
    return None


def _name(tokens: Sequence[Token], place: int, names: Trie) -> tuple[int, str] | None:
    """The longest name that begins here."""
    found = None
    node: Trie | None = names
    for length, token in enumerate(tokens[place:], start=1):
        node = node.get(token.word) if node else None
        if node is None:
            break
        if None in node and not _is_half_of_a_pair(tokens, place + length - 1):
            found = length, str(node[None])
    return found


def _is_half_of_a_pair(tokens: Sequence[Token], place: int) -> bool:
    """True for the 50 of "NIFTY 50/200 crossover"."""
    return tokens[place].kind is Kind.NUMBER and place + 1 < len(tokens) and tokens[place + 1].word == "/"


def _plain_ticker(
    tokens: Sequence[Token], place: int, directory: _Directory, vocabulary: frozenset[str], *, shouting: bool
) -> tuple[int, str, bool]:
    """(tokens, ticker, is sure) of a word that may be a ticker by its letters; (0, "", False) if it cannot be one."""
    token = tokens[place]
    word_name = _name(tokens, place, directory.word_names)
    if word_name and not (token.is_capitals and token.text in directory.tickers):  # META is surely no other word
        return *word_name, False
    nothing = (0, "", False)
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    of_stochastic = place and tokens[place - 1].word == "%" and len(token.word) == 1  # %K
    if token.kind is not Kind.WORD or not token.word.isascii() or of_stochastic:
        return nothing
    if token.glued and not token.hyphen and place and tokens[place - 1].kind is Kind.NUMBER:
        return nothing  # the k of 10k is no share of Kellogg
    ticker = token.word.upper()
    known = ticker in directory.tickers
    is_word = token.word in vocabulary or token.word in directory.also_words
    if not token.is_capitals:
        if (
            known
            and not is_word
            and len(ticker) >= _SHORTEST_PLAIN
            and token.text in (token.word, token.word.capitalize())
        ):
            return 1, ticker, True
        return nothing
    if ticker in directory.not_symbols or (after and after.glued and after.kind is Kind.NUMBER and not known):
        return nothing
    if ticker in directory.india:
        return 1, ticker, not is_word
    if re.fullmatch(r"[A-Z]{2,6}(USDT|USDC)", ticker):
        return 1, ticker, True
    if len(ticker) > _LONGEST_TICKER or (shouting and not known):
        return nothing
    if is_word:
        titled = place > 1 and tokens[place - 1].word in (":", "=") and tokens[place - 2].word in _TITLES
        return (1, ticker, titled) if known else nothing
    return 1, ticker, True
