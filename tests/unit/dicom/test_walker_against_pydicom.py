"""Our own walker and pydicom say the same of every real file; what is left to pydicom is listed with the reasons."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest
from pydicom.datadict import keyword_for_tag
from pydicom.dataset import Dataset

from workstation.dicom import values
from workstation.dicom.dicom_object import open_any, open_object
from workstation.dicom.elements import SPECIFIC_CHARACTER_SET, Elements
from workstation.dicom.errors import NotDicom, UnreadableInstance
from workstation.dicom.header import InstanceHeader
from workstation.dicom.part10 import ObjectParts, opening_of, walked
from workstation.dicom.pydicom_elements import read_parts
from workstation.dicom.reading import header_of, read_header
from workstation.dicom.series_memory import SeriesMemory
from workstation.dicom.walker import Unusual
from workstation.foundation.byte_source import FileSource

# pydicom warns and logs where a file is malformed, which many of these are; the program turns both off.
pytestmark = [pytest.mark.expects_log, pytest.mark.filterwarnings("ignore::UserWarning:pydicom")]

NO_SYNTAX = "the meta information does not name the transfer syntax"
NO_META = "a data set without meta information begins with another group"
DISORDER = "tags are out of order"
NO_VR = "a VR is unknown"

# Read by pydicom, and why. Everything else is walked.
REFERRED = {
    "dicomdir/DICOMDIR-nooffset": "an item is longer than its sequence",
    "fuzz/cat02_vr_mismatch/TC0233_rows_US_as_UL.dcm": NO_SYNTAX,
    "fuzz/cat02_vr_mismatch/TC0247_bitsstored_US_as_UL.dcm": NO_SYNTAX,
    "fuzz/cat02_vr_mismatch/TC0255_implicit_rows_4bytes.dcm": NO_SYNTAX,
    "fuzz/cat07_file_meta/TC0383_no_dicm.dcm": NO_META,  # begins with a preamble of zeros
    "fuzz/cat07_file_meta/TC0387_dicm_offset64.dcm": NO_META,
    "fuzz/cat07_file_meta/TC0393_meta_glen_one.dcm": DISORDER,  # meta information goes on behind its own end
    "fuzz/cat07_file_meta/TC0397_meta_glen_huge.dcm": NO_VR,  # and here its length runs into the pixels
    "fuzz/cat07_file_meta/TC0403_meta_tag_in_dataset.dcm": NO_SYNTAX,
    "palettes/winter.dcm": DISORDER,
    "pydicom_test_files/SC_rgb_jpeg.dcm": NO_VR,  # explicit VR in its syntax, implicit in its bytes
    "pydicom_test_files/UN_sequence.dcm": NO_VR,
    "pydicom_test_files/meta_missing_tsyntax.dcm": NO_SYNTAX,
    "pydicom_test_files/nested_priv_SQ.dcm": DISORDER,
    "pydicom_test_files/rtdose_rle.dcm": NO_VR,  # a sequence of items in implicit VR
    "pydicom_test_files/rtdose_rle_1frame.dcm": NO_VR,
    "pydicom_test_files/rtplan_truncated.dcm": "a value is longer than what it stands in",
}
NO_OBJECTS = {
    "dicomdir/README.txt",
    "dicomdir/TINY_ALPHA/README",
    "fuzz/cat07_file_meta/TC0385_dicm_offset0.dcm",
    "pydicom_test_files/no_meta.dcm",
}


def files_of(open_data: Path) -> list[Path]:
    return sorted(each for each in open_data.rglob("*") if each.is_file() and each.suffix not in {".md", ".tsv"})


def walk(path: Path) -> tuple[ObjectParts, bytes]:
    """What the walker says, and the bytes that pydicom is to read: inflated ones where the object is deflated."""
    source = FileSource(path)
    try:
        opening, parts = walked(opening_of(source))
        return parts, opening.source.read(0, opening.source.size)
    finally:
        source.close()


def test_what_is_left_to_pydicom(open_data: Path) -> None:
    reasons: dict[str, str] = {}
    refused = set()
    paths = files_of(open_data)
    for path in paths:
        name = path.relative_to(open_data).as_posix()
        try:
            walk(path)
        except Unusual as unusual:
            reasons[name] = str(unusual)
        except NotDicom:
            refused.add(name)
    assert len(paths) == 499
    assert reasons == REFERRED
    assert refused == NO_OBJECTS


def test_the_same_elements(open_data: Path) -> None:
    compared = 0
    for path in files_of(open_data):
        name = path.relative_to(open_data).as_posix()
        if name in REFERRED or name in NO_OBJECTS:
            continue
        parts, data = walk(path)
        try:
            theirs = read_parts(data)
        except UnreadableInstance:
            assert not set(parts.elements) & {0x00080016, 0x00080018, 0x00280010}, name
            continue
        assert differences(parts.elements, theirs.elements) == [], name
        assert parts.pixels == theirs.pixels, name
        assert parts.is_big_endian == theirs.is_big_endian, name
        compared += 1
    assert compared > 470


def differences(ours: Elements, theirs: Elements, place: str = "") -> list[str]:
    """Where two trees differ; pydicom has taken the padding off Specific Character Set."""
    if list(ours) != list(theirs):
        return [f"{place}: other tags"]
    found = []
    for tag in ours:
        if ours.vr(tag) != theirs.vr(tag) or len(ours.items(tag)) != len(theirs.items(tag)):
            found.append(f"{place}/{tag:08X}: other VR or items")
        elif ours.raw(tag) != theirs.raw(tag) and tag != SPECIFIC_CHARACTER_SET:
            found.append(f"{place}/{tag:08X}: other value")
        for one, other in zip(ours.items(tag), theirs.items(tag), strict=False):
            found += differences(one, other, f"{place}/{tag:08X}")
    return found


def test_the_same_values(open_data: Path) -> None:
    """Through the functions that header code is written with, on our elements and on pydicom's data set."""
    for path in files_of(open_data):
        source = FileSource(path)
        try:
            elements = open_any(source).elements
        except UnreadableInstance:
            continue
        finally:
            source.close()
        dataset = pydicom.dcmread(path, force=True, stop_before_pixels=True)
        assert other_values(elements, dataset) == [], path.name


def other_values(elements: Elements, dataset: Dataset) -> list[str]:
    found = []
    for tag in elements:
        keyword = keyword_for_tag(tag)
        if not keyword:
            continue
        if elements.vr(tag) == "SQ":
            pairs = zip(values.items(elements, keyword), values.items(dataset, keyword), strict=True)
            found += [each for ours, theirs in pairs for each in other_values(ours, theirs)]
            continue
        texts = tuple(each.rstrip("=") if elements.vr(tag) == "PN" else each for each in values.texts(dataset, keyword))
        if values.texts(elements, keyword) != texts:
            found.append(keyword)
        # pydicom takes a name for something that is never a number
        if elements.vr(tag) != "PN" and values.numbers(elements, keyword) != values.numbers(dataset, keyword):
            found.append(keyword)
    return found


def test_the_same_headers(open_data: Path) -> None:
    """By the whole way: opened by `open_object`, or read by pydicom altogether."""
    headers = 0
    for path in files_of(open_data):
        ours, theirs = outcome_of_ours(path), outcome_of_theirs(path)
        assert type(ours) is type(theirs), path.name
        if isinstance(ours, InstanceHeader):
            assert ours == theirs, path.name
            headers += 1
    assert headers == 469


def outcome_of_ours(path: Path, memory: SeriesMemory | None = None) -> InstanceHeader | UnreadableInstance:
    source = FileSource(path)
    try:
        return open_object(source, memory=memory).header_without_identifiers
    except NotDicom as error:
        return UnreadableInstance(error.what)
    except UnreadableInstance as error:
        return error
    finally:
        source.close()


def outcome_of_theirs(path: Path) -> InstanceHeader | UnreadableInstance:
    try:
        return header_of(read_header(path.read_bytes()), require_identifiers=False)
    except UnreadableInstance as error:
        return error


@pytest.mark.parametrize(
    "folder", ["ct_head_prior_current", "mr_brain_study", "mr_prostate_adc", "dicomdir", "us", "."]
)
def test_the_same_headers_when_much_is_known_from_others(open_data: Path, folder: str) -> None:
    memory = SeriesMemory()
    for path in [*files_of(open_data / folder)] * 2:
        ours, alone = outcome_of_ours(path, memory), outcome_of_ours(path)
        assert type(ours) is type(alone), path.name
        assert not isinstance(ours, InstanceHeader) or ours == alone, path.name
