"""Files that lie, in every way there is: each ends as a refusal in words or as its right pixels, quickly and small."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from tests.fuzz.image_path import ImagePath, Outcome
from tests.helpers import hostile_objects as hostile
from workstation.dicom.dicom_object import open_object
from workstation.dicom.pydicom_elements import ObjectParts
from workstation.dicom.unusual_objects import ReadInHelper
from workstation.foundation.byte_source import BytesSource
from workstation.foundation.errors import UserFacingError
from workstation.foundation.helper_process import HelperProcess
from workstation.imaging.codestream_checks import CodedForm, is_ordinary
from workstation.imaging.decoding import decode_frame_of
from workstation.imaging.decoding_elsewhere import HELPER_MODULES, DecodeInHelper
from workstation.imaging.errors import CannotDecode

TIME_S, GROWTH_BYTES = 2.0, 512 << 20

ALL_REFUSED = {"cut short", "sequences without end", "codestreams that lie"}
OTHER_PIXELS = {"palettes that lie", "elements that are missing", "values that are wrong"}
"""Kinds of which some are still images, of colours or of other bits."""


@pytest.fixture(scope="module")
def helper() -> Iterator[HelperProcess]:
    made = HelperProcess(name="hostile", count=1, preload=HELPER_MODULES)
    yield made
    assert made.stop(5.0)


@pytest.fixture(scope="module")
def path(helper: HelperProcess) -> ImagePath:
    return ImagePath(ReadInHelper(helper), DecodeInHelper(helper))


def peak_bytes(process: str = "self") -> int:
    """The highest memory use so far."""
    lines = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM"))


def measured(path: ImagePath, data: bytes) -> tuple[Outcome, float, int]:
    """What became of it, the processor time it took here, and the growth of this process.

    The helper process is held to the same limits by itself.
    """
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # forget the peak
    before, began = peak_bytes(), time.process_time()
    outcome = path.outcome(data)
    return outcome, time.process_time() - began, peak_bytes() - before


def shown_pixels(path: ImagePath, data: bytes) -> np.ndarray:
    opened = open_object(BytesSource(data), unusual=path.unusual)
    return decode_frame_of(opened, 0, elsewhere=path.elsewhere).pixels


@pytest.mark.parametrize("kind", hostile.KINDS)
def test_every_lie_ends_as_a_refusal_or_as_the_right_pixels(kind: str, path: ImagePath) -> None:
    for file in hostile.KINDS[kind]():
        outcome, seconds, growth = measured(path, file.data)
        assert outcome.kind in {"shown", "refused"}, f"{file}: {outcome}"
        assert seconds < TIME_S, f"{file}: {seconds:.1f} s"
        assert growth < GROWTH_BYTES, f"{file}: {growth >> 20} MB"
        if kind in ALL_REFUSED:
            assert outcome.kind == "refused", file
        elif outcome.kind == "shown" and kind not in OTHER_PIXELS:
            np.testing.assert_array_equal(shown_pixels(path, file.data), hostile.PIXELS, err_msg=file.name)
    assert path.outcome(hostile.good()) == Outcome("shown", "1 pictures")
    np.testing.assert_array_equal(shown_pixels(path, hostile.good()), hostile.PIXELS)


def test_the_helper_process_stays_small(path: ImagePath, helper: HelperProcess) -> None:
    for file in (*hostile.KINDS["sequences without end"](), *hostile.KINDS["lengths that lie"]()):
        path.outcome(file.data)
        assert all(peak_bytes(str(each)) < GROWTH_BYTES + (100 << 20) for each in helper.process_ids), file


def test_a_codestream_of_very_many_pixels_in_few_bytes_is_decoded_elsewhere(path: ImagePath) -> None:
    """A blank image of 16,000 squared in JPEG-LS: its headers agree and it is whole."""
    import imagecodecs

    side = 16_000
    stream = bytes(imagecodecs.jpegls_encode(np.zeros((side, side), np.uint8)))
    form = CodedForm(hostile.JPEG_LS, side, side, 1, "MONOCHROME2", 8, 8)
    assert len(stream) < 1_000_000
    assert not is_ordinary(stream, form)
    assert is_ordinary(
        hostile.codestream(hostile.JPEG_LS), CodedForm(hostile.JPEG_LS, 32, 32, 1, "MONOCHROME2", 16, 12)
    )
    before = peak_bytes()
    big = {f"t0028{tag}_US": hostile.short(side) for tag in ("0010", "0011")}
    data = hostile.compressed(hostile.JPEG_LS, stream, **hostile.EIGHT_BITS | big)
    with suppress(CannotDecode):  # on a busy computer it takes too long
        assert shown_pixels(path, data).shape == (side, side)
    assert peak_bytes() - before < GROWTH_BYTES + side * side


def test_refusals_name_neither_patient_nor_values(path: ImagePath) -> None:
    """`ImagePath` calls a refusal that names the patient, or says nothing, a finding: here is the proof."""

    class Indiscreet:
        def read(self, data: bytes) -> ObjectParts:
            raise UserFacingError(f"The file of {hostile.NAME.decode()} is damaged.")

    unusual = hostile.meta(hostile.EXPLICIT, group_length=hostile.UNDEFINED) + hostile.body(hostile.attributes())
    assert ImagePath(Indiscreet(), path.elsewhere).outcome(unusual).kind == "finding"
    assert path.outcome(unusual).kind == "refused"


FUZZED = {
    "BASELINE_valid_ct.dcm": "",
    "TC0013_patientname_len1.dcm": "",
    "TC0019_patientid_over_2x.dcm": "",
    "TC0025_patientid_empty.dcm": "",
    "TC0039_accessionnumber_empty.dcm": "",
    "TC0093_institutionname_over_64KB.dcm": "",
    "TC0101_patientsex_over_1.dcm": "",
    "TC0137_sopinstanceuid_empty.dcm": "SOP Instance UID (0008,0018) is missing",
    "TC0167_seriesinstanceuid_len1.dcm": "",
    "TC0231_sopinstanceuid_UI_as_LO.dcm": "",
    "TC0233_rows_US_as_UL.dcm": "not a DICOM object",
    "TC0237_studydate_DA_as_LO.dcm": "",
    "TC0243_pixeldata_OB_as_OW.dcm": "pixel data are shorter than its header says",
    "TC0247_bitsstored_US_as_UL.dcm": "not a DICOM object",
    "TC0249_modality_CS_as_LO.dcm": "",
    "TC0255_implicit_rows_4bytes.dcm": "not a DICOM object",
    "TC0257_implicit_patname_binary.dcm": "",
    "TC0287_buf_2x.dcm": "",
    "TC0299_bits_bsstored_gt_ba.dcm": "Bits Stored (0028,0101) is not usable",
    "TC0309_bits_ba_three.dcm": "Bits Allocated (0028,0100) is not usable",
    "TC0321_encap_empty_bot.dcm": "compressed pixel data are damaged",
    "TC0325_encap_10k_frags.dcm": "compressed pixel data are damaged",
    "TC0333_pi_empty.dcm": "",
    "TC0335_pi_256chars.dcm": "",
    "TC0337_mf_nf_zero.dcm": "",
    "TC0377_no_preamble.dcm": "",
    "TC0379_preamble_ff.dcm": "",
    "TC0383_no_dicm.dcm": "not a DICOM object",
    "TC0385_dicm_offset0.dcm": "not a DICOM object",
    "TC0387_dicm_offset64.dcm": "not a DICOM object",
    "TC0393_meta_glen_one.dcm": "not a DICOM object",
    "TC0397_meta_glen_huge.dcm": "not a DICOM object",
    "TC0403_meta_tag_in_dataset.dcm": "not a DICOM object",
}
"""File → what its refusal says; empty for what is shown."""

MALFORMED = {
    "MR_truncated.dcm": "pixel data are shorter than its header says",
    "badVR.dcm": "",
    "rtplan_truncated.dcm": "the object has no pixels",
    "meta_missing_tsyntax.dcm": "not a DICOM object",
    "no_meta.dcm": "not a DICOM object",
    "UN_sequence.dcm": "not a DICOM object",
    "ExplVR_BigEndNoMeta.dcm": "the object has no pixels",
    "ExplVR_LitEndNoMeta.dcm": "the object has no pixels",
    "JPEG2000-embedded-sequence-delimiter.dcm": "another size than its header says",
    "MR_small_padded.dcm": "",
    "J2K_pixelrep_mismatch.dcm": "",
    "reportsi_with_empty_number_tags.dcm": "the object has no pixels",
}


def test_the_table_of_fuzzed_files_is_whole(open_data: Path) -> None:
    assert {each.name for each in (open_data / "fuzz").rglob("*.dcm")} == set(FUZZED)


@pytest.mark.parametrize(("name", "said"), (FUZZED | MALFORMED).items())
def test_malformed_files_of_others(name: str, said: str, path: ImagePath, open_data: Path) -> None:
    (file,) = (*(open_data / "fuzz").rglob(name), *(open_data / "pydicom_test_files").rglob(name))
    outcome, seconds, growth = measured(path, file.read_bytes())
    assert outcome.kind == ("refused" if said else "shown"), outcome
    assert said in outcome.detail
    assert (seconds < TIME_S, growth < GROWTH_BYTES) == (True, True)


def test_small_real_files_end_well(path: ImagePath, open_data: Path) -> None:
    """The small ones, whatever they are; documents beside the images too."""
    for file in sorted(each for each in open_data.rglob("*") if each.is_file() and each.stat().st_size < 150_000):
        outcome = path.outcome(file.read_bytes())
        assert outcome.kind in {"shown", "applied", "refused"}, f"{file.name}: {outcome}"
