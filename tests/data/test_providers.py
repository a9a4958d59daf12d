"""Which provider a name or a directory means."""

from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from bgagent.data import providers
from bgagent.data.cached_provider import CachedProvider
from bgagent.data.folder import FolderProvider
from bgagent.data.provider import Provider
from bgagent.data.providers import ProviderOptions, provider_names, provider_of, shadowed_providers
from bgagent.data.synthetic import SyntheticProvider
from bgagent.data.yahoo import YahooProvider
from bgagent.errors import BadUse


def test_auto_is_the_directories_else_cache_and_yahoo(tmp_path):
    with_files = provider_of("auto", ProviderOptions(tmp_path, directories=(tmp_path,)))
    assert isinstance(with_files, FolderProvider)
    without = provider_of("auto", ProviderOptions(tmp_path))
    assert isinstance(without, CachedProvider)
    assert isinstance(without.inner, YahooProvider)
    assert not without.synthetic


@pytest.mark.parametrize("name", ["synthetic", "demo", "Demo"])
def test_demo_means_synthetic(tmp_path, name):
    provider = provider_of(name, ProviderOptions(tmp_path, seed=7))
    assert isinstance(provider, SyntheticProvider)
    assert provider.seed == 7


def test_a_directory_or_several_joined_by_colons(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    provider = provider_of(f"{first}:{second}", ProviderOptions(tmp_path))
    assert isinstance(provider, FolderProvider)
    assert provider.directories == (first, second)


def test_a_built_in_name_is_no_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("synthetic", "quotes"):
        (tmp_path / name).mkdir()
    assert isinstance(provider_of("demo", ProviderOptions(tmp_path)), SyntheticProvider)
    assert isinstance(provider_of("quotes", ProviderOptions(tmp_path)), FolderProvider)


@pytest.mark.parametrize("choice", ["nosuchprovider", "/no/such/directory", "folder"])
def test_what_is_neither_is_bad_use(tmp_path, choice):
    with pytest.raises(BadUse):
        provider_of(choice, ProviderOptions(tmp_path))


def test_built_in_providers_keep_to_the_protocol(tmp_path):
    for provider in (SyntheticProvider(), FolderProvider([tmp_path]), YahooProvider(tmp_path)):
        assert isinstance(provider, Provider)
        assert isinstance(CachedProvider(provider, tmp_path), Provider)


def synthetic_factory(options: ProviderOptions) -> Provider:
    return SyntheticProvider(options.seed + 1)


def brought(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    entries = EntryPoints(EntryPoint(name, f"{__name__}:synthetic_factory", providers.ENTRY_POINTS) for name in names)
    monkeypatch.setattr(providers, "entry_points", entries.select)
    monkeypatch.setattr("importlib.metadata.entry_points", entries.select)


def test_a_package_brings_a_provider_by_an_entry_point(tmp_path, monkeypatch):
    brought(monkeypatch, "other")
    provider = provider_of("other", ProviderOptions(tmp_path, seed=1))
    assert isinstance(provider, SyntheticProvider)
    assert provider.seed == 2
    assert provider_names() == ("folder", "synthetic", "yahoo", "alpaca", "tiingo", "other")


def test_a_package_cannot_take_the_place_of_a_built_in_one(tmp_path, monkeypatch):
    brought(monkeypatch, "yahoo", "twin", "twin")
    assert isinstance(provider_of("yahoo", ProviderOptions(tmp_path)), CachedProvider)
    with pytest.raises(BadUse, match="two packages"):
        provider_of("twin", ProviderOptions(tmp_path))
    assert len(shadowed_providers()) == 3


def test_keys_are_not_shown(tmp_path):
    assert "sesame" not in repr(ProviderOptions(Path("x"), keys={"SOME_KEY": "sesame"}))
