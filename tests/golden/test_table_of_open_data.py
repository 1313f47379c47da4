"""What becomes of every file of the open data; `table_of_open_data.py` prints it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.golden.table_of_open_data import as_markdown, lines

LONGEST_S = 10.0  # for every frame of one file, on a busy machine

_NO_OBJECT = "is not a DICOM object"
_SHORT = "shorter than its header says"
_DIRECTORY, _TEXT, _BARE = "a media directory", "a text file", "a few elements, without class, instance or image"

# file → part of the refusal, and why it is right
REFUSED = {
    "charset/chrJapMulti.dcm": ("missing", "a header whose pixels were taken away"),
    "charset/chrJapMultiExplicitIR6.dcm": ("missing", "a header whose pixels were taken away"),
    "charset/chrKoreanMulti.dcm": ("missing", "a header whose pixels were taken away"),
    "charset/chrSQEncoding.dcm": (_NO_OBJECT, _BARE),
    "charset/chrSQEncoding1.dcm": (_NO_OBJECT, _BARE),
    "dicomdir/DICOMDIR": (_NO_OBJECT, _DIRECTORY),
    "dicomdir/DICOMDIR-bigEnd": (_NO_OBJECT, _DIRECTORY),
    "dicomdir/DICOMDIR-empty.dcm": (_NO_OBJECT, _DIRECTORY),
    "dicomdir/DICOMDIR-implicit": (_NO_OBJECT, _DIRECTORY),
    "dicomdir/DICOMDIR-nooffset": (_NO_OBJECT, _DIRECTORY),
    "dicomdir/DICOMDIR-nopatient": (_NO_OBJECT, _DIRECTORY),
    "dicomdir/DICOMDIR-reordered": (_NO_OBJECT, _DIRECTORY),
    "dicomdir/README.txt": (_NO_OBJECT, _TEXT),
    "dicomdir/TINY_ALPHA/DICOMDIR": (_NO_OBJECT, _DIRECTORY),
    "dicomdir/TINY_ALPHA/README": (_NO_OBJECT, _TEXT),
    "fuzz/cat02_vr_mismatch/TC0233_rows_US_as_UL.dcm": (_NO_OBJECT, "a preamble and nothing behind it"),
    "fuzz/cat02_vr_mismatch/TC0243_pixeldata_OB_as_OW.dcm": (_SHORT, "64 of 8192 bytes"),
    "fuzz/cat02_vr_mismatch/TC0247_bitsstored_US_as_UL.dcm": (_NO_OBJECT, "a preamble and nothing behind it"),
    "fuzz/cat02_vr_mismatch/TC0255_implicit_rows_4bytes.dcm": (_NO_OBJECT, "a preamble and nothing behind it"),
    "fuzz/cat04_pixel_data/TC0299_bits_bsstored_gt_ba.dcm": ("Bits Stored", "more bits than their container has"),
    "fuzz/cat04_pixel_data/TC0309_bits_ba_three.dcm": ("Bits Allocated", "3"),
    "fuzz/cat04_pixel_data/TC0321_encap_empty_bot.dcm": ("damaged", "no codestream"),
    "fuzz/cat04_pixel_data/TC0325_encap_10k_frags.dcm": ("damaged", "no codestream, in 10,000 pieces"),
    "fuzz/cat07_file_meta/TC0383_no_dicm.dcm": (_NO_OBJECT, "damaged on purpose"),
    "fuzz/cat07_file_meta/TC0385_dicm_offset0.dcm": (_NO_OBJECT, "damaged on purpose"),
    "fuzz/cat07_file_meta/TC0387_dicm_offset64.dcm": (_NO_OBJECT, "damaged on purpose"),
    "fuzz/cat07_file_meta/TC0393_meta_glen_one.dcm": (_NO_OBJECT, "damaged on purpose"),
    "fuzz/cat07_file_meta/TC0397_meta_glen_huge.dcm": (_NO_OBJECT, "damaged on purpose"),
    "fuzz/cat07_file_meta/TC0403_meta_tag_in_dataset.dcm": (_NO_OBJECT, "a preamble and nothing behind it"),
    "pydicom_test_files/JPEG2000-embedded-sequence-delimiter.dcm": (
        "another size",
        "a delimiter written over the width: 3,722,445,056 columns",
    ),
    "pydicom_test_files/MR_truncated.dcm": (_SHORT, "the file ends within its only frame"),
    "pydicom_test_files/UN_sequence.dcm": (_NO_OBJECT, _BARE),
    "pydicom_test_files/empty_charset_LEI.dcm": (_NO_OBJECT, _BARE),
    "pydicom_test_files/meta_missing_tsyntax.dcm": (_NO_OBJECT, _BARE),
    "pydicom_test_files/nested_priv_SQ.dcm": (_NO_OBJECT, _BARE),
    "pydicom_test_files/no_meta.dcm": (_NO_OBJECT, "a stray byte before the first element"),
    "pydicom_test_files/no_meta_group_length.dcm": (_NO_OBJECT, _BARE),
    "pydicom_test_files/priv_SQ.dcm": (_NO_OBJECT, _BARE),
    "rt/ct.0.dcm": (_SHORT, "the file ends within its only frame"),
}


@pytest.mark.expects_log  # pydicom complains of the malformed ones
@pytest.mark.filterwarnings("ignore")
def test_every_file_is_decoded_or_refused_for_a_known_reason(open_data: Path, tmp_path: Path) -> None:
    found = list(lines(open_data))
    (tmp_path / "table.md").write_text(as_markdown(found), "utf-8")
    refused = {line.path: line.detail for line in found if line.outcome == "refused"}
    assert refused.keys() == REFUSED.keys()
    assert [path for path, (part, _) in REFUSED.items() if part not in refused[path]] == []
    assert [line.path for line in found if line.seconds > LONGEST_S] == []
    counts = Counter(line.outcome for line in found)
    assert counts == {"decoded": 383, "no pixels": 77, "refused": len(REFUSED)}
    assert len(found) == 499
