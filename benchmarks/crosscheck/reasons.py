"""Differences that are meant: which rule of ours a peer does not have, and whether it explains what is seen."""

from collections.abc import Sequence

Fill = Sequence[float]


def reason_of(family: str, peer: str, mine: Sequence[Fill], theirs: Sequence[Fill]) -> str:
    """Why a peer differs in a family, if that explains the first difference; empty where it has to agree."""
    if (family, peer) == ("bracket", "vectorbt") and _leaves_on_entry_bar(mine, theirs):
        return "a stop or target works from the fill of its entry on, the entry bar included; theirs from the next bar"
    return ""


def _leaves_on_entry_bar(mine: Sequence[Fill], theirs: Sequence[Fill]) -> bool:
    """Whether the first bar that differs has an entry on both sides and an exit on ours only."""
    bars = sorted({int(fill[0]) for fill in (*mine, *theirs)})
    for bar in bars:
        here, there = ([fill[2] > 0 for fill in side if fill[0] == bar] for side in (mine, theirs))
        if sorted(here) != sorted(there):
            return sorted(here) == [False, True] and there == [True]
    return False
