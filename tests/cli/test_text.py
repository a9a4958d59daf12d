import pytest

from bgagent.cli.text import fact_lines, table


def test_without_a_width_columns_are_as_wide_as_their_widest_cell():
    assert table([("a", "long cell"), ("bcd", "x")], ("h", "head")) == "h    head\na    long cell\nbcd  x"


def test_the_widest_columns_are_cut_to_a_narrow_terminal():
    # 40 letters and 7 and a gap of 2: the first column gives 19 away
    shown = table([("x" * 40, "running")], ("job", "state"), width=30).splitlines()
    assert shown == [f"{'job':<21}  state", f"{'x' * 20}…  running"]


def test_a_line_never_exceeds_the_terminal_however_narrow():
    shown = table([("x" * 40, "y" * 40, "z" * 40)], ("job", "state", "message"), width=11).splitlines()
    assert [len(line) <= 11 for line in shown] == [True, True]


def test_control_characters_cannot_leave_their_cell():
    assert "\x1b" not in table([("a\x1b[2Jb\nc",)], ("h",))
    assert len(fact_lines({"message": "a\nb\r\x1b[2J"}).splitlines()) == 1


def test_unknown_facts_are_left_out_and_large_numbers_stay_readable():
    assert fact_lines({"a": None, "bb": "", "c": [], "d": 0.123456, "e": 12345.6}) == "d  0.123\ne  12346"


@pytest.mark.parametrize(
    ("width", "wanted"),
    [
        (100, f"{'j' * 30}  running  {'p' * 14}  {'m' * 42}…"),  # the message gives way
        (60, f"{'j' * 30}  running  {'p' * 14}"),  # a message of three letters tells nothing
        (50, f"{'j' * 24}…  running  {'p' * 14}"),  # half the line is enough for a name
        (40, f"{'j' * 30}  running"),
        (30, f"{'j' * 20}…  running"),
        (12, f"{'j' * 11}…"),
    ],
)
def test_what_names_a_row_is_cut_last(width: int, wanted: str):
    rows = [("j" * 30, "running", "p" * 14, "m" * 70)]
    assert table(rows, ("job", "state", "phase", "message"), width=width, named_by=0).splitlines()[1] == wanted


def test_what_names_a_row_may_stand_anywhere():
    shown = table([("1", "caution", "j" * 30, "s" * 50)], ("", "verdict", "job", "sentence"), width=50, named_by=2)
    assert shown.splitlines()[1] == f"1  caution  {'j' * 30}"
