"""What doctor says of the layers that hold strategy code."""

import pytest

from bgagent.cli import doctor
from bgagent.sandbox.isolation import LAYERS, Isolation


@pytest.mark.parametrize(
    ("isolation", "status", "words"),
    [
        (Isolation(LAYERS), "ok", ""),
        (Isolation(("rlimits", "seatbelt")), "ok", ""),
        (Isolation(("rlimits", "seccomp"), (("landlock", "Function not implemented"),)), "ok", "Linux 5.13"),
        (Isolation(("rlimits",), (("seccomp", "Invalid argument"),)), "note", "CONFIG_SECCOMP_FILTER"),
        (Isolation(("rlimits",), (("seatbelt", "refused"),)), "note", "NLBT_ALLOW_WEAK_ISOLATION=1"),
        (Isolation(("seccomp",), openings=("write files",)), "note", "refused here"),
    ],
)
def test_each_missing_layer_comes_with_what_to_do(monkeypatch, isolation, status, words):
    monkeypatch.setattr("bgagent.wiring.probe_isolation", isolation.lines)
    first, *others = doctor._isolation()
    assert first.status == status
    assert [words in finding.remedy for finding in others] == [True] * len(others)
    assert len(others) == len(isolation.missing) + len(isolation.openings)
