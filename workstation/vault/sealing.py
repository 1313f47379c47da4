"""Sealing bytes: AES-256-GCM in chunks of 1 MiB, each of which is read and verified alone.

Form ``sealed/1``::

    4 bytes    "LBS1"
    32 bytes   random salt; the file's own key is HKDF-SHA-256(store key, salt), so no nonce is ever used twice
    chunk 0 … chunk n-1    1 MiB of plaintext (the last one: 0 bytes to 1 MiB) and a tag of 16 bytes

A chunk's nonce is its number. Its additional data are the form's version, the store, the object's name, the chunk's
number and whether it is the last: a chunk or a file in a wrong place, a cut and an appended byte are all found.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from workstation.foundation.byte_source import ByteSource
from workstation.vault.errors import DamagedObject

CHUNK_BYTES = 1 << 20

_MAGIC = b"LBS1"
_SALT_BYTES = 32
_HEADER_BYTES = len(_MAGIC) + _SALT_BYTES
_TAG_BYTES = 16
_SEALED_CHUNK_BYTES = CHUNK_BYTES + _TAG_BYTES
_CHUNKS_KEPT = 2


def seal_bytes(key: bytes, plaintext: bytes, *, store: str, name: str) -> bytes:
    """Seal ``plaintext`` as the object ``name`` of ``store``; ``key`` is 32 bytes."""
    stream = io.BytesIO()
    with SealedWriter(stream, key, store=store, name=name) as writer:
        writer.write(plaintext)
    return stream.getvalue()


def open_bytes(key: bytes, sealed: bytes, *, store: str, name: str) -> bytes:
    """Open what `seal_bytes` made.

    Raises
    ------
    DamagedObject
        When anything differs from what was sealed: bytes, length, order, name or store.
    """
    layout = _layout_of(sealed[:_HEADER_BYTES], len(sealed))
    cipher = _ChunkCipher(key, sealed[len(_MAGIC) : _HEADER_BYTES], store=store, name=name)
    with memoryview(sealed) as view:  # no copies: an image of half a megabyte is opened a thousand times a minute
        return _joined([cipher.open(n, view[layout.place(n)], is_last=n == layout.last) for n in range(layout.chunks)])


@dataclass(frozen=True)
class _Layout:
    """Where the chunks of a file lie, reckoned from its length: ``size`` is of the plaintext."""

    chunks: int
    size: int

    @property
    def last(self) -> int:
        return self.chunks - 1

    def place(self, number: int) -> slice:
        start = _HEADER_BYTES + number * _SEALED_CHUNK_BYTES
        return slice(start, start + _SEALED_CHUNK_BYTES)


def _layout_of(header: bytes, file_bytes: int) -> _Layout:
    body_bytes = file_bytes - _HEADER_BYTES
    chunks = -(-body_bytes // _SEALED_CHUNK_BYTES)
    size = body_bytes - chunks * _TAG_BYTES
    is_cut = body_bytes < _TAG_BYTES or size < (chunks - 1) * CHUNK_BYTES
    if is_cut or not header.startswith(_MAGIC):
        raise DamagedObject
    return _Layout(chunks, size)


class _ChunkCipher:
    """Seals and opens single chunks of one file."""

    def __init__(self, key: bytes, salt: bytes, *, store: str, name: str) -> None:
        derivation = HKDF(SHA256(), 32, salt=salt, info=b"lightbox sealed/1 file key")
        self._cipher = AESGCM(derivation.derive(key))
        self._place = b"".join(struct.pack(">I", len(part)) + part for part in (b"sealed/1", *_encoded(store, name)))

    def seal(self, number: int, plaintext: bytes | memoryview, *, is_last: bool) -> bytes:
        return self._cipher.encrypt(_nonce(number), plaintext, self._additional_data(number, is_last=is_last))

    def open(self, number: int, sealed: bytes | memoryview, *, is_last: bool) -> bytes:
        try:
            return self._cipher.decrypt(_nonce(number), sealed, self._additional_data(number, is_last=is_last))
        except InvalidTag as error:
            raise DamagedObject from error

    def open_into(self, number: int, sealed: bytes | memoryview, out: memoryview, *, is_last: bool) -> None:
        """As `open`, into ``out``, which is empty again (zeros) when the chunk is not what was sealed."""
        if len(sealed) != out.nbytes + _TAG_BYTES:
            raise DamagedObject
        try:
            self._cipher.decrypt_into(_nonce(number), sealed, self._additional_data(number, is_last=is_last), out)
        except InvalidTag as error:
            out[:] = bytes(out.nbytes)
            raise DamagedObject from error

    def _additional_data(self, number: int, *, is_last: bool) -> bytes:
        return self._place + struct.pack(">Q?", number, is_last)


class SealedWriter:
    """Seals a stream of bytes as it arrives; holds at most one chunk.

    Parameters
    ----------
    stream
        Where the sealed bytes go. It is not closed here.
    key
        The store's key, 32 bytes.
    store, name
        Which object of which store this is; a reader must name the same.

    Attributes
    ----------
    identity
        As `SealedReader.identity`.
    """

    def __init__(self, stream: BinaryIO, key: bytes, *, store: str, name: str) -> None:
        self.identity = os.urandom(_SALT_BYTES)
        self._stream = stream
        self._cipher = _ChunkCipher(key, self.identity, store=store, name=name)
        self._waiting: list[bytes | memoryview] = []
        self._waiting_bytes = 0
        self._number = 0
        self._is_closed = False
        stream.write(_MAGIC + self.identity)

    def write(self, data: bytes) -> None:
        """Take more plaintext. A full chunk waits until it is known whether it is the last."""
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        if self._waiting_bytes > CHUNK_BYTES:
            self._emit_full_chunks()

    def close(self) -> None:
        """Write the last chunk. Without it the file reads as cut."""
        if not self._is_closed:
            self._is_closed = True
            self._emit(_joined(self._waiting), is_last=True)
            self._waiting.clear()

    def _emit_full_chunks(self) -> None:
        view = memoryview(_joined(self._waiting))
        while self._waiting_bytes > CHUNK_BYTES:
            self._emit(view[:CHUNK_BYTES], is_last=False)
            view = view[CHUNK_BYTES:]
            self._waiting_bytes -= CHUNK_BYTES
        self._waiting = [view]

    def _emit(self, plaintext: bytes | memoryview, *, is_last: bool) -> None:
        self._stream.write(self._cipher.seal(self._number, plaintext, is_last=is_last))
        self._number += 1

    def __enter__(self) -> SealedWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()


class SealedReader:
    """Opens a sealed file, whole or in part: a `workstation.foundation.byte_source.ByteSource` of the plaintext.

    Safe to use from several threads at once when ``source`` is.

    Parameters
    ----------
    source
        The sealed file. `close` closes it.
    key, store, name
        As they were when it was sealed.

    Raises
    ------
    DamagedObject
        When the beginning is not that of a sealed file.
    """

    def __init__(self, source: ByteSource, key: bytes, *, store: str, name: str) -> None:
        self._source = source
        self._layout, self._begin = _begun(source)
        self._salt = self._begin[len(_MAGIC) : _HEADER_BYTES]
        self._cipher = _ChunkCipher(key, self._salt, store=store, name=name)
        self._kept: tuple[tuple[int, bytes], ...] = ()
        self._is_size_proven = False

    @property
    def identity(self) -> bytes:
        """Random, and another one whenever something was sealed anew, be it under the same name."""
        return self._salt

    @property
    def size(self) -> int:
        """Bytes of plaintext. The last chunk is verified first, since only it proves the length."""
        if not self._is_size_proven:
            self._chunk(self._layout.last)
        return self._layout.size

    def read(self, offset: int, length: int) -> bytes:
        """The plaintext from ``offset``, ``length`` bytes or as many as there are.

        Only the chunks that hold them (and, once, the last) are read and verified.

        Raises
        ------
        DamagedObject
            When one of those chunks is not what was sealed there.
        """
        end = self._end_of(offset, length)
        return _joined([self._chunk(number)[begin:stop] for number, begin, stop in _pieces(offset, end)])

    def read_into(self, offset: int, out: memoryview) -> int:
        """As `read`, into ``out`` (contiguous bytes); whole chunks are opened where they belong, without a copy.

        Returns
        -------
        int
            How many bytes there were. After an error ``out`` holds nothing that was not verified.
        """
        end = self._end_of(offset, out.nbytes)
        for number, begin, stop in _pieces(offset, end):
            place = number * CHUNK_BYTES + begin - offset
            piece = out[place : place + stop - begin]
            if stop - begin == CHUNK_BYTES and number not in dict(self._kept):
                self._chunk_into(number, piece)
            else:  # numpy lets other threads go on while it copies
                np.frombuffer(piece, np.uint8)[...] = np.frombuffer(self._chunk(number), np.uint8)[begin:stop]
        return max(0, end - offset)

    def read_all(self) -> bytes:
        """The whole plaintext, every chunk verified."""
        return _joined([self._chunk(number) for number in range(self._layout.chunks)])

    def close(self) -> None:
        """Close the underlying file."""
        self._kept, self._begin = (), b""
        self._source.close()

    def _end_of(self, offset: int, length: int) -> int:
        if offset < 0 or length < 0:
            raise ValueError("a range begins at 0 or later and is not negative")
        return min(offset + length, self.size)

    def _chunk(self, number: int) -> bytes:
        """One chunk; the last ones stay, since headers and frames seldom begin where a chunk does."""
        for known, plaintext in self._kept:
            if known == number:
                return plaintext
        is_last = number == self._layout.last
        plaintext = self._cipher.open(number, self._sealed(number), is_last=is_last)
        self._is_size_proven = self._is_size_proven or is_last
        self._kept = ((number, plaintext), *self._kept)[:_CHUNKS_KEPT]
        return plaintext

    def _chunk_into(self, number: int, out: memoryview) -> None:
        is_last = number == self._layout.last
        self._cipher.open_into(number, self._sealed(number), out, is_last=is_last)
        self._is_size_proven = self._is_size_proven or is_last

    def _sealed(self, number: int) -> bytes | memoryview:
        place = self._layout.place(number)
        if len(self._begin) > place.start:
            return memoryview(self._begin)[place]
        return self._source.read(place.start, _SEALED_CHUNK_BYTES)

    def __enter__(self) -> SealedReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _begun(source: ByteSource) -> tuple[_Layout, bytes]:
    """The layout of a file, and its beginning: all of it, when it has one chunk only."""
    is_short = source.size <= _HEADER_BYTES + _SEALED_CHUNK_BYTES
    begin = source.read(0, source.size if is_short else _HEADER_BYTES)
    return _layout_of(begin, source.size), begin


def _pieces(offset: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The parts of chunks that make up a range: (number, first byte in the chunk, byte after the last)."""
    for number in range(offset // CHUNK_BYTES, -(-end // CHUNK_BYTES)):
        start = number * CHUNK_BYTES
        yield number, max(offset - start, 0), min(end - start, CHUNK_BYTES)


def _joined(pieces: Sequence[bytes | memoryview]) -> bytes:
    """The pieces as one, without a copy when there is only one."""
    if len(pieces) == 1 and isinstance(pieces[0], bytes):
        return pieces[0]
    return b"".join(pieces)


def _nonce(number: int) -> bytes:
    return struct.pack(">4xQ", number)


def _encoded(*texts: str) -> tuple[bytes, ...]:
    return tuple(text.encode("utf-8") for text in texts)
