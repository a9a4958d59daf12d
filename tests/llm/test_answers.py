"""Taking the JSON or the Python out of what a model wrote around it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgagent.llm.answers import Unreadable, read_object, read_python

OBJECT = '{"when": "rsi(14) < 30", "stop": {"value": 0.05}}'


@pytest.mark.parametrize(
    "text",
    [
        OBJECT,
        f"```json\n{OBJECT}\n```",
        f"```\n{OBJECT}\n```\n",
        f"~~~json\n{OBJECT}\n~~~",
        f"  ```json\n{OBJECT}\n  ```",
        f"```json\n{OBJECT}",  # never closed
        f"Sure! Here it is:\n\n{OBJECT}\n\nHope {{this}} helps.",
        f"I use {{ braces }} in prose. {OBJECT}",
        f'An example of a level is {{"value": 1}}.\n```json\n{OBJECT}\n```',
        f'{{"a": 1}} and then {OBJECT}',  # the longest one
        f'<think>maybe {{"when": "x"}}</think>\n{OBJECT}',
        f"a thought without a beginning</think>{OBJECT}",
        f'```json\n{{"when": "x",}}\n```\nNo, that has a mistake:\n```json\n{OBJECT}\n```',
    ],
)
def test_the_object_is_found_whatever_stands_around_it(text):
    assert read_object(text) == json.loads(OBJECT)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "there is none"),
        ("I cannot help with that.", "there is none"),
        ("[1, 2, 3]", "there is none"),
        ("{'when': 1}", "there is none"),
        (OBJECT[:-1], "cut off"),  # its inner object is whole, and is not the answer
        (OBJECT[:20], "cut off"),
        ('{"when": "rsi', "cut off"),
        ('{"when": 1,}', "line 1"),
        ('{"when": 1\n "stop": 2}', "line 2"),
        ('{"when": NaN}', "NaN is no JSON"),
        ('{"stop": -Infinity}', "-Infinity is no JSON"),
        ('{"when": 1, "when": 2}', "'when' stands twice"),
        ('{"a": ' * 100 + "1" + "}" * 100, "nested too deeply"),
        ('{"a": ' * 100_000, "nested too deeply|cut off|characters"),
        ("x" * 300_000, "300000 characters"),
    ],
)
def test_what_is_no_object_says_what_to_mend(text, problem):
    with pytest.raises(Unreadable, match=problem):
        read_object(text)


@given(st.text(alphabet='{}[]":,`~ab1\n\\', max_size=200))
def test_any_text_is_an_object_or_unreadable(text):
    try:
        found = read_object(text)
    except Unreadable:
        return
    assert isinstance(found, dict)


SOURCE = "class Cross(Strategy):\n    def on_bar(self):\n        pass"


@pytest.mark.parametrize(
    "text",
    [
        SOURCE,
        f"```python\n{SOURCE}\n```",
        f"```py\n{SOURCE}\n```\nThis class buys.",
        f"Here:\n```Python\n{SOURCE}\n```\nRun it with\n```bash\npython strategy.py\n```",
        f"```python\n{SOURCE}",  # cut off after the code
        f"First try:\n```python\nclass A: ...\n```\nBetter:\n```python\n{SOURCE}\n```",
        f"<thinking>class Wrong: ...</thinking>```\n{SOURCE}\n```",
    ],
)
def test_the_file_is_found_whatever_stands_around_it(text):
    assert read_python(text) == SOURCE + "\n"


@pytest.mark.parametrize("text", ["", "I would write a class.", "```python\nx = 1\n```", "```json\n{}\n```"])
def test_what_holds_no_class_is_unreadable(text):
    with pytest.raises(Unreadable, match="no Python class"):
        read_python(text)
