"""Sealed bytes: what was sealed comes back, and nothing else does."""

from __future__ import annotations

import io
import os
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.foundation.byte_source import BytesSource
from workstation.foundation.cancel import CancelToken
from workstation.foundation.pool import Pool
from workstation.vault.errors import DamagedObject
from workstation.vault.sealing import CHUNK_BYTES, SealedReader, SealedWriter, open_bytes, seal_bytes

KEY = bytes(range(32))
HEADER = 36
SEALED_CHUNK = CHUNK_BYTES + 16
THREE_CHUNKS = os.urandom(2 * CHUNK_BYTES + 5000)


def sealed(plaintext: bytes = THREE_CHUNKS, name: str = "a") -> bytes:
    return seal_bytes(KEY, plaintext, store="test", name=name)


def opened(content: bytes, name: str = "a") -> bytes:
    return open_bytes(KEY, content, store="test", name=name)


def reader(content: bytes) -> SealedReader:
    return SealedReader(BytesSource(content), KEY, store="test", name="a")


def chunks_of(content: bytes) -> list[bytes]:
    body = content[HEADER:]
    return [body[start : start + SEALED_CHUNK] for start in range(0, len(body), SEALED_CHUNK)]


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES])
def test_every_size_comes_back(size: int) -> None:
    plaintext = os.urandom(size)
    content = sealed(plaintext)
    assert opened(content) == plaintext
    assert reader(content).size == size


@given(pieces=st.lists(st.binary(max_size=2000), max_size=20))
def test_it_does_not_matter_in_which_pieces_it_was_written(pieces: list[bytes]) -> None:
    stream = io.BytesIO()
    with SealedWriter(stream, KEY, store="test", name="a") as writer:
        for piece in pieces:
            writer.write(piece)
    assert opened(stream.getvalue()) == b"".join(pieces)


def test_one_large_write_becomes_chunks() -> None:
    assert len(chunks_of(sealed())) == 3
    assert opened(sealed()) == THREE_CHUNKS


def test_the_same_bytes_are_never_sealed_alike() -> None:
    assert sealed(b"x" * 100) != sealed(b"x" * 100)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(THREE_CHUNKS) + 10), st.integers(0, CHUNK_BYTES + 100))
def test_any_range_is_read(offset: int, length: int) -> None:
    assert reader(_SEALED).read(offset, length) == THREE_CHUNKS[offset : offset + length]


_SEALED = sealed()


def test_a_range_is_verified_without_the_other_chunks() -> None:
    content = bytearray(_SEALED)
    content[HEADER + SEALED_CHUNK + 7] ^= 1  # in the middle chunk
    damaged = reader(bytes(content))
    assert damaged.read(10, 100) == THREE_CHUNKS[10:110]
    assert damaged.read(2 * CHUNK_BYTES, 50) == THREE_CHUNKS[2 * CHUNK_BYTES :][:50]
    with pytest.raises(DamagedObject):
        damaged.read(CHUNK_BYTES, 1)


def test_a_range_reads_only_its_own_chunk_and_the_last() -> None:
    class Counting(BytesSource):
        bytes_read = 0

        def read(self, offset: int, length: int) -> bytes:
            data = super().read(offset, length)
            self.bytes_read += len(data)
            return data

    stream = Counting(_SEALED)
    SealedReader(stream, KEY, store="test", name="a").read(0, 300)
    assert stream.bytes_read <= HEADER + SEALED_CHUNK + 5016


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(THREE_CHUNKS) + 10), st.integers(0, 2 * CHUNK_BYTES + 100))
def test_any_range_is_read_into_a_place(offset: int, length: int) -> None:
    place = bytearray(b"-" * length)
    expected = THREE_CHUNKS[offset : offset + length]
    assert reader(_SEALED).read_into(offset, memoryview(place)) == len(expected)
    assert place == expected + b"-" * (length - len(expected))


def test_nothing_unverified_is_left_in_the_place() -> None:
    content = bytearray(_SEALED)
    content[HEADER + SEALED_CHUNK + 7] ^= 1  # in the middle chunk
    place = bytearray(len(THREE_CHUNKS))
    with pytest.raises(DamagedObject):
        reader(bytes(content)).read_into(0, memoryview(place))
    assert place[:CHUNK_BYTES] == THREE_CHUNKS[:CHUNK_BYTES]
    assert not any(place[CHUNK_BYTES:])


def test_a_short_file_is_read_into_a_place_and_verified() -> None:
    place = bytearray(100)
    assert reader(_SMALL).read_into(50, memoryview(place)) == 100
    assert place == b"p" * 100
    damaged = bytearray(_SMALL)
    damaged[-20] ^= 1
    with pytest.raises(DamagedObject):
        reader(bytes(damaged)).read_into(0, memoryview(place))
    assert place == b"p" * 100


def test_many_threads_read_one_object_at_once() -> None:
    shared = reader(_SEALED)

    def read(number: int) -> bool:
        offset = number * 131_071 % len(THREE_CHUNKS)
        return shared.read(offset, 300_000) == THREE_CHUNKS[offset : offset + 300_000]

    assert all(answer for _, answer in Pool(read, workers=6).run(range(60), CancelToken()))


def test_what_is_sealed_anew_has_another_identity() -> None:
    assert reader(_SMALL).identity == reader(_SMALL).identity
    assert reader(_SMALL).identity != reader(sealed(b"p" * (536 - HEADER - 16))).identity


def test_a_range_before_the_beginning_is_our_bug() -> None:
    with pytest.raises(ValueError, match="range"):
        reader(_SEALED).read(-1, 3)


def _flip(position: int) -> Callable[[bytes], bytes]:
    def flip(content: bytes) -> bytes:
        changed = bytearray(content)
        changed[position] ^= 0x80
        return bytes(changed)

    return flip


def _reordered(content: bytes) -> bytes:
    first, second, third = chunks_of(content)
    return content[:HEADER] + second + first + third


def _last_but_one_dropped(content: bytes) -> bytes:
    first, _, third = chunks_of(content)
    return content[:HEADER] + first + third


def _repeated(content: bytes) -> bytes:
    first, second, third = chunks_of(content)
    return content[:HEADER] + first + first + second + third


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(_flip(0), id="magic"),
        pytest.param(_flip(10), id="salt"),
        pytest.param(_flip(HEADER), id="first byte"),
        pytest.param(_flip(-1), id="last tag"),
        pytest.param(lambda c: c[:-1], id="one byte cut"),
        pytest.param(lambda c: c[: HEADER + 2 * SEALED_CHUNK], id="cut between chunks"),
        pytest.param(lambda c: c[: HEADER + SEALED_CHUNK], id="all but the first chunk cut"),
        pytest.param(lambda c: c[: HEADER + SEALED_CHUNK + 5], id="cut inside a tag"),
        pytest.param(lambda c: c[:HEADER], id="header only"),
        pytest.param(lambda c: c[:10], id="header cut"),
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda c: c + b"\0", id="one byte more"),
        pytest.param(lambda c: c + c[HEADER:], id="written twice"),
        pytest.param(_reordered, id="chunks reordered"),
        pytest.param(_last_but_one_dropped, id="a chunk dropped"),
        pytest.param(_repeated, id="a chunk repeated"),
    ],
)
def test_damage_is_found(damage: Callable[[bytes], bytes]) -> None:
    with pytest.raises(DamagedObject):
        opened(damage(_SEALED))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 8 * 536 - 1))
def test_any_flipped_bit_is_found(bit: int) -> None:
    content = bytearray(_SMALL)
    content[bit // 8] ^= 1 << bit % 8
    with pytest.raises(DamagedObject):
        opened(bytes(content))


_SMALL = sealed(b"p" * (536 - HEADER - 16))


def test_the_size_is_proven_before_it_is_told() -> None:
    with pytest.raises(DamagedObject):
        _ = reader(_SEALED[: HEADER + 2 * SEALED_CHUNK]).size


def test_exchanged_files_are_found() -> None:
    with pytest.raises(DamagedObject):
        opened(sealed(name="b"), name="a")


def test_chunks_of_another_file_are_found() -> None:
    other = sealed(os.urandom(len(THREE_CHUNKS)))
    mixed = _SEALED[: HEADER + SEALED_CHUNK] + other[HEADER + SEALED_CHUNK :]
    with pytest.raises(DamagedObject):
        opened(mixed)


def test_another_store_or_key_does_not_open_it() -> None:
    with pytest.raises(DamagedObject):
        open_bytes(KEY, _SMALL, store="other", name="a")
    with pytest.raises(DamagedObject):
        open_bytes(bytes(32), _SMALL, store="test", name="a")


def test_store_and_name_cannot_run_into_each_other() -> None:
    with pytest.raises(DamagedObject):
        open_bytes(KEY, seal_bytes(KEY, b"x", store="ab", name="c"), store="a", name="bc")


def test_a_write_that_was_given_up_reads_as_cut() -> None:
    stream = io.BytesIO()

    def break_off() -> None:
        with SealedWriter(stream, KEY, store="test", name="a") as writer:
            writer.write(THREE_CHUNKS)
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        break_off()
    with pytest.raises(DamagedObject):
        opened(stream.getvalue())


def test_the_words_name_no_object() -> None:
    with pytest.raises(DamagedObject) as caught:
        open_bytes(KEY, _SMALL, store="test", name="1.2.840.113619")
    assert "1.2.840" not in str(caught.value)
