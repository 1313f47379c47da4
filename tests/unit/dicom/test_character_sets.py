"""Names in every character set of the standard, among them the examples of PS3.5 annexes H to K."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.dicom.character_sets import decoded
from workstation.dicom.dicom_object import open_any
from workstation.dicom.elements import Elements
from workstation.foundation.byte_source import FileSource

ESC = b"\x1b"
JAPANESE = "Yamada^Tarou=山田^太郎=やまだ^たろう"
KANJI = ESC + b"$B;3ED" + ESC + b"(%s^" + ESC + b"$BB@O:" + ESC + b"(%s="
KANA = ESC + b"$B$d$^$@" + ESC + b"(%s^" + ESC + b"$B$?$m$&" + ESC + b"(%s"


def japanese(first: bytes, back: bytes) -> bytes:
    return first + KANJI.replace(b"%s", back) + KANA.replace(b"%s", back)


EXAMPLES = {
    "H.3.1": (b"\\ISO 2022 IR 87", japanese(b"Yamada^Tarou=", b"B"), JAPANESE),
    "H.3.2": (
        b"ISO 2022 IR 13\\ISO 2022 IR 87",
        japanese(b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=", b"J"),
        "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
    ),
    "I.2": (
        b"\\ISO 2022 IR 149",
        b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
        "Hong^Gildong=洪^吉洞=홍^길동",
    ),
    "J.1": (b"ISO_IR 192", "Wang^XiaoDong=王^小東=".encode(), "Wang^XiaoDong=王^小東="),
    "J.3": (b"GB18030", "Wang^XiaoDong=王^小东=".encode("gb18030"), "Wang^XiaoDong=王^小东="),
    "J.5": (b"GBK", "Wang^XiaoDong=王^小东=".encode("gbk"), "Wang^XiaoDong=王^小东="),
    "K.2": (
        b"\\ISO 2022 IR 58",
        b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab=",
        "Zhang^XiaoDong=张^小东=",
    ),
}


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_of_the_standard(example: str) -> None:
    sets, raw, name = EXAMPLES[example]
    assert decoded(raw, sets, is_name=True) == name


ONE_BYTE = {
    "100": ("latin-1", "Äneas^Rüdiger"), "101": ("iso8859_2", "Wałęsa^Čeněk"), "109": ("iso8859_3", "Ħal^Ġorġ"),
    "110": ("iso8859_4", "Bērziņš^Ēriks"), "144": ("iso8859_5", "Люксембург"), "127": ("iso8859_6", "قباني^لنزار"),
    "126": ("iso8859_7", "Διονυσιος"), "138": ("iso8859_8", "שרון^דבורה"), "148": ("iso8859_9", "Çavuşoğlu^İlknur"),
    "203": ("iso8859_15", "Œuvré^Zoë Š€"), "166": ("tis_620", "นามสกุล^ชื่อ"), "13": ("shift_jis", "ﾔﾏﾀﾞ^ﾀﾛｳ"),
}  # fmt: skip
ESCAPES = {
    "100": b"-A", "101": b"-B", "109": b"-C", "110": b"-D", "144": b"-L", "127": b"-G", "126": b"-F", "138": b"-H",
    "148": b"-M", "203": b"-b", "166": b"-T", "13": b")I",
}  # fmt: skip


@pytest.mark.parametrize("number", ONE_BYTE)
def test_one_byte_sets_alone_and_with_code_extensions(number: str) -> None:
    codec, name = ONE_BYTE[number]
    raw = name.encode(codec)
    assert decoded(raw, f"ISO_IR {number}".encode(), is_name=True) == name
    assert decoded(raw, f"ISO 2022 IR {number} ".encode(), is_name=True) == name
    again = b"^".join(ESC + ESCAPES[number] + part for part in raw.split(b"^"))
    assert decoded(again, f"ISO 2022 IR 6\\ISO 2022 IR {number}".encode(), is_name=True) == name
    assert decoded(again, f"\\ISO 2022 IR 87\\ISO 2022 IR {number}".encode(), is_name=True) == name


def test_several_sets_in_one_name() -> None:
    sets = b"ISO 2022 IR 100\\ISO 2022 IR 144\\ISO 2022 IR 126"
    raw = b"Buc^J\xe9r\xf4me=" + ESC + b"-L\xbb\xee\xda" + b"^" + ESC + b"-F\xc4\xe9\xef"
    assert decoded(raw, sets, is_name=True) == "Buc^Jérôme=Люк^Διο"


def test_more_kanji_and_seven_bit_katakana() -> None:
    assert decoded(ESC + b"$(D0!" + ESC + b"(B", b"\\ISO 2022 IR 159") == "丂"
    assert decoded(ESC + b"(I@@" + ESC + b"(B^A", b"\\ISO 2022 IR 87", is_name=True) == "ﾀﾀ^A"


def test_delimiters_bring_the_first_set_back() -> None:
    hangul = ESC + b"$)C\xb1\xe8"
    assert decoded(hangul + b"^\xe9", b"ISO 2022 IR 100\\ISO 2022 IR 149", is_name=True) == "김^é"
    assert decoded(hangul + b"\\\xe9", b"ISO 2022 IR 100\\ISO 2022 IR 149") == "김\\é"
    assert decoded(hangul + b"\r\n\xe9", b"ISO 2022 IR 100\\ISO 2022 IR 149") == "김\r\né"
    assert decoded(hangul + b"^\xb1\xe8", b"ISO 2022 IR 100\\ISO 2022 IR 149") == "김^김"  # no name: no delimiter


def test_a_backslash_inside_a_character_divides_nothing() -> None:
    half = b"\x81\x5c"  # a character of GBK whose second byte is that of a backslash
    elements = Elements({0x00080005: ("CS", b"GBK "), 0x00080090: ("LO", half + b"\\" + half)})
    assert elements.texts(0x00080090) == (half.decode("gbk"),) * 2
    kanji = ESC + b"$B!\\" + ESC + b"(B"
    elements = Elements({0x00080005: ("CS", b"\\ISO 2022 IR 87"), 0x00080090: ("LO", kanji + b"\\B")})
    assert elements.texts(0x00080090) == (kanji.decode("iso2022_jp"), "B")


@pytest.mark.parametrize(
    "term",
    ["ISO_IR 192", "ISO IR 192", "ISO-IR 192", "iso_ir_192", "ISO_IR192", "UTF-8", "utf8", "ISO 2022 IR 192", "192"],
)
def test_misspelt_terms(term: str) -> None:
    assert decoded("Müller".encode(), term.encode()) == "Müller"


def test_text_is_readable_as_far_as_possible() -> None:
    assert decoded(b"M\xfcller", b"NO SUCH SET") == "Müller"
    assert decoded(b"M\xfcller", b"") == "Müller"
    assert decoded(b"M\xfcller", b"ISO_IR 192") == "Müller"  # Latin-1 under a wrong name
    assert decoded(b"A" + ESC + b"%%B", b"\\ISO 2022 IR 87") == "A%%B"
    assert decoded(ESC + b"$B;", b"\\ISO 2022 IR 87") == "\ufffd"
    assert decoded(b"\xb1\xe8", b"\\ISO 2022 IR 149") == "김"  # the escape sequence was forgotten
    assert decoded(b"\xa0\xff", b"ISO_IR 166").endswith("\ufffd")


@given(st.binary(max_size=40), st.binary(max_size=30), st.booleans())
def test_nothing_raises(raw: bytes, sets: bytes, is_name: bool) -> None:
    assert isinstance(decoded(raw, sets, is_name=is_name), str)


@given(st.binary(max_size=30), st.sampled_from([sets for sets, _, _ in EXAMPLES.values()]))
def test_nothing_raises_between_escape_sequences(raw: bytes, sets: bytes) -> None:
    text = decoded(ESC + b"$B" + raw + ESC + b"$)C" + raw + ESC + b"-A" + raw, sets, is_name=True)
    assert isinstance(text, str)


NAMES = {
    "chrArab": "قباني^لنزار", "chrFren": "Buc^Jérôme", "chrFrenMulti": "Buc^Jérôme", "chrGerm": "Äneas^Rüdiger",
    "chrGreek": "Διονυσιος", "chrH31": JAPANESE, "chrH32": "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
    "chrHbrw": "שרון^דבורה", "chrI2": "Hong^Gildong=洪^吉洞=홍^길동", "chrJapMulti": "やまだ^たろう",
    "chrJapMultiExplicitIR6": "やまだ^たろう", "chrKoreanMulti": "김희중", "chrRuss": "Люкceмбypг",
    "chrX1": "Wang^XiaoDong=王^小東", "chrX2": "Wang^XiaoDong=王^小东",
}  # fmt: skip


def elements_of_file(path: Path) -> Elements:
    source = FileSource(path)
    try:
        return open_any(source).elements
    finally:
        source.close()


@pytest.mark.parametrize("name", NAMES)
def test_names_in_real_files(name: str, open_data: Path) -> None:
    assert elements_of_file(open_data / f"charset/{name}.dcm").text("PatientName") == NAMES[name]


@pytest.mark.parametrize("name", ["chrSQEncoding", "chrSQEncoding1"])
def test_an_item_has_its_own_set_or_that_of_the_data_set_around_it(name: str, open_data: Path) -> None:
    elements = elements_of_file(open_data / f"charset/{name}.dcm")
    (item,) = elements.items("RequestedProcedureCodeSequence")
    assert item.text("PatientName") == "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"


def test_an_item_inherits_and_overrides() -> None:
    inheriting = Elements({0x00080104: ("LO", b"\xbb\xee\xda")}, b"ISO_IR 144")
    own = Elements({0x00080005: ("CS", b"ISO_IR 100"), 0x00080104: ("LO", b"\xe9")}, b"ISO_IR 144")
    assert (inheriting.text("CodeMeaning"), own.text("CodeMeaning")) == ("Люк", "é")
