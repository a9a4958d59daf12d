"""Frames, as they come in pieces from a process that may be lying."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgagent.sandbox.protocol import ANSWERS, LARGEST, PREFIX, FrameReader, Kind, pack_frame


def test_every_kind_has_a_largest_size():
    assert set(LARGEST) == set(Kind)


@given(
    st.lists(st.tuples(st.sampled_from([Kind.ORDERS, Kind.FAILED, Kind.READY]), st.binary(max_size=50)), max_size=8),
    st.data(),
)
def test_frames_arrive_whole_however_they_are_cut(frames, data):
    stream = b"".join(pack_frame(kind, body) for kind, body in frames)
    reader, received = FrameReader(), []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        reader.add(stream[:cut])
        stream = stream[cut:]
        while (frame := reader.take()) is not None:
            received.append(frame)
    assert received == frames
    assert reader.is_empty


def test_an_unknown_kind_is_refused_at_once():
    reader = FrameReader()
    reader.add(PREFIX.pack(99, 0))
    with pytest.raises(ValueError, match="no frame has the kind 99"):
        reader.take()


def test_a_size_that_is_too_large_is_refused_before_its_body_comes():
    reader = FrameReader()
    reader.add(PREFIX.pack(Kind.FAILED, LARGEST[Kind.FAILED] + 1))
    with pytest.raises(ValueError, match="larger than"):
        reader.take()


@pytest.mark.parametrize("kind", sorted(set(Kind) - ANSWERS))
def test_the_hosts_own_frames_are_refused_before_their_body_comes(kind):
    reader = FrameReader()
    reader.add(PREFIX.pack(kind, LARGEST[kind]))
    with pytest.raises(ValueError, match=f"{kind.name} is not an answer"):
        reader.take()


def test_no_answer_is_larger_than_sixteen_megabytes():
    assert max(LARGEST[kind] for kind in ANSWERS) == 1 << 24


def test_a_body_that_is_too_large_is_not_packed():
    with pytest.raises(ValueError, match="at most 0 bytes"):
        pack_frame(Kind.DONE, b"x")
