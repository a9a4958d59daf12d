"""One value of every setting, from wherever it comes."""

from io import StringIO
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given, settings
from hypothesis import strategies as st

from bgagent.errors import BadUse
from bgagent.settings import _plain_values, resolve, surroundings


@pytest.mark.parametrize("nothing", ["", "  ", None])
def test_an_empty_value_gives_way_to_the_one_of_dotenv(tmp_path: Path, nothing: str | None):
    (tmp_path / ".env").write_text("LLM_MODEL=openai:gpt-4o\nDEFAULT_TIMEOUT=77\nOPENAI_API_KEY=sk-1\n")
    environment = {"DEFAULT_TIMEOUT": "88", "LANG": ""}
    if nothing is not None:
        environment |= {"LLM_MODEL": nothing, "OPENAI_API_KEY": nothing}
    merged = surroundings(tmp_path, environment)
    settings = resolve(merged)
    assert (settings.llm_model, settings.timeout_s) == ("openai:gpt-4o", 88.0)
    assert settings.secrets == {"OPENAI_API_KEY": "sk-1"}
    assert merged["LANG"] == "", "what .env does not name stays as it is"


def test_a_command_that_may_hold_a_secret_is_not_shown():
    shown = resolve({"NLBT_NOTIFY": "curl -H 'Authorization: hunter2' https://example.com"}).shown()
    assert "hunter2" not in str(shown)
    assert shown["NLBT_NOTIFY"] == "set"
    assert resolve({}).shown()["NLBT_NOTIFY"] == "-"


@pytest.mark.parametrize("text", ["1e10", "2592001", "inf", "nan", "0", "-1", "soon"])
def test_a_time_that_is_none_names_what_is_allowed(text: str):
    with pytest.raises(BadUse, match=r"--timeout=.*30 days"):
        resolve({}, overrides={"timeout_s": text})
    with pytest.raises(BadUse, match=r"NLBT_SANDBOX_TIMEOUT=.*30 days"):
        resolve({"NLBT_SANDBOX_TIMEOUT": text})


def test_thirty_days_are_allowed():
    assert resolve({"DEFAULT_TIMEOUT": "2592000"}).timeout_s == 2592000.0


PIECES = (
    *("NAME", "_n9", "export", "export X", "9X", "ü", "\ufeff", "value", "sk-or-v1_9/+=", "a b", "a#b", "~", "{x}"),
    *("=", " = ", "==", "\n", "\r\n", "\n\n", "\t", " ", "  #", "#", "\x0b", "\x1c", "\u2028"),
    *("'x'", '"y"', "${NAME}", "$NAME", "\\n", "\\"),
)


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_what_is_read_plainly_is_read_so_by_dotenv(text: str):
    plain = _plain_values(text)
    if plain is not None:
        by_dotenv = dotenv_values(stream=StringIO(text))
        assert plain == {name: value for name, value in by_dotenv.items() if value is not None}


def test_a_usual_dotenv_is_read_plainly():
    lines = ("# keys", "", "OPENROUTER_API_KEY=sk-or-v1-0123", " LLM_MODEL = openrouter:openai/gpt-5", "CACHE_DIR=", "")
    assert _plain_values("\n".join(lines)) == {
        "OPENROUTER_API_KEY": "sk-or-v1-0123",
        "LLM_MODEL": "openrouter:openai/gpt-5",
        "CACHE_DIR": "",
    }
    assert _plain_values('NAME="a b"') is None
