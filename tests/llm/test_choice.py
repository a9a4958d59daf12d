"""Which vendor serves a model: the names people write in .env, at the right server, with the right key."""

import pytest

from bgagent.errors import BadUse, ModelUnavailable
from bgagent.llm.choice import Protocol, choose_model

KEYS = {
    "OPENROUTER_API_KEY": "or-key",
    "OPENAI_API_KEY": "oa-key",
    "ANTHROPIC_API_KEY": "an-key",
    "GEMINI_API_KEY": "ge-key",
}


@pytest.mark.parametrize(
    ("written", "vendor", "name", "protocol", "key"),
    [
        ("openrouter/anthropic/claude-3.5-sonnet", "openrouter", "anthropic/claude-3.5-sonnet", "openrouter", "or-key"),
        ("openrouter:openai/gpt-4o", "openrouter", "openai/gpt-4o", "openrouter", "or-key"),
        ("openrouter/auto", "openrouter", "openrouter/auto", "openrouter", "or-key"),
        ("gpt-4o-mini", "openai", "gpt-4o-mini", "chat", "oa-key"),
        ("openai/gpt-4o-mini", "openai", "gpt-4o-mini", "chat", "oa-key"),
        ("openai-chat:gpt-4o-mini", "openai", "gpt-4o-mini", "chat", "oa-key"),
        ("o3-mini", "openai", "o3-mini", "chat", "oa-key"),
        ("gpt-5-codex", "openai", "gpt-5-codex", "responses", "oa-key"),
        ("claude-3-5-sonnet-20241022", "anthropic", "claude-3-5-sonnet-20241022", "anthropic", "an-key"),
        ("anthropic/claude-sonnet-4-5", "anthropic", "claude-sonnet-4-5", "anthropic", "an-key"),
        ("anthropic:claude-sonnet-4-5", "anthropic", "claude-sonnet-4-5", "anthropic", "an-key"),
        ("anthropic/claude-3.5-sonnet", "openrouter", "anthropic/claude-3.5-sonnet", "openrouter", "or-key"),
        ("gemini/gemini-2.5-flash", "google", "gemini-2.5-flash", "chat", "ge-key"),
        ("gemini-2.5-flash", "google", "gemini-2.5-flash", "chat", "ge-key"),
        ("google/gemini-2.5-flash", "google", "gemini-2.5-flash", "chat", "ge-key"),
        ("mistralai/mistral-large", "openrouter", "mistralai/mistral-large", "openrouter", "or-key"),
        ("ollama/llama3.2:3b", "ollama", "llama3.2:3b", "chat", None),
        ("  gpt-4o-mini\n", "openai", "gpt-4o-mini", "chat", "oa-key"),
    ],
)
def test_a_name_finds_its_vendor(written, vendor, name, protocol, key):
    choice = choose_model(written, base_url=None, secrets=KEYS)
    assert (choice.vendor, choice.name, choice.protocol, choice.key) == (vendor, name, Protocol(protocol), key)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("anthropic/claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
        ("openai/gpt-4o", "openai/gpt-4o"),
        ("gpt-4o-mini", "openai/gpt-4o-mini"),
        ("gemini/gemini-2.5-flash", "google/gemini-2.5-flash"),
    ],
)
def test_with_openrouters_key_alone_a_vendors_model_is_asked_for_there(written, name):
    choice = choose_model(written, base_url=None, secrets={"OPENROUTER_API_KEY": "or-key"})
    assert (choice.vendor, choice.name, choice.key) == ("openrouter", name, "or-key")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("llama3:8b", "llama3:8b"),  # a colon that is no vendor's
        ("ollama/llama3:8b", "llama3:8b"),
        ("openai/gpt-oss-20b", "openai/gpt-oss-20b"),  # the whole name of a model
        ("openai-chat:scripted", "scripted"),
        ("openrouter/anthropic/claude-3.5-sonnet", "anthropic/claude-3.5-sonnet"),
    ],
)
def test_a_server_of_ones_own_is_asked_by_chat_completions(written, name):
    choice = choose_model(written, base_url="http://127.0.0.1:8080/v1/", secrets={})
    assert (choice.name, choice.protocol, choice.base_url) == (name, Protocol.CHAT, "http://127.0.0.1:8080/v1")
    assert choice.key is None


@pytest.mark.parametrize(
    ("base_url", "secrets", "key"),
    [
        ("http://10.0.0.7/v1", KEYS, None),  # a stranger is shown no vendor's key
        ("https://openrouter.ai.evil.example/v1", KEYS, None),
        ("http://10.0.0.7/v1", {**KEYS, "LLM_API_KEY": "own-key"}, "own-key"),
        ("http://localhost:4000", KEYS, "oa-key"),
        ("https://openrouter.ai/api/v1", KEYS, "or-key"),
        ("https://eu.api.openai.com/v1", KEYS, "oa-key"),
    ],
)
def test_a_key_is_shown_only_to_the_server_it_is_for(base_url, secrets, key):
    assert choose_model("m", base_url=base_url, secrets=secrets).key == key


def test_a_key_stands_in_no_repr():
    assert "oa-key" not in repr(choose_model("gpt-4o-mini", base_url=None, secrets=KEYS))


@pytest.mark.parametrize("written", ["llama3", "", "   ", "openrouter/", "gpt4"])
def test_a_name_that_says_nothing_is_bad_use(written):
    with pytest.raises(BadUse, match="LLM_MODEL"):
        choose_model(written, base_url=None, secrets=KEYS)


@pytest.mark.parametrize("base_url", ["127.0.0.1:8080", "ftp://host/v1", "http://"])
def test_an_address_that_is_none_is_bad_use(base_url):
    with pytest.raises(BadUse, match="LLM_BASE_URL"):
        choose_model("m", base_url=base_url, secrets={})


@pytest.mark.parametrize(
    ("written", "key_name"),
    [
        ("gpt-4o-mini", "OPENAI_API_KEY"),
        ("openrouter/anthropic/claude-3.5-sonnet", "OPENROUTER_API_KEY"),
        ("claude-3-5-sonnet-20241022", "ANTHROPIC_API_KEY"),
        ("gemini/gemini-2.5-flash", "GEMINI_API_KEY"),
        ("mistralai/mistral-large", "OPENROUTER_API_KEY"),
    ],
)
def test_a_missing_key_is_named(written, key_name):
    with pytest.raises(ModelUnavailable, match=key_name) as raised:
        choose_model(written, base_url=None, secrets={})
    assert key_name in raised.value.hint


def test_a_model_at_a_server_of_this_machine_may_have_little_room():
    assert choose_model("ollama/llama3.2", base_url=None, secrets={}).short_context
    assert not choose_model("gpt-4o-mini", base_url=None, secrets=KEYS).short_context
