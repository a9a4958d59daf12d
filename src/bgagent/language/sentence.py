"""The grammar as a whole, and a sentence cut into clauses, fillers and words that nothing explains."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from bgagent.language import (
    allocation,
    channels,
    comparing,
    comparisons,
    conditions,
    costs,
    exit_items,
    holding,
    ideas,
    indicators,
    moves,
    orders,
    payments,
    points,
    portfolio_clauses,
    protection,
    quantities,
    rankings,
    rebalancing,
    rotation,
    rule_portfolios,
    schedules,
    sizing,
    terms,
    values,
    windows,
)
from bgagent.language.chart import Chart, TooIntricate
from bgagent.language.grammar import Grammar
from bgagent.language.phrasebook import Trie, trie_of
from bgagent.language.rulebook import Rules
from bgagent.language.tokens import Token
from bgagent.language.words import categories, lexicon

_TOP = Rules()
_PARTS = (  # of two ways to read the same words the rule written first is taken
    quantities, points, windows, values, indicators, channels, moves, comparisons, conditions, schedules, orders,
    exit_items, holding, protection, sizing, ideas, terms, costs, comparing, rebalancing, allocation, payments,
    rankings, rotation, rule_portfolios,
)  # fmt: skip
_CLAUSES = (
    "order state session_exit holding waiting most_positions size filter idea levels lengths style window capital "
    "universe report_language heading bar_length cost sides absent comparing_runs alternative variant versus_mark "
    "benchmark prices"
).split()
for _name in _CLAUSES:
    _TOP.same("clause", f"{{{_name}}}")
_TOP.same(
    "clause",
    "<with_word> {protections}",
    "{protections}",
    "<idea_lead> <plain_adjective>? {idea}",
    "<idea_lead> {named_style}",
    "<idea_lead> {heading}",
    "<with_word> {size}",
    "<with_word> {most_positions}",
    "<with_word> {cost}",
    "<with_word> {holding}",
    "<with_word> {waiting}",
    "<with_word> {sides}",
    "<with_word> {filter}",
    "{timed_idea}",
    "{most_of_size}",
    "<with_word> {window}",
)

_UNEXPLAINED, _CLAUSE, _FILLER, _SEPARATOR = 10_000, 20, 3, 1


_FEWEST_TRIES, _TRIES_PER_TOKEN = 12_000, 40


@dataclass(frozen=True, slots=True)
class Piece:
    """Tokens `start` to `end - 1` and what they state; no facts: a filler, or unexplained."""

    start: int
    end: int
    facts: tuple[object, ...] = ()
    is_explained: bool = True


@cache
def grammar() -> Grammar:
    """The grammar of the reader, compiled when first needed."""
    books = (*(part.RULES for part in _PARTS), _TOP, portfolio_clauses.RULES)
    with _without_collecting():
        compiled = Grammar(books, categories(), frozenset(lexicon("fillers")["noise"]))
        compiled.compile()
    return compiled


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Of ten thousand small objects that all stay, looking for garbage takes longer than making them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@cache
def fillers() -> Trie:
    """Phrases that may stand between clauses and mean nothing for the backtest."""
    return trie_of((phrase, phrase) for phrase in lexicon("fillers")["fillers"])


@cache
def separators() -> frozenset[str]:
    """Signs and words that only divide clauses."""
    return frozenset(lexicon("fillers")["separators"])


@cache
def vocabulary() -> frozenset[str]:
    """Every word that the grammar or the fillers know."""

    def words(trie: Trie) -> set[str]:
        return {word for key, below in trie.items() if key is not None for word in (key, *words(below))}

    noise = lexicon("fillers")["noise"]
    with _without_collecting():
        return grammar().words() | words(fillers()) | separators() | frozenset(noise)


def cut(tokens: Sequence[Token]) -> tuple[Piece, ...]:
    """The sentence in pieces, in order: the cut that leaves the fewest words unexplained, then the fewest clauses.

    A sentence that is too intricate to be searched is one unexplained piece.
    """
    chart = Chart(grammar(), tokens, tries=max(_FEWEST_TRIES, _TRIES_PER_TOKEN * len(tokens)))
    try:
        return _best_cut(chart, tokens)
    except (TooIntricate, RecursionError):  # brackets nested a hundred deep
        return (Piece(0, len(tokens), is_explained=False),)


def _best_cut(chart: Chart, tokens: Sequence[Token]) -> tuple[Piece, ...]:
    count = len(tokens)
    best: list[tuple[int, Piece | None]] = [(0, None)] * (count + 1)
    for start in range(count - 1, -1, -1):
        cost, piece = best[start + 1][0] + _UNEXPLAINED, Piece(start, start + 1, is_explained=False)
        if _divides(tokens, start):
            cost, piece = best[start + 1][0] + _SEPARATOR, Piece(start, start + 1)
        for end in _filler_ends(tokens, start):
            if best[end][0] + _FILLER < cost:
                cost, piece = best[end][0] + _FILLER, Piece(start, end)
        for end, facts in chart.find("clause", start):
            if best[end][0] + _CLAUSE < cost:
                found = facts if isinstance(facts, tuple) else (facts,)
                cost, piece = best[end][0] + _CLAUSE, Piece(start, end, found)
        best[start] = (cost, piece)
    pieces: list[Piece] = []
    at = 0
    while at < count:
        piece = best[at][1]  # type: ignore[assignment]
        pieces.append(piece)
        at = piece.end
    return tuple(pieces)


def _divides(tokens: Sequence[Token], place: int) -> bool:
    """True for words and signs that only divide clauses; a dash divides when it stands alone."""
    word = tokens[place].word
    if word == "-":
        before_number = place + 1 < len(tokens) and tokens[place + 1].glued
        return not tokens[place].glued and not before_number
    return word in separators() or word in grammar().noise


def _filler_ends(tokens: Sequence[Token], place: int) -> list[int]:
    ends: list[int] = []
    node: Trie | None = fillers()
    while node is not None and place < len(tokens):
        node = node.get(tokens[place].word)
        place += 1
        if node is not None and None in node:
            ends.append(place)
    return ends
