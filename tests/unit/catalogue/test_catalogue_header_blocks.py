"""The beginnings of a study's objects, kept together: copies that tell of which object they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.helpers.vaults import a_vault
from workstation.catalogue.header_blocks import Head, HeaderBlocks

STUDY = "1.2.826.0.1.3680043.10.999.9"


@pytest.fixture
def blocks(tmp_path: Path) -> HeaderBlocks:
    return HeaderBlocks(tmp_path / "data" / "headers", a_vault(tmp_path))


def a_head(number: int, size: int = 2000) -> Head:
    return Head(f"{number:064x}", 500_000 + number, os.urandom(32), os.urandom(size))


def block_file(tmp_path: Path) -> Path:
    (file,) = (tmp_path / "data" / "headers").iterdir()
    return file


def test_what_is_added_is_there_after_a_start(blocks: HeaderBlocks, tmp_path: Path) -> None:
    first, second = {"1.2.3": a_head(1), "1.2.4": a_head(2, 0)}, {"1.2.5": a_head(3), "1.2.3": a_head(4)}
    assert blocks.heads(STUDY) == {}
    blocks.add(STUDY, first)
    blocks.add(STUDY, second)
    assert HeaderBlocks(tmp_path / "data" / "headers", a_vault(tmp_path)).heads(STUDY) == first | second
    assert blocks.heads("another study") == {}


def test_a_head_is_read_like_the_object_it_begins(blocks: HeaderBlocks) -> None:
    head = a_head(1)
    assert head.size == 500_001
    assert head.read(10, 50) == head.data[10:60]
    place = bytearray(30)
    assert head.read_into(1990, memoryview(place)) == 10
    assert bytes(place) == head.data[1990:] + bytes(20)


def test_large_ones_are_left_out(blocks: HeaderBlocks) -> None:
    blocks.add(STUDY, {"1.2.3": a_head(1, 1 << 17), "1.2.4": a_head(2)})
    assert list(blocks.heads(STUDY)) == ["1.2.4"]


def test_a_damaged_block_is_forgotten(blocks: HeaderBlocks, tmp_path: Path) -> None:
    blocks.add(STUDY, {"1.2.3": a_head(1)})
    content = bytearray(block_file(tmp_path).read_bytes())
    content[100] ^= 1
    block_file(tmp_path).write_bytes(content)
    assert blocks.heads(STUDY) == {}
    blocks.add(STUDY, {"1.2.4": a_head(2)})
    assert list(blocks.heads(STUDY)) == ["1.2.4"]


def test_it_is_sealed(blocks: HeaderBlocks, tmp_path: Path) -> None:
    blocks.add(STUDY, {"1.2.3": Head("0" * 64, 9000, b"i" * 32, b"SYNTHETIC^Ada " * 100)})
    assert b"SYNTHETIC" not in block_file(tmp_path).read_bytes()
    assert b"1.2.3" not in block_file(tmp_path).read_bytes()
    assert STUDY not in block_file(tmp_path).name
