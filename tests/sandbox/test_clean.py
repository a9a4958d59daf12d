"""Text from strategy code may not steer what shows it."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgagent.sandbox.clean import clean_text, one_line


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"plain text, with a\ttab\n", "plain text, with a\ttab\n"),
        (b"\x1b[31mred\x1b[0m", "red"),
        (b"up\x1b[2A\x1b[2Kdown", "updown"),
        (b"\x1b]0;title\x07after", "after"),
        (b"\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        (b"\x1bPsixel\x1b\\after", "after"),
        (b"\x1b]never ended", ""),
        (b"\x1b", ""),
        (b"\x1bcreset", "reset"),
        ("\x9b31mC1 red".encode(), "C1 red"),
        ("\x9dtitle\x9cafter".encode(), "after"),
        (b"one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("one\x85two\u2028three\u2029four\x0bfive\x0csix".encode(), "one\ntwo\nthree\nfour\nfive\nsix"),
        (b"nul\x00 bell\x07 back\x08 del\x7f", "nul bell back del"),
        ("admin\u202egpj.exe".encode(), "admingpj.exe"),
        ("\u2066isolate\u2069 \u200bzero\u200d width\ufeff".encode(), "isolate zero width"),
        ("tag\U000e0041\U000e007f".encode(), "tag"),
        (b"bad \xff\xfe utf-8", "bad \ufffd\ufffd utf-8"),
        ("naïve £5 – 価格 📈".encode(), "naïve £5 – 価格 📈"),
        ("lone \ud800 surrogate", "lone  surrogate"),
    ],
)
def test_nothing_is_left_that_steers(raw, shown):
    assert clean_text(raw, keep=1000) == shown


def test_the_end_of_a_long_text_is_kept():
    assert clean_text("0123456789", keep=4) == "6789"


def test_one_line_is_one_line_and_keeps_the_front():
    assert one_line("first\nsecond\r\n\tthird   \x1b[1mbold", keep=100) == "first second third bold"
    assert one_line("word " * 50, keep=9) == "word word"


@given(st.binary(max_size=200) | st.text(max_size=200))
@settings(max_examples=200)
def test_whatever_comes_in_only_printable_text_comes_out(raw):
    shown = clean_text(raw, keep=100)
    assert len(shown) <= 100
    assert all(mark in "\n\t" or not unicodedata.category(mark).startswith("C") for mark in shown)
    assert "\n" not in one_line(raw, keep=50)
