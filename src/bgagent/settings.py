"""Settings: command line over environment over `.env`, resolved once into one frozen value.

Nothing here reads the process's environment by itself: the caller passes it in.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bgagent.errors import BadUse

SECRET_NAMES = (
    "OPENROUTER_API_KEY",
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "LLM_API_KEY",
    "ALPACA_API_KEY",
    "ALPACA_SECRET_KEY",
    "TIINGO_API_KEY",
)


LONGEST_S = 30 * 86_400.0  # a job may take

# no quotes, blanks, escapes, remarks or other variables in the value
_PLAIN_LINE = re.compile(
    r"[ \t]*(?:#.*|(?!export\b)(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"[ \t]*=[ \t]*(?P<value>[A-Za-z0-9!%&()*+,./:;<=>?@\[\]^_`{|}~-]*)[ \t]*)?"
)


def _setting(name: str, default: Any) -> Any:
    return field(default=default, metadata={"name": name})


@dataclass(frozen=True, slots=True)
class Settings:
    """What a job is run with. `metadata["name"]` of each field is its name in the environment and in `.env`.

    llm_price: US dollars per million tokens in and out, of a model that the price list does not have.
    secrets: values of the keys that are set, kept out of every repr and log.
    """

    llm_model: str | None = _setting("LLM_MODEL", None)
    llm_code_model: str | None = _setting("LLM_CODE_MODEL", None)
    llm_base_url: str | None = _setting("LLM_BASE_URL", None)
    timeout_s: float = _setting("DEFAULT_TIMEOUT", 600.0)
    max_iters: int = _setting("MAX_RETRY_ATTEMPTS", 3)
    model_calls: int = _setting("MAX_AGENT_ITERATIONS", 12)
    cache_dir: Path = _setting("CACHE_DIR", Path(".cache"))
    data: str = _setting("NLBT_DATA", "auto")
    data_dir: str | None = _setting("NLBT_DATA_DIR", None)
    slippage_bps: float = _setting("NLBT_SLIPPAGE_BPS", 5.0)
    commission_bps: float = _setting("NLBT_COMMISSION_BPS", 0.0)
    max_running: int = _setting("NLBT_MAX_RUNNING", 0)  # 0: as many as there are cores
    launcher: str = _setting("NLBT_LAUNCHER", "auto")
    sandbox_memory_mb: int = _setting("NLBT_SANDBOX_MEMORY_MB", 2048)
    sandbox_timeout_s: float = _setting("NLBT_SANDBOX_TIMEOUT", 60.0)
    allow_weak_isolation: bool = _setting("NLBT_ALLOW_WEAK_ISOLATION", False)
    budget_usd: float | None = _setting("NLBT_BUDGET_USD", None)
    budget_tokens: int | None = _setting("NLBT_BUDGET_TOKENS", None)
    llm_price: tuple[float, float] | None = _setting("NLBT_LLM_PRICE", None)
    as_of: datetime | None = _setting("NLBT_AS_OF", None)
    notify: str | None = _setting("NLBT_NOTIFY", None)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def slots(self) -> int:
        """How many jobs may run at once."""
        return self.max_running or os.cpu_count() or 1

    def shown(self) -> dict[str, str]:
        """Every setting by its environment name, as text, without secrets.

        Keys that are set are named as `set`, and so is the command of NLBT_NOTIFY, which may well hold one.
        """
        rows = {str(item.metadata["name"]): _show(getattr(self, item.name)) for item in fields(self) if item.metadata}
        if self.notify is not None:
            rows["NLBT_NOTIFY"] = "set"
        rows.update(dict.fromkeys(self.secrets, "set"))
        return rows


def _show(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return "/".join(f"{part:g}" for part in value)
    return str(value)


def read_dotenv(folder: Path) -> dict[str, str]:
    """The names and values of `.env` in `folder`; empty when there is none. BadUse when it is not text."""
    path = folder / ".env"
    if not path.is_file():
        return {}
    try:
        plain = _plain_values(path.read_text(encoding="utf-8"))
        if plain is not None:
            return plain
        from dotenv import dotenv_values  # noqa: PLC0415 - 8 ms that most files do not need

        return {name: value for name, value in dotenv_values(path, encoding="utf-8").items() if value is not None}
    except (UnicodeDecodeError, OSError) as error:
        raise BadUse(
            f"cannot read {path.name}: {error}", hint="save it as UTF-8 text, one NAME=value a line"
        ) from error


def _plain_values(text: str) -> dict[str, str] | None:
    """What a `.env` says that holds only NAME=value, remarks and empty lines; None when dotenv has to read it."""
    values = {}
    for line in text.split("\n"):
        found = _PLAIN_LINE.fullmatch(line)
        if found is None:
            return None
        if found["name"]:
            values[found["name"]] = found["value"]
    return values


def surroundings(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with what `.env` in `folder` adds to it. A value that is empty gives way to that of `.env`."""
    filled = _filled(environment)
    added = {name: value for name, value in read_dotenv(folder).items() if name not in filled}
    return {**environment, **added}


def resolve(environment: Mapping[str, str], overrides: Mapping[str, Any] | None = None) -> Settings:
    """One value of every setting: `overrides` (by field name, None: not given) over `environment`.

    An empty value counts as not given. Raises BadUse naming the setting whose value cannot be used.
    """
    named = {name: value.strip() for name, value in _filled(environment).items()}
    values: dict[str, Any] = {}
    for item in fields(Settings):
        if not item.metadata:
            continue
        name = item.metadata["name"]
        given = (overrides or {}).get(item.name)
        text = str(given) if given is not None else named.get(name, "")
        if text:
            values[item.name] = _parse(_OPTIONS.get(item.name, name) if given is not None else name, text, item.name)
    secrets = {name: named[name] for name in SECRET_NAMES if named.get(name)}
    return Settings(**values, secrets=secrets)


def _filled(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if value.strip()}


def _parse(name: str, text: str, field_name: str) -> Any:
    reader, wanted = _READERS.get(field_name, (str, "text"))
    try:
        return reader(text)
    except ValueError as error:
        raise BadUse(f"{name}={text!r} cannot be used: {wanted} is expected") from error


def _above_zero(kind: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        value = kind(text)
        if not 0 < value < float("inf"):
            raise ValueError(text)
        return value

    return read


def _seconds(text: str) -> float:
    value = float(_above_zero(float)(text))
    if value > LONGEST_S:
        raise ValueError(text)
    return value


def _zero_or_more(kind: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        value = kind(text)
        if not 0 <= value < float("inf"):
            raise ValueError(text)
        return value

    return read


def _price(text: str) -> tuple[float, float]:
    parts = [_zero_or_more(float)(part) for part in text.split("/")]
    if len(parts) != 2:
        raise ValueError(text)
    return parts[0], parts[1]


def _launcher(text: str) -> str:
    if text not in ("auto", "tmux", "plain"):
        raise ValueError(text)
    return text


def _yes_or_no(text: str) -> bool:
    if text.lower() in ("1", "yes", "true", "on"):
        return True
    if text.lower() in ("0", "no", "false", "off"):
        return False
    raise ValueError(text)


def read_moment(text: str) -> datetime:
    """An ISO date or time as UTC; a date alone is its end, so that the day's own session counts as complete."""
    moment = datetime.fromisoformat(text)
    if len(text) <= len("2024-01-01"):
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


# what a setting is called where it overrides the environment
_OPTIONS = {
    "timeout_s": "--timeout",
    "max_iters": "--max-iters",
    "llm_model": "--model",
    "budget_usd": "--budget-usd",
    "notify": "--notify",
    "data": "--data",
    "as_of": "--as-of",
}
_SECONDS = f"seconds above 0, at most {LONGEST_S:,.0f} (30 days),"
_READERS: dict[str, tuple[Callable[[str], Any], str]] = {
    "timeout_s": (_seconds, _SECONDS),
    "max_iters": (_above_zero(int), "a whole number above 0"),
    "model_calls": (_above_zero(int), "a whole number above 0"),
    "cache_dir": (Path, "a folder"),
    "slippage_bps": (_zero_or_more(float), "basis points, 0 or more"),
    "commission_bps": (_zero_or_more(float), "basis points, 0 or more"),
    "max_running": (_zero_or_more(int), "a whole number, 0 or more"),
    "launcher": (_launcher, "auto, tmux or plain"),
    "sandbox_memory_mb": (_above_zero(int), "megabytes above 0"),
    "sandbox_timeout_s": (_seconds, _SECONDS),
    "allow_weak_isolation": (_yes_or_no, "yes or no"),
    "budget_usd": (_above_zero(float), "dollars above 0"),
    "budget_tokens": (_above_zero(int), "a whole number above 0"),
    "llm_price": (_price, "dollars a million tokens, in and out, as in 0.15/0.60,"),
    "as_of": (read_moment, "an ISO date or time"),
}
