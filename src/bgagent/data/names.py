"""The names that `--data` takes; loads no provider, so that a wrong name is told before a job is started."""

import os

ENTRY_POINTS = "bgagent.data_providers"
BUILT_IN = ("folder", "synthetic", "yahoo", "alpaca", "tiingo")
EXCHANGE_PREFIX = "ccxt-"  # of a crypto exchange, followed by its name in ccxt
ALIASES = {"demo": "synthetic"}


def is_path(name: str) -> bool:
    """True for what can only be one or several directories: a name of a provider has none of these signs."""
    return os.sep in name or os.pathsep in name or name in (".", "..") or name.startswith("~")


def provider_names() -> tuple[str, ...]:
    """Built-in names first; one that a package brings never replaces a built-in one."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - 20 ms that a built-in name need not wait for

    brought = {entry.name for entry in entry_points(group=ENTRY_POINTS)}
    return (*BUILT_IN, *sorted(brought - set(BUILT_IN)))


def is_built_in(choice: str) -> bool:
    """True for `auto` and for a name that needs no package and no directory."""
    name = choice.strip().lower()
    return name in ("", "auto", *BUILT_IN, *ALIASES) or is_exchange(name)


def is_exchange(choice: str) -> bool:
    """True for the name of a crypto exchange, as in ccxt-kraken; whether there is such an exchange, ccxt knows."""
    name = choice.strip().lower()
    return name.startswith(EXCHANGE_PREFIX) and name.removeprefix(EXCHANGE_PREFIX).isalnum()
