"""What is too weak for whom."""

import pytest

from bgagent.sandbox.isolation import LAYERS, Isolation, layers_of, may_run, stamp

SEALED = Isolation(LAYERS)
NO_LANDLOCK = Isolation(
    tuple(layer for layer in LAYERS if layer != "landlock"), (("landlock", "Function not implemented"),)
)
NO_FILTER = Isolation(("rlimits",), (("seccomp", "no table of system calls for riscv64"),))
OPEN = Isolation(LAYERS, openings=("write files", "start threads"))


@pytest.mark.parametrize(
    ("isolation", "producer", "allow_weak", "runs"),
    [
        (SEALED, "model", False, True),
        (NO_LANDLOCK, "model", False, True),
        (NO_FILTER, "model", False, False),
        (NO_FILTER, "model", True, True),
        (NO_FILTER, "template", False, True),
        (OPEN, "model", False, False),
        (OPEN, "template", False, True),
        (Isolation(()), "anyone", False, False),
    ],
)
def test_unread_code_needs_the_filter_and_no_opening(isolation, producer, allow_weak, runs):
    assert may_run(producer, isolation, allow_weak=allow_weak) is runs


def test_the_weakness_is_named():
    assert SEALED.weakness == ""
    assert NO_FILTER.weakness == "the seccomp filter is missing (no table of system calls for riscv64)"
    assert OPEN.weakness == "the sealed child can still write files, start threads"


@pytest.mark.parametrize("isolation", [SEALED, NO_LANDLOCK, NO_FILTER, OPEN, Isolation(())])
def test_the_account_survives_the_pipe(isolation):
    assert Isolation.unpack(isolation.pack()) == isolation


@pytest.mark.parametrize("raw", [b"active", b"hello\ta\tb", b"active\ta\tb\tc", b"\xff\t\t"])
def test_an_account_that_is_none_is_refused(raw):
    with pytest.raises(ValueError, match=r".+"):
        Isolation.unpack(raw)


def test_lines_name_what_is_missing_and_why():
    assert NO_FILTER.lines() == ("rlimits", "no seccomp: no table of system calls for riscv64")
    assert OPEN.lines()[-1] == "open: start threads"


@pytest.mark.parametrize(
    ("platform", "wall"), [("linux", "seccomp"), ("darwin", "seatbelt"), ("freebsd14", None), ("cygwin", None)]
)
def test_each_system_has_its_layers(platform, wall):
    layers = layers_of(platform)
    assert layers[0] == "rlimits"
    assert {"seccomp", "seatbelt"} & set(layers) == ({wall} if wall else set())
    assert Isolation(layers).weakness == ("" if wall else "the seccomp filter is missing (not tried)")


def test_a_mac_without_its_profile_is_too_weak():
    refused = Isolation(("rlimits",), (("seatbelt", "sandbox_init failed"),))
    assert refused.weakness == "the Seatbelt profile is missing (sandbox_init failed)"
    assert not may_run("model", refused, allow_weak=False)


def test_what_was_allowed_is_stamped_for_code_nobody_has_read():
    assert stamp("template", NO_FILTER) == stamp("model", SEALED) == ()
    (line,) = stamp("model", NO_FILTER)
    assert line.startswith("allowed by NLBT_ALLOW_WEAK_ISOLATION: the seccomp filter is missing")
