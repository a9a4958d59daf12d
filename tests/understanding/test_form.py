"""The form of a model's answer: described from our types, read back with everything that is wrong."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgagent.engine.plan import Distance, DistanceKind, Rule, RulePlan
from bgagent.understanding.form import describe, read_form


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Leaf:
    name: str
    colour: Colour = Colour.RED


@dataclass(frozen=True)
class Tree:
    planted: date
    height: float
    leaves: tuple[Leaf, ...] = ()
    age: int | None = None
    is_old: bool = False

    def __post_init__(self):
        if self.height <= 0:
            raise ValueError("a tree must be higher than 0")


def read(value):
    problems: list[str] = []
    return read_form(value, Tree, "tree", problems), problems


def test_a_type_is_described_with_what_may_be_left_out():
    assert describe(Tree).splitlines() == [
        'Tree = {planted: "YYYY-MM-DD", height: number, leaves?: [Leaf, ...], age?: integer, is_old?: boolean = false}',
        'Leaf = {name: string, colour?: "red" | "blue" = "red"}',
    ]


def test_a_whole_answer_becomes_the_type():
    tree, problems = read(
        {"planted": "2020-02-29", "height": 3, "leaves": [{"name": "a", "colour": "blue"}, {"name": "b"}], "age": 5.0}
    )
    assert problems == []
    assert tree == Tree(date(2020, 2, 29), 3.0, (Leaf("a", Colour.BLUE), Leaf("b")), 5)


def test_null_is_left_out():
    assert read({"planted": "2020-02-29", "height": 3, "age": None, "leaves": None})[0] == Tree(date(2020, 2, 29), 3.0)


def test_everything_that_is_wrong_is_told_with_its_place():
    tree, problems = read({"height": "3", "leaves": [{"colour": "green"}, 7], "age": 2.5, "is_old": 1, "bark": 1})
    assert tree is None
    assert problems == [
        "tree.bark: there is no such key; Tree has planted, height, leaves, age, is_old",
        "tree.planted: is missing",
        "tree.height: expected number, was '3'",
        "tree.leaves[0].name: is missing",
        'tree.leaves[0].colour: expected "red" | "blue", was \'green\'',
        "tree.leaves[1]: expected an object, was 7",
        "tree.age: expected integer, was 2.5",
        "tree.is_old: expected boolean, was 1",
    ]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"planted": "2023-02-29", "height": 1}, "planted"),
        ({"planted": "2023-02-28", "height": float("nan")}, "height"),
        ({"planted": "2023-02-28", "height": True}, "height"),
        ({"planted": "2023-02-28", "height": -1}, "higher than 0"),
        ({"planted": "2023-02-28", "height": 1, "leaves": {"name": "a"}}, "expected a list"),
        ([], "expected an object"),
        (None, "expected an object"),
    ],
)
def test_what_the_type_refuses_is_a_problem(value, problem):
    tree, problems = read(value)
    assert tree is None
    assert [problem in told for told in problems] == [True]


def test_the_engines_own_plan_is_read():
    problems: list[str] = []
    plan = read_form(
        {"symbol": "SPY", "entry": {"when": "rsi(14) < 30"}, "stop_loss": {"kind": "atr", "value": 2}},
        RulePlan,
        "plan",
        problems,
    )
    assert problems == []
    assert plan == RulePlan("SPY", entry=Rule("rsi(14) < 30"), stop_loss=Distance(DistanceKind.ATR, 2.0))


_KEYS = st.sampled_from(["planted", "height", "leaves", "age"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner),
    max_leaves=8,
)


@given(_JSON)
def test_any_json_is_a_value_or_a_problem(value):
    tree, problems = read(value)
    assert (tree is None) == bool(problems)


@dataclass(frozen=True)
class Circle:
    kind: ClassVar[str] = "circle"

    radius: float


@dataclass(frozen=True)
class Square:
    kind: ClassVar[str] = "square"

    side: float


@dataclass(frozen=True)
class Drawing:
    shapes: tuple[Circle | Square, ...]
    frame: Circle | Square | None = None


def test_one_of_several_dataclasses_is_named_by_its_kind():
    assert describe(Drawing).splitlines() == [
        "Drawing = {shapes: [Circle | Square, ...], frame?: Circle | Square}",
        'Circle = {kind: "circle", radius: number}',
        'Square = {kind: "square", side: number}',
    ]
    assert describe(Drawing, without=[Square]).splitlines() == [
        "Drawing = {shapes: [Circle, ...], frame?: Circle}",
        'Circle = {kind: "circle", radius: number}',
    ]
    problems: list[str] = []
    drawn = {"shapes": [{"kind": "square", "side": 2}, {"radius": 1}], "frame": {"kind": "circle", "radius": 3}}
    assert read_form(drawn, Drawing, "drawing", problems) == Drawing((Square(2.0), Circle(1.0)), Circle(3.0))
    assert problems == []


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        ({"kind": "line", "side": 1}, "drawing.shapes[0].kind: expected one of circle, square, was 'line'"),
        ({"kind": ["square"], "side": 1}, "drawing.shapes[0].kind: expected one of circle, square, was ['square']"),
        ({"kind": "square", "radius": 1}, "drawing.shapes[0].radius: there is no such key; Square has side"),
        (7, "drawing.shapes[0]: expected an object, was 7"),
    ],
)
def test_a_kind_that_there_is_not_is_named(shape, told):
    problems: list[str] = []
    assert read_form({"shapes": [shape]}, Drawing, "drawing", problems) is None
    assert told in problems
