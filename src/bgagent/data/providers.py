"""The provider that a name or a directory means."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from bgagent.data.added import AddedFirst, added_dir
from bgagent.data.alpaca import AlpacaProvider
from bgagent.data.cached_provider import CachedProvider
from bgagent.data.crypto import CryptoProvider
from bgagent.data.folder import FolderProvider
from bgagent.data.names import ALIASES, ENTRY_POINTS, EXCHANGE_PREFIX, is_exchange, is_path, provider_names
from bgagent.data.provider import Provider
from bgagent.data.synthetic import SyntheticProvider
from bgagent.data.tiingo import TiingoProvider
from bgagent.data.yahoo import YahooProvider
from bgagent.errors import BadUse


@dataclass(frozen=True, slots=True)
class ProviderOptions:
    """What a provider may need to be made.

    timeout_s: for one fetch, waiting included. deadline: on the clock of time.monotonic, when the last fetch of all
    has to be over; None: no such bound. keys: API keys by the name of their setting, never shown.
    """

    cache_dir: Path
    directories: tuple[Path, ...] = ()
    seed: int = 0
    timeout_s: float = 60.0
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    deadline: float | None = None


ProviderFactory = Callable[[ProviderOptions], Provider]

_BUILT_IN: Mapping[str, ProviderFactory] = {
    "folder": lambda options: FolderProvider(_some(options.directories)),
    "synthetic": lambda options: SyntheticProvider(options.seed),
    "alpaca": lambda options: AlpacaProvider(
        _key(options, "ALPACA_API_KEY", "alpaca"),
        _key(options, "ALPACA_SECRET_KEY", "alpaca"),
        timeout_s=options.timeout_s,
        deadline=options.deadline,
    ),
    "tiingo": lambda options: TiingoProvider(
        _key(options, "TIINGO_API_KEY", "tiingo"), timeout_s=options.timeout_s, deadline=options.deadline
    ),
    "yahoo": lambda options: YahooProvider(options.cache_dir, timeout_s=options.timeout_s, deadline=options.deadline),
}


def provider_of(choice: str, options: ProviderOptions) -> Provider:
    """The provider that `--data` or NLBT_DATA means.

    choice: `auto` (the directories if there are any, else files added, cache and yahoo; never synthetic), a provider's
    name, `demo` for synthetic, or one or several directories joined by ':'. A remote provider comes with the cache in
    front. Raises BadUse for anything else.
    """
    name = choice.strip()
    if name in ("", "auto"):
        if options.directories:
            return provider_of("folder", options)
        remote = provider_of("yahoo", options)
        added = added_dir(options.cache_dir)
        return AddedFirst(FolderProvider([added]), remote) if added.is_dir() else remote
    name = ALIASES.get(name.lower(), name)
    factory = _exchange(name) if is_exchange(name) else _BUILT_IN.get(name.lower())
    if factory is None:
        if is_path(name) or Path(name).is_dir():
            return FolderProvider([Path(part).expanduser() for part in name.split(os.pathsep) if part])
        factory = _third_party(name)
    provider = factory(options)
    if provider.remote:
        return CachedProvider(provider, options.cache_dir, wait_s=options.timeout_s, deadline=options.deadline)
    return provider


def shadowed_providers() -> tuple[str, ...]:
    """Entry points that are not used because a built-in provider, or another package, has their name."""
    entries = list(entry_points(group=ENTRY_POINTS))
    names = [entry.name for entry in entries]
    return tuple(
        f"{entry.name} ({entry.value})" for entry in entries if entry.name in _BUILT_IN or names.count(entry.name) > 1
    )


def _exchange(name: str) -> ProviderFactory:
    exchange = name.strip().lower().removeprefix(EXCHANGE_PREFIX)
    return lambda options: CryptoProvider(exchange, timeout_s=options.timeout_s, deadline=options.deadline)


def _key(options: ProviderOptions, setting: str, provider: str) -> str:
    key = options.keys.get(setting, "")
    if not key:
        raise BadUse(f"{provider} needs a key, {setting} is not set", hint=f"put {setting}=... into .env")
    return key


def _some(directories: tuple[Path, ...]) -> tuple[Path, ...]:
    if not directories:
        raise BadUse("no data directory given", hint="set NLBT_DATA_DIR, or use --data DIR")
    return directories


def _third_party(name: str) -> ProviderFactory:
    found: list[EntryPoint] = list(entry_points(group=ENTRY_POINTS, name=name))
    if len(found) > 1:
        raise BadUse(
            f"two packages bring a data provider named '{name}': {', '.join(entry.value for entry in found)}",
            hint="uninstall one of them",
        )
    if not found:
        raise BadUse(
            f"no data provider named '{name}'",
            hint=f"use one of {', '.join(provider_names())}, demo, or a directory of csv or parquet files",
        )
    factory: ProviderFactory = found[0].load()
    return factory
