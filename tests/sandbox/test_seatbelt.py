"""The profile for macOS as far as it can be looked at elsewhere."""

import ctypes
import sys

import pytest

from bgagent.sandbox import seatbelt


class Recorder:
    """Stands for a libc that has sandbox_init."""

    def __init__(self, result: int, said: bytes | None = None) -> None:
        self.result, self.said, self.profile = result, said, b""

    def sandbox_init(self, profile: bytes, flags: ctypes.c_uint64, said: object) -> int:
        assert flags.value == 0
        self.profile = profile
        said._obj.value = self.said
        return self.result


def test_everything_is_denied_and_only_signals_to_itself_allowed():
    lines = seatbelt.PROFILE.splitlines()
    assert lines[:2] == ["(version 1)", "(deny default)"]
    assert [line for line in lines if line.startswith("(allow")] == ["(allow signal (target self))"]
    assert seatbelt.PROFILE.count("(") == seatbelt.PROFILE.count(")")


def test_the_profile_is_given_as_text(monkeypatch):
    recorder = Recorder(0)
    monkeypatch.setattr(seatbelt.kernel, "libc", lambda: recorder)
    seatbelt.apply_profile()
    assert recorder.profile.decode() == seatbelt.PROFILE


def test_a_refused_profile_is_an_error_with_its_reason(monkeypatch):
    monkeypatch.setattr(seatbelt.kernel, "libc", lambda: Recorder(-1, b"operation not permitted"))
    with pytest.raises(OSError, match="operation not permitted"):
        seatbelt.apply_profile()


@pytest.mark.skipif(sys.platform == "darwin", reason="it would seal the tests")
def test_elsewhere_there_is_no_such_call():
    with pytest.raises(OSError, match="no sandbox_init"):
        seatbelt.apply_profile()
