"""Added files come first, for the symbols and lengths of bars that they hold."""

from datetime import date

import pytest

from bgagent.data.added import AddedFirst, added_dir, copy_file
from bgagent.data.cached_provider import CachedProvider
from bgagent.data.folder import FolderProvider
from bgagent.data.providers import ProviderOptions, provider_of
from bgagent.errors import BadUse
from bgagent.periods import Period, Timeframe
from tests.data.remote import Clock, RemoteProvider

ROWS = "date,open,high,low,close,volume\n2024-01-02,10,12,9,11,1000\n2024-01-03,11,13,10,12.5,2000\n"
YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))


def test_what_the_files_hold_comes_from_them_and_all_else_from_behind(tmp_path):
    (tmp_path / "ABC.csv").write_text(ROWS)
    remote, clock = RemoteProvider(date(2020, 1, 2)), Clock("2024-06-14")
    provider = AddedFirst(FolderProvider([tmp_path]), remote)
    for timeframe in (Timeframe.DAY, Timeframe.WEEK):
        assert provider.fetch("abc", YEAR, timeframe, clock()).provider == "folder"
    assert remote.asked == []
    assert provider.fetch("XYZ", YEAR, Timeframe.DAY, clock()).provider == "remote"
    assert provider.fetch("ABC", YEAR, Timeframe.MINUTE_5, clock()).provider == "remote"
    assert provider.where == f"{tmp_path}, then a remote source"


def test_auto_looks_into_added_files_only_where_no_directory_is_set(tmp_path):
    added_dir(tmp_path).mkdir()
    chosen = provider_of("auto", ProviderOptions(tmp_path))
    assert isinstance(chosen, AddedFirst)
    assert isinstance(chosen.behind, CachedProvider)
    assert isinstance(provider_of("auto", ProviderOptions(tmp_path, directories=(tmp_path,))), FolderProvider)
    assert isinstance(provider_of("yahoo", ProviderOptions(tmp_path)), CachedProvider)


def test_a_copy_is_whole_or_not_there(tmp_path):
    source = tmp_path / "mine.csv"
    source.write_text(ROWS)
    target = copy_file(source, tmp_path / "added", "ABC.csv", replace=False)
    assert target.read_text() == ROWS
    with pytest.raises(BadUse, match="is there already"):
        copy_file(source, tmp_path / "added", "ABC.csv", replace=False)
    with pytest.raises(BadUse, match="no name of a series"):
        copy_file(source, tmp_path / "added", "notes.txt", replace=False)
    assert [path.name for path in (tmp_path / "added").iterdir()] == ["ABC.csv"]
