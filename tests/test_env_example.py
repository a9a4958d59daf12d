"""`.env.example` names every setting there is, with its default, and no other."""

import re
from dataclasses import fields
from pathlib import Path

from bgagent.settings import SECRET_NAMES, Settings, resolve

EXAMPLE = Path(__file__).resolve().parent.parent / ".env.example"
LINE = re.compile(r"^#([A-Z_]+)=(.*)$", re.MULTILINE)


def settings_shown() -> dict[str, str]:
    rows = LINE.findall(EXAMPLE.read_text(encoding="utf-8"))
    assert len(rows) == len(dict(rows)), "a setting is shown twice"
    return dict(rows)


def test_every_setting_is_shown_once_and_no_other():
    known = {item.metadata["name"] for item in fields(Settings) if item.metadata}
    assert settings_shown().keys() == known | set(SECRET_NAMES)


def test_the_values_shown_are_the_defaults():
    assert resolve(settings_shown()) == Settings()


def test_keys_are_shown_empty():
    assert {settings_shown()[name] for name in SECRET_NAMES} == {""}
