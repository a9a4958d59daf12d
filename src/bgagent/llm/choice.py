"""Which vendor serves a model, at which address, under which name and with which key.

| written                              | asked                                                                    |
|---|---|
| anything, with a base URL            | that OpenAI-compatible server, by the name that is left                  |
| `openrouter/vendor/model`            | OpenRouter                                                               |
| `gpt-...`, `o3`, `openai/...`        | OpenAI                                                                   |
| `claude-...`, `anthropic/claude-...` | Anthropic                                                                |
| `gemini/...`, `gemini-...`           | Google                                                                   |
| `ollama/model`                       | the Ollama server of this machine                                        |
| `vendor/model`                       | the vendor itself if its key is there, else OpenRouter                   |

A colon after the vendor (`anthropic:claude-...`) is read like a slash.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from bgagent.errors import BadUse, ModelUnavailable


class Protocol(StrEnum):
    """How a server is spoken to."""

    CHAT = "chat"  # OpenAI's chat completions, which most servers understand
    RESPONSES = "responses"  # OpenAI's later one, the only one some of its models answer
    OPENROUTER = "openrouter"  # chat completions that also report what they cost
    ANTHROPIC = "anthropic"


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """One model at one server.

    vendor: for messages and the price list. name: as the server knows it. key_name: the setting that holds the key, for
    messages. short_context: too little room for a long prompt must be expected.
    """

    vendor: str
    name: str
    protocol: Protocol
    base_url: str
    key_name: str
    key: str | None = field(default=None, repr=False)
    short_context: bool = False

    def __str__(self) -> str:
        return f"{self.vendor}/{self.name}"


@dataclass(frozen=True, slots=True)
class _Vendor:
    """title: for messages. domain: of every address that is the vendor's. keys: settings that may hold its key."""

    title: str
    protocol: Protocol
    base_url: str
    domain: str = ""
    keys: tuple[str, ...] = ()


_VENDORS = {
    "openrouter": _Vendor(
        "OpenRouter", Protocol.OPENROUTER, "https://openrouter.ai/api/v1", "openrouter.ai", ("OPENROUTER_API_KEY",)
    ),
    "openai": _Vendor("OpenAI", Protocol.CHAT, "https://api.openai.com/v1", "openai.com", ("OPENAI_API_KEY",)),
    "anthropic": _Vendor(
        "Anthropic", Protocol.ANTHROPIC, "https://api.anthropic.com", "anthropic.com", ("ANTHROPIC_API_KEY",)
    ),
    "google": _Vendor(
        "Google",
        Protocol.CHAT,
        "https://generativelanguage.googleapis.com/v1beta/openai",
        "googleapis.com",
        ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    ),
    "ollama": _Vendor("Ollama", Protocol.CHAT, "http://127.0.0.1:11434/v1"),
}
_SPELLINGS = {name: name for name in _VENDORS} | {"openai-chat": "openai", "gemini": "google", "google-gla": "google"}
_BARE_NAMES = (
    (re.compile(r"(gpt-|chatgpt-|o[1-9]|codex-)", re.IGNORECASE), "openai"),
    (re.compile(r"claude-", re.IGNORECASE), "anthropic"),
    (re.compile(r"gemini-", re.IGNORECASE), "google"),
)
_NEEDS_RESPONSES = re.compile(r"codex|^o\d-pro|^gpt-[\d.]+-pro|deep-research", re.IGNORECASE)
_ROUTES_ONLY = {"openrouter", "ollama"}  # never the first part of a name that a server of one's own knows
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def choose_model(written: str, *, base_url: str | None, secrets: Mapping[str, str]) -> ModelChoice:
    """The model that `written` (the setting LLM_MODEL) stands for.

    base_url: an OpenAI-compatible server that is asked instead of the vendor. secrets: name of a key -> key.
    Raises BadUse when the name or the address says nothing, ModelUnavailable when the vendor's key is missing.
    """
    written = written.strip()
    vendor, separator, name = _split(written)
    if not name:
        raise BadUse(
            f"LLM_MODEL={written!r} names no model", hint="write it as in openrouter/vendor/model or gpt-4o-mini"
        )
    if base_url:
        routed = separator == ":" or vendor in _ROUTES_ONLY
        return _at_own_server(vendor, name if routed else written, base_url, secrets)
    if not vendor:
        vendor = next((owner for pattern, owner in _BARE_NAMES if pattern.match(name)), "")
    if not vendor and "/" not in name:
        raise BadUse(
            f"LLM_MODEL={written!r} names no vendor that is known",
            hint="write it as in openrouter/vendor/model, or set LLM_BASE_URL to the server that has it",
        )
    if not vendor:
        vendor = "openrouter"
    elif _is_openrouters(vendor, name, secrets):
        vendor, name = "openrouter", f"{vendor}/{name}"
    return _at_vendor(vendor, name, written, secrets)


def _split(written: str) -> tuple[str, str, str]:
    """(vendor, separator, name); the first two are empty when the first part is no vendor that is known."""
    match = re.match(r"([A-Za-z-]+)([/:])(.*)", written)
    if match and match[1].lower() in _SPELLINGS:
        return _SPELLINGS[match[1].lower()], match[2], match[3]
    return "", "", written


def _is_openrouters(vendor: str, name: str, secrets: Mapping[str, str]) -> bool:
    """Whether a vendor's model has to be asked for at OpenRouter: its spelling says so, or its key is the only one."""
    if vendor in _ROUTES_ONLY or not secrets.get("OPENROUTER_API_KEY"):
        return False
    return _key(vendor, secrets)[1] is None or (vendor == "anthropic" and "." in name)


def _key(vendor: str, secrets: Mapping[str, str]) -> tuple[str, str | None]:
    """Name and value of the vendor's key."""
    names = _VENDORS[vendor].keys
    found = next((name for name in names if secrets.get(name)), None)
    return (found, secrets[found]) if found else (names[0] if names else "LLM_API_KEY", None)


def _at_vendor(vendor: str, name: str, written: str, secrets: Mapping[str, str]) -> ModelChoice:
    known = _VENDORS[vendor]
    key_name, key = _key(vendor, secrets)
    if vendor == "openrouter" and "/" not in name:
        name = f"openrouter/{name}"  # its own models, as in openrouter/auto
    if known.keys and key is None:
        raise ModelUnavailable(
            f"the model {written} is asked for at {known.title}, and {key_name} is not set",
            hint=f"set {key_name} in the environment or in .env, or name another model in LLM_MODEL",
        )
    protocol = Protocol.RESPONSES if vendor == "openai" and _NEEDS_RESPONSES.search(name) else known.protocol
    return ModelChoice(vendor, name, protocol, known.base_url, key_name, key, short_context=vendor == "ollama")


def _at_own_server(vendor: str, name: str, base_url: str, secrets: Mapping[str, str]) -> ModelChoice:
    address = urlsplit(base_url)
    host = address.hostname
    if address.scheme not in ("http", "https") or not host:
        raise BadUse(
            f"LLM_BASE_URL={base_url!r} is no address of a server", hint="write it as in http://127.0.0.1:8080/v1"
        )
    owner = _owner(host)
    key_name, key = _key_for_host(host, owner, secrets)
    protocol = Protocol.OPENROUTER if owner == "openrouter" else Protocol.CHAT
    return ModelChoice(
        owner or host, name, protocol, base_url.rstrip("/"), key_name, key, short_context=vendor == "ollama"
    )


def _owner(host: str) -> str:
    """The vendor whose host it is; empty when it is none's."""
    domains = {name: vendor.domain for name, vendor in _VENDORS.items() if vendor.domain}
    return next((name for name, domain in domains.items() if host == domain or host.endswith(f".{domain}")), "")


def _key_for_host(host: str, owner: str, secrets: Mapping[str, str]) -> tuple[str, str | None]:
    """The key a server may be shown: its own one, or the vendor's at the vendor's own address.

    A server on this machine stands in for OpenAI, so that it may have OpenAI's key; no other does.
    """
    if secrets.get("LLM_API_KEY"):
        return "LLM_API_KEY", secrets["LLM_API_KEY"]
    if owner:
        return _key(owner, secrets)
    if host in _LOOPBACK and secrets.get("OPENAI_API_KEY"):
        return "OPENAI_API_KEY", secrets["OPENAI_API_KEY"]
    return "LLM_API_KEY", None


def described(choice: ModelChoice) -> str:
    """A choice as a recording keeps it: what decides questions and names, no address and no key."""
    return json.dumps([choice.vendor, choice.name, choice.short_context])


def recorded_choice(about: Mapping[str, str], role: str) -> ModelChoice | None:
    """The model that had a role when a recording was made; it needs neither address nor key. None when it says none."""
    try:
        vendor, name, short_context = json.loads(about.get(role) or about["reader"])
    except (KeyError, ValueError, TypeError):
        return None
    return ModelChoice(str(vendor), str(name), Protocol.CHAT, "", "LLM_API_KEY", short_context=bool(short_context))
