"""Folders and media: every object below is found, whatever it is called; a directory never leads outside."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, MediaStorageDirectoryStorage

from tests.helpers.pixel_objects import as_bytes, image_object
from workstation.dicom.dicomdir import DirectoryRecord, MediaDirectory, read_dicomdir
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.folder import objects_in
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import BadInput, Cancelled

PIXELS = np.zeros((4, 4), np.uint16)


def kinds(records: tuple[DirectoryRecord, ...], level: str = "") -> list[str]:
    """Paths of kinds, as PATIENT/STUDY/SERIES/IMAGE."""
    found = []
    for record in records:
        path = f"{level}/{record.kind}".lstrip("/")
        found += kinds(record.children, path) if record.children else [path]
    return found


@pytest.mark.parametrize("name", ["DICOMDIR", "DICOMDIR-bigEnd", "DICOMDIR-implicit", "DICOMDIR-reordered"])
def test_real_directories(open_data: Path, name: str) -> None:
    directory = read_dicomdir(open_data / "dicomdir" / name)
    assert kinds(directory.records) == ["PATIENT/STUDY/SERIES/IMAGE"] * 31
    assert [each.elements.text("PatientID") for each in directory.records] == ["77654033", "98890234"]
    files = list(directory.files())
    assert len({each.path for each in files if each.path}) == 31
    assert files[0].name == "77654033/CR1/6154"
    assert files[0].sop_uid


@pytest.mark.parametrize("name", ["DICOMDIR-nooffset", "DICOMDIR-nopatient"])
@pytest.mark.expects_log
@pytest.mark.filterwarnings("ignore")
def test_directories_whose_offsets_lead_nowhere(open_data: Path, name: str) -> None:
    assert sum(each.path is not None for each in read_dicomdir(open_data / "dicomdir" / name).files()) == 31


def test_a_directory_of_nothing_and_no_directory(open_data: Path) -> None:
    assert read_dicomdir(open_data / "dicomdir/DICOMDIR-empty.dcm").records == ()
    with pytest.raises(UnreadableInstance, match="not a directory"):
        read_dicomdir(open_data / "pydicom_test_files/CT_small.dcm")


def record(kind: str, file_id: str | list[str] = "", *, in_use: int = 0xFFFF) -> Dataset:
    found = Dataset()
    found.OffsetOfTheNextDirectoryRecord = found.OffsetOfReferencedLowerLevelDirectoryEntity = 0
    found.RecordInUseFlag = in_use
    found.DirectoryRecordType = kind
    if file_id:
        found.ReferencedFileID = file_id
        found.ReferencedSOPInstanceUIDInFile = "1.2.3"
    return found


def write_directory(folder: Path, *records: Dataset) -> Path:
    directory = Dataset()
    directory.file_meta = FileMetaDataset()
    directory.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    directory.file_meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    directory.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    directory.FileSetID = "TEST"
    directory.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity = 0
    directory.DirectoryRecordSequence = Sequence(list(records))
    path = folder / "DICOMDIR"
    directory.save_as(path, enforce_file_format=True)
    return path


def levels(*files: str | list[str]) -> list[Dataset]:
    return [*(record(kind) for kind in ("PATIENT", "STUDY", "SERIES")), *(record("IMAGE", each) for each in files)]


def write_image(path: Path, uid: str = "1") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_bytes(image_object(PIXELS, uid=uid)))
    return path


def found_in(directory: MediaDirectory) -> dict[str, Path | None]:
    return {each.name: each.path for each in directory.files()}


def test_names_in_capitals_find_files_in_small_letters(tmp_path: Path) -> None:
    small, versioned = write_image(tmp_path / "images/im1"), write_image(tmp_path / "images/IM2.;1")
    found = found_in(read_dicomdir(write_directory(tmp_path, *levels(["IMAGES", "IM1"], ["IMAGES", "IM2"]))))
    assert found == {"IMAGES/IM1": small, "IMAGES/IM2": versioned}


def test_a_directory_leads_nowhere_else(tmp_path: Path) -> None:
    secret = write_image(tmp_path / "secret")
    medium = tmp_path / "medium"
    write_image(medium / "inside/im1")
    names: list[str | list[str]] = [["..", "SECRET"], ["INSIDE", "..", "..", "SECRET"], str(secret), ["INSIDE", ""]]
    names += [["INSIDE/IM1"], ["C:", "SECRET"], ["."], ["INSIDE"]]
    if sys.platform != "win32":
        (medium / "link").symlink_to(tmp_path)
        names.append(["LINK", "SECRET"])
    found = found_in(read_dicomdir(write_directory(medium, *levels(*names))))
    assert set(found.values()) == {None}
    assert len(found) == len(names)


def test_deleted_records_are_left_out(tmp_path: Path) -> None:
    write_image(tmp_path / "IM1")
    records = [*levels("IM1"), record("IMAGE", "IM2", in_use=0)]
    assert list(found_in(read_dicomdir(write_directory(tmp_path, *records)))) == ["IM1"]


LINKS = {b"\4\0\0\x14UL\4\0", b"\4\0\x20\x14UL\4\0"}
"""Heads of the elements that lead from record to record."""


def test_records_in_a_circle_end(tmp_path: Path) -> None:
    path = write_directory(tmp_path, *levels("IM1"))
    directory = read_dicomdir(path)
    assert kinds(directory.records) == ["PATIENT/STUDY/SERIES/IMAGE"]
    data = bytearray(path.read_bytes())
    places = [at for at in range(len(data)) if bytes(data[at : at + 8]) in LINKS]
    for at in places:
        data[at + 8 : at + 12] = (400).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    assert len(list(read_dicomdir(path).files())) <= 1


def test_all_objects_of_a_folder(tmp_path: Path) -> None:
    first, second = write_image(tmp_path / "a/no extension", "1"), write_image(tmp_path / "b/image.txt", "2")
    (tmp_path / "b/readme.txt").write_text("nothing to see")
    (tmp_path / "empty").touch()
    (tmp_path / "program.exe").write_bytes(b"MZ" + bytes(4000))
    (tmp_path / "damaged").write_bytes(first.read_bytes()[:200])
    steps: list[tuple[int, int]] = []
    contents = objects_in(tmp_path, CancelToken(), lambda done, of: steps.append((done, of)))
    assert [each.path for each in contents.found] == [first, second]
    assert [each.header.rows for each in contents.found] == [4, 4]
    assert [path.name for path, _ in contents.refused] == ["damaged"]
    assert "damaged" in contents.refused[0][1]
    assert contents.others == 3
    assert steps == [(number, 6) for number in range(1, 7)]


def test_a_medium_says_what_is_missing_and_hides_nothing(tmp_path: Path) -> None:
    listed, unlisted = write_image(tmp_path / "IM1", "1"), write_image(tmp_path / "IM9", "9")
    directory = write_directory(tmp_path, *levels("IM1", "IM2"))
    for path in (tmp_path, directory):
        contents = objects_in(path, CancelToken())
        assert [each.path for each in contents.found] == [listed, unlisted]
        assert contents.missing == ("IM2",)
        assert (contents.refused, contents.others) == ((), 0)


def test_one_file_and_no_file(tmp_path: Path) -> None:
    assert len(objects_in(write_image(tmp_path / "one"), CancelToken()).found) == 1
    with pytest.raises(BadInput, match="There is no"):
        objects_in(tmp_path / "nothing", CancelToken())


def test_reading_a_folder_is_given_up(tmp_path: Path) -> None:
    for number in range(4):
        write_image(tmp_path / f"{number}")
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        objects_in(tmp_path, cancel, lambda done, _of: cancel.cancel() if done == 2 else None)


def test_a_real_medium(open_data: Path, tmp_path: Path) -> None:
    medium = tmp_path / "cd"
    for each in ("77654033", "98892001"):
        shutil.copytree(open_data / "dicomdir" / each, medium / each.lower())
    shutil.copy(open_data / "dicomdir/DICOMDIR", medium)
    contents = objects_in(medium, CancelToken())
    assert len(contents.found) + len(contents.missing) == 31
    assert all(name.startswith("98892003/") for name in contents.missing)
