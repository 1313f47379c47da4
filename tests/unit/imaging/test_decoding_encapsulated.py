from __future__ import annotations

import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.pixel_objects import CountingSource
from workstation.foundation.byte_source import BytesSource
from workstation.imaging.encapsulated import EncapsulatedFrames
from workstation.imaging.errors import CannotDecode

MARK = b"\xff\xd8\xff"
DELIMITER = struct.pack("<II", 0xE0DDFFFE, 0)


def frame(number: int, length: int = 40) -> bytes:
    return MARK + bytes([number]) * (length - 3)


def item(content: bytes) -> bytes:
    return struct.pack("<II", 0xE000FFFE, len(content)) + content


def pixel_data(frames: list[list[bytes]], table: list[int] | None, *, end: bytes = DELIMITER) -> bytes:
    """Fragments by frame behind a Basic Offset Table; None: the right one, []: an empty one."""
    return item(struct.pack(f"<{len(t := right_table(frames) if table is None else table)}I", *t)) + (
        b"".join(item(piece) for pieces in frames for piece in pieces) + end
    )


def right_table(frames: list[list[bytes]]) -> list[int]:
    starts = [0]
    for pieces in frames[:-1]:
        starts.append(starts[-1] + sum(8 + len(piece) for piece in pieces))
    return starts


def frames_of(
    data: bytes, count: int, *, extended: tuple[bytes, bytes] | None = None, offset: int = 0
) -> EncapsulatedFrames:
    return EncapsulatedFrames(BytesSource(data), offset, count, lambda prefix: prefix.startswith(MARK), extended)


def pieces_of(content: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({min(cut, len(content)) for cut in cuts} | {0, len(content)})
    return [content[a:b] for a, b in pairwise(places)] or [content]


THREE = [[frame(1)], [frame(2)], [frame(3)]]
IN_PIECES = [pieces_of(frame(number), [13, 20]) for number in (1, 2, 3)]


@pytest.mark.parametrize("frames", [THREE, IN_PIECES], ids=["one fragment each", "several fragments"])
@pytest.mark.parametrize("table", [None, []], ids=["table", "empty table"])
@pytest.mark.parametrize("end", [DELIMITER, b""], ids=["delimiter", "no delimiter"])
def test_each_frame_is_found(frames: list[list[bytes]], table: list[int] | None, end: bytes) -> None:
    data = b"before" + pixel_data(frames, table, end=end)
    for order in ((0, 1, 2), (2, 0, 1)):
        found = frames_of(data, 3, offset=6)
        for index in order:
            assert found.read(index) == frame(index + 1)


@pytest.mark.parametrize(
    "table",
    [
        [0, 48, 97],  # no item there
        [0, 96, 48],
        [48, 96, 144],
        [0, 0, 0],
        [0, 48, 4_000_000_000],
        [0, 48],
        [0, 48, 96, 144],
    ],
)
@pytest.mark.parametrize("frames", [THREE, IN_PIECES], ids=["one fragment each", "several fragments"])
def test_a_wrong_table_is_not_believed(frames: list[list[bytes]], table: list[int]) -> None:
    found = frames_of(pixel_data(frames, table), 3)
    assert [found.read(index) for index in (1, 0, 2)] == [frame(2), frame(1), frame(3)]


def test_a_table_that_points_within_a_frame_is_not_believed() -> None:
    """Each entry at an item, but the second in the middle of the first frame."""
    frames = [pieces_of(frame(1), [20]), [frame(2)], [frame(3)]]
    found = frames_of(pixel_data(frames, [0, 28, 104]), 3)
    assert [found.read(index) for index in range(3)] == [frame(1), frame(2), frame(3)]


def test_an_extended_table_comes_first() -> None:
    offsets, lengths = struct.pack("<3Q", *right_table(THREE)), struct.pack("<3Q", 40, 40, 40)
    assert frames_of(pixel_data(THREE, []), 3, extended=(offsets, lengths)).read(2) == frame(3)
    wrong = struct.pack("<3Q", 0, 1 << 40, 1 << 60)
    assert frames_of(pixel_data(THREE, []), 3, extended=(wrong, lengths)).read(2) == frame(3)
    assert frames_of(pixel_data(THREE, []), 3, extended=(offsets[:9], b"")).read(1) == frame(2)


def test_one_frame_takes_all_fragments() -> None:
    data = pixel_data([pieces_of(frame(7, 900), list(range(0, 900, 9)))], [])
    assert frames_of(data, 1).read(0) == frame(7, 900)


@pytest.mark.parametrize("frames", [THREE, IN_PIECES], ids=["one fragment each", "several fragments"])
@pytest.mark.parametrize("table", [None, []], ids=["table", "empty table"])
def test_frames_before_the_end_of_a_cut_file_are_good(frames: list[list[bytes]], table: list[int] | None) -> None:
    data = pixel_data(frames, table)[:-30]
    found = frames_of(data, 3)
    assert (found.read(0), found.read(1)) == (frame(1), frame(2))
    rest = found.read(2)
    assert rest == frame(3)[: len(rest)]
    assert len(rest) < 40


def test_fewer_frames_than_the_header_says() -> None:
    found = frames_of(pixel_data(THREE, []), 5)
    assert found.read(2) == frame(3)
    with pytest.raises(CannotDecode, match="fewer"):
        found.read(3)


def test_more_frames_than_the_header_says() -> None:
    assert frames_of(pixel_data(THREE, []), 2).read(1) == frame(2)
    assert frames_of(pixel_data(IN_PIECES, []), 2).read(1) == frame(2)


def test_a_damaged_beginning_never_shifts_the_frames_behind_it() -> None:
    """One fragment a frame: counted. Several: which belong together cannot be known."""
    broken = [[frame(1)], [b"\0\0" + frame(2)[2:]], [frame(3)]]
    assert frames_of(pixel_data(broken, []), 3).read(2) == frame(3)
    in_pieces = [IN_PIECES[0], [b"\0" * 13, *IN_PIECES[1][1:]], IN_PIECES[2]]
    found = frames_of(pixel_data(in_pieces, []), 3)
    assert found.read(0).startswith(frame(1))
    with pytest.raises(CannotDecode, match="told apart"):
        found.read(2)


@pytest.mark.parametrize("data", [b"", b"\0" * 30, DELIMITER, item(b"")[:6], item(b""), item(b"") + DELIMITER])
@pytest.mark.parametrize("count", [1, 3])
def test_what_holds_no_frames_is_refused(data: bytes, count: int) -> None:
    with pytest.raises(CannotDecode):
        frames_of(data, count).read(0)


def test_items_without_end_are_refused() -> None:
    with pytest.raises(CannotDecode, match="too many pieces"):
        frames_of(item(b"") * 70_000, 1).read(0)


@pytest.mark.parametrize("table", [None, []], ids=["table", "empty table"])
def test_the_first_frame_is_found_without_reading_the_others(table: list[int] | None) -> None:
    data = pixel_data([[frame(number % 250, 20_000)] for number in range(300)], table)
    source = CountingSource(data)
    found = EncapsulatedFrames(source, 0, 300, lambda prefix: prefix.startswith(MARK))
    assert found.read(0) == frame(0, 20_000)
    assert source.bytes_read < 20_000 + 1_500
    assert found.read(299) == frame(49, 20_000)
    assert source.bytes_read < 40_000 + 15_000  # headers of the others at most


@given(st.data())
def test_frames_are_right_or_refused_whatever_the_table_says(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 5))
    contents = [frame(number, data.draw(st.integers(4, 60))) for number in range(count)]
    frames = [pieces_of(each, data.draw(st.lists(st.integers(3, 60), max_size=3))) for each in contents]
    right = right_table(frames)
    places = right_table([[piece] for pieces in frames for piece in pieces])
    table = data.draw(
        st.one_of(
            st.lists(st.sampled_from(places), min_size=count, max_size=count).map(sorted),
            st.none(),
            st.just([]),
            st.permutations(right),
            st.lists(st.sampled_from([*right, *(each + 8 for each in right)]), min_size=count, max_size=count),
            st.lists(st.integers(0, 400), max_size=6),
        )
    )
    found = frames_of(pixel_data(frames, table), count)
    for index in data.draw(st.permutations(range(count))):
        assert found.read(index) == contents[index]
