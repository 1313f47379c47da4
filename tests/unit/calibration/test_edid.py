"""Reading EDIDs: against `edid-decode`, at the edges of the format, and with rubbish."""

from __future__ import annotations

import re
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.displays.edid import BadEdid, is_telling, parse_edid
from tests.helpers.edids import an_edid
from tests.helpers.oracles import need

LETTERS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3)
TEXTS = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=13)


@given(
    maker=LETTERS,
    product=st.integers(0, 0xFFFF),
    number=st.integers(0, 0xFFFFFFFF),
    name=TEXTS,
    serial=TEXTS,
    week=st.integers(1, 53),
    year=st.integers(1990, 2245),
    size=st.tuples(st.integers(50, 2500), st.integers(50, 2500)),
    extensions=st.integers(0, 3),
)
def test_what_was_put_in_comes_out(
    maker: str,
    product: int,
    number: int,
    name: str,
    serial: str,
    week: int,
    year: int,
    size: tuple[int, int],
    extensions: int,
) -> None:
    raw = an_edid(
        maker=maker,
        product=product,
        number=number,
        name=name,
        serial=serial,
        week=week,
        year=year,
        width_mm=size[0],
        height_mm=size[1],
        extensions=extensions,
    )
    edid = parse_edid(raw)
    assert (edid.manufacturer, edid.product_code, edid.serial_number) == (maker, product, number)
    assert (edid.name, edid.serial_text) == (name, serial)
    assert edid.made == f"week {week} of {year}"
    assert (edid.width_mm, edid.height_mm) == size
    assert (edid.version, edid.blocks) == ("1.4", 1 + extensions)
    assert edid.model == (name or f"{product:04X}")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"maker": "DEL", "name": "DELL U2720Q", "serial": "5KX7V13", "number": 0x4C4B5358, "week": 40, "year": 2020},
        {"name": "A NAME OF 13 ", "serial": "1234567890123", "width_mm": 597, "height_mm": 336},
        {"serial": "", "number": 4711, "width_mm": 1210, "height_mm": 680, "year": 2005},
        {"week": 0xFF, "year": 2023, "extensions": 1},
        {"week": 0, "width_mm": 64, "height_mm": 80},
    ],
)
def test_the_same_as_edid_decode(changes: dict[str, object]) -> None:
    raw = an_edid(**changes)  # type: ignore[arg-type]
    said = subprocess.run([need("edid-decode")], input=raw, capture_output=True, check=False, timeout=20)
    text = said.stdout.decode("utf-8", "replace")
    edid = parse_edid(raw)

    def field(pattern: str) -> str:
        found = re.search(pattern, text)
        return found[1].strip() if found else ""

    assert edid.manufacturer == field(r"Manufacturer: (\w+)")
    assert edid.product_code == int(field(r"Model: (\d+)"))
    assert edid.name == field(r"Display Product Name: '(.*?)'").strip()
    assert edid.serial_text == field(r"Display Product Serial Number: '(.*?)'").strip()
    assert str(edid.serial_number) == (field(r"\n    Serial Number: (\d+)") or "0")
    assert edid.version == field(r"EDID Structure Version & Revision: (\S+)")
    assert edid.blocks == 1 + int(field(r"Extension blocks: (\d+)") or 0)
    made = field(r"Made in: (.*)") or field(r"(Model year: .*)")
    assert edid.made == made.replace("Model year:", "model year")
    sizes = re.search(r"DTD 1:.*?\((\d+) mm x (\d+) mm\)", text, re.DOTALL)
    assert sizes
    assert (edid.width_mm, edid.height_mm) == (int(sizes[1]), int(sizes[2]))


@given(st.binary(max_size=300))
def test_rubbish_gives_a_clear_error(raw: bytes) -> None:
    with pytest.raises(BadEdid, match="EDID"):
        parse_edid(raw)


@given(st.integers(0, 127), st.integers(1, 255))
def test_no_single_byte_may_be_wrong(place: int, change: int) -> None:
    raw = bytearray(an_edid())
    raw[place] = (raw[place] + change) % 256
    with pytest.raises(BadEdid):
        parse_edid(bytes(raw))


@given(st.binary(min_size=119, max_size=119), st.integers(0, 400))
def test_any_content_with_a_right_checksum_is_read(content: bytes, more: int) -> None:
    block = bytes.fromhex("00ffffffffffff00") + content
    edid = parse_edid(block + bytes([-sum(block) % 256]) + bytes(more))
    assert edid.manufacturer == "" or re.fullmatch("[A-Z]{3}", edid.manufacturer)
    assert (edid.name + edid.serial_text).isprintable()
    assert edid.width_mm >= 0 <= edid.height_mm


def test_too_short_says_how_short() -> None:
    with pytest.raises(BadEdid, match="100 of at least 128 bytes"):
        parse_edid(an_edid()[:100])


@pytest.mark.parametrize(
    ("serial", "number", "known"),
    [
        ("21984077", 5, "21984077"),
        ("", 21984077, "21984077"),
        ("0000000000", 4711, "4711"),
        ("", 0, ""),
        ("", 1, ""),
        ("", 0x01010101, ""),
        ("Unspecified", 0, ""),
        ("H1AK500000", 0x01010101, "H1AK500000"),
    ],
)
def test_a_serial_number_that_every_monitor_has_is_none(serial: str, number: int, known: str) -> None:
    assert parse_edid(an_edid(serial=serial, number=number)).serial == known


def test_only_telling_serials_tell() -> None:
    assert is_telling("1234")
    assert not any(is_telling(each) for each in ("", "0", "00", "1", "000000", "N/A", "ffffff", " "))


@pytest.mark.parametrize(
    ("fine", "rough", "size"),
    [
        ((338, 422), (34, 42), (338, 422)),
        ((160, 90), (34, 42), (340, 420)),
        ((338, 422), (0, 0), (0, 0)),
        ((338, 422), (34, 0), (0, 0)),
        ((0, 0), (34, 42), (340, 420)),
    ],
)
def test_millimetres_are_taken_where_they_agree_with_the_centimetres(
    fine: tuple[int, int], rough: tuple[int, int], size: tuple[int, int]
) -> None:
    raw = an_edid(width_mm=fine[0], height_mm=fine[1], width_cm=rough[0], height_cm=rough[1])
    edid = parse_edid(raw)
    assert (edid.width_mm, edid.height_mm) == size
