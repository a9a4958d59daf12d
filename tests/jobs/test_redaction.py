import json

import pytest

from bgagent.jobs.redaction import REDACTED, Redactor, secrets_in

SECRET = 'Tr0ub4dor"&\\3 ü'


@pytest.mark.parametrize(
    "text",
    [
        f"the key is {SECRET}.",
        json.dumps({"error": SECRET}),
        json.dumps({"error": SECRET}, ensure_ascii=False),
        f"{{'error': {SECRET!r}}}",
        "https://host/?key=Tr0ub4dor%22%26%5C3%20%C3%BC&x=1",
    ],
)
def test_a_secret_is_blotted_out_in_every_spelling(text):
    blotted = Redactor([SECRET])(text)
    assert REDACTED in blotted
    assert "Tr0ub4dor" not in blotted


def test_each_line_of_a_long_secret_is_a_secret():
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----"
    assert Redactor([key])("printed: MIIEvQIBADANBg") == f"printed: {REDACTED}"


def test_a_short_value_is_no_secret():
    assert Redactor(["2024", "", "AAPL"])("AAPL in 2024") == "AAPL in 2024"


@pytest.mark.parametrize(
    "text",
    [
        "sk-ant-api03-abcdefghijklmnopqrstuv",
        "AIzaSyA1234567890abcdefghijklmnopqrstuv",
        "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
        "AKIAIOSFODNN7EXAMPLE",
        "Authorization: Bearer abcdef123456789",
        "api_key=abcdef1234567890",
        '{"api_key": "abcdef1234567890"}',
        "postgres://user:hunter22@host/db",
    ],
)
def test_what_looks_like_a_key_is_blotted_out(text):
    blotted = Redactor()(text)
    assert REDACTED in blotted
    for part in ("abcdef123456", "IOSFODNN", "hunter22", "SyA1234", "abcdefghijklmnop"):
        assert part not in blotted


@pytest.mark.parametrize(
    "text",
    [
        "tokens_in=123456789012 tokens_out=5",
        "sha256=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "Backtest a sk-learn-like RSI(14) < 30 strategy on BRK-B",
        "https://example.org:8080/path",
    ],
)
def test_ordinary_text_stays(text):
    assert Redactor()(text) == text


def test_secret_variables_are_known_by_their_names():
    environment = {
        "OPENAI_API_KEY": "o" * 20,
        "db_password": "p" * 20,
        "GITHUB_TOKEN": "g" * 20,
        "KEYBOARD": "k" * 20,
        "PATH": "/usr/bin:/bin",
        "API_KEY": "short",
    }
    assert set(secrets_in(environment)) == {"o" * 20, "p" * 20, "g" * 20}


def test_a_redactor_shows_nothing_of_what_it_hides():
    assert SECRET not in repr(Redactor([SECRET]))
