import pytest

from bgagent.reporting.visible import visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("a\x1b[31mb\x00c\x7f", "a [31mb c "),
        ("a\nb\tc\u2028d", "a b c d"),
        ("\u202egnp.exe", "gnp.exe"),  # would be read from right to left
        ("a\u200bb\ufeff", "ab"),
        ("1\u202f000\u00a0%", "1\u202f000\u00a0%"),  # spaces inside figures
        ("बंद\u200dकर", "बंद\u200dकर"),  # joiners belong to the script
        ("$25K → ₹10,00,000", "$25K → ₹10,00,000"),
    ],
)
def test_only_what_shows_is_kept(text, expected):
    assert visible(text) == expected


def test_lines_can_be_kept():
    assert visible("a\n\tb\r\n", keep_lines=True) == "a\n\tb \n"
