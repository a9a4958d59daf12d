"""The quick reading of `nlbt bg` takes nothing that click would take otherwise."""

from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgagent.cli import bg, program
from bgagent.cli.options import VALUES, field_of, read_plainly

WORDS = (
    *VALUES,
    *(f"{name}={value}" for name in VALUES for value in ("", "x", "3", "-1", "2.5", "a=b")),
    *("--wait", "--json", "--explain", "--help", "-h", "--", "-", "-x", "--nam", "--version", "--unknown=1"),
    *("bg", "bg-status", "demo", "Buy SPY", "Buy and hold SPY", " ", "", "3", "0.5", "nan", "-5", "1_0", "é \n"),
)


def read_by_click(words: list[str]) -> dict[str, object] | None:
    """What the verb's function would get; None when click refuses the words or finds another verb."""
    got: list[dict[str, object]] = []

    def note(**values: object) -> int:
        got.append(values)
        return 0

    with patch.object(bg.command, "callback", note), patch.object(program, "say"):
        try:
            program.run(words)
        except SystemExit:
            return None
    return got[0] if got else None


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(["bg", "Buy and hold SPY"]), st.lists(st.sampled_from(WORDS), max_size=5))
def test_what_is_read_quickly_is_read_so_by_click(first: str, rest: list[str]):
    quick = read_plainly([first, *rest])
    if quick is None:
        return
    sentence, options = quick
    by_click = read_by_click([first, *rest])
    assert by_click is not None
    flags = {name: value for name, value in by_click.items() if name not in options and name != "sentence"}
    assert not any(flags.values())
    assert repr(by_click) == repr({**by_click, "sentence": sentence, **options})  # nan is not equal to itself


def test_every_option_is_read_quickly():
    words = ["bg", "Buy SPY"]
    for name, (kind, _, _) in VALUES.items():
        words += [name, "x" if kind is str else "7"]
    sentence, options = read_plainly(words) or ("", {})
    assert sentence == "Buy SPY"
    assert options == {field_of(name): "x" if kind is str else kind(7) for name, (kind, _, _) in VALUES.items()}
    assert read_plainly(["Buy SPY", "--max-iters=2"]) == read_plainly(["bg", "--max-iters", "2", "Buy SPY"])


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["bg"],
        ["bg", "-"],
        ["bg", "Buy SPY", "--wait"],
        ["bg", "Buy SPY", "--json"],
        ["bg", "Buy SPY", "--explain"],
        ["bg", "Buy SPY", "--help"],
        ["bg", "Buy SPY", "--seed", "x"],
        ["bg", "Buy SPY", "--seed"],
        ["bg", "Buy SPY", "--unknown", "1"],
        ["bg", "Buy", "SPY"],
        ["bg-status"],
        ["--version"],
        ["Buy"],
    ],
)
def test_anything_else_is_left_to_click(words: list[str]):
    assert read_plainly(words) is None
