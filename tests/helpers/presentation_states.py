"""Builds presentation states in memory: every module of the grayscale softcopy state can be set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import ExplicitVRLittleEndian

from tests.helpers.pixel_objects import ROOT, as_bytes
from workstation.dicom.dicom_object import open_object
from workstation.dicom.presentation_state import GRAYSCALE, PresentationState, presentation_state_of
from workstation.foundation.byte_source import BytesSource


def reference(image: Dataset, frames: Sequence[int] = ()) -> Dataset:
    """An item of a Referenced Image Sequence; ``frames`` are counted from 1."""
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = image.SOPClassUID, image.SOPInstanceUID
    if frames:
        item.ReferencedFrameNumber = list(frames)
    return item


def gsps(*images: Dataset, sop_class: str = GRAYSCALE, uid: str = "9", **attributes: Any) -> Dataset:
    """A state that refers to ``images``; a presentation LUT shape of IDENTITY and the whole image, unless told."""
    state = Dataset()
    state.file_meta = FileMetaDataset()
    state.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    state.file_meta.MediaStorageSOPClassUID = state.SOPClassUID = sop_class
    state.file_meta.MediaStorageSOPInstanceUID = state.SOPInstanceUID = f"{ROOT}4.{uid}"
    state.StudyInstanceUID, state.SeriesInstanceUID = images[0].StudyInstanceUID, f"{ROOT}5"
    state.PatientID, state.PatientName = images[0].PatientID, images[0].PatientName
    state.PatientBirthDate = state.PatientSex = state.StudyDate = state.StudyTime = state.StudyID = ""
    state.ReferringPhysicianName = state.AccessionNumber = state.Manufacturer = ""
    state.Modality, state.SeriesNumber, state.InstanceNumber = "PR", 90, 1
    state.ContentLabel, state.ContentDescription, state.ContentCreatorName = "STATE", "A finding", "Doe^Jane"
    state.PresentationCreationDate, state.PresentationCreationTime = "20240102", "101500"
    series = Dataset()
    series.SeriesInstanceUID = images[0].SeriesInstanceUID
    series.ReferencedImageSequence = DicomSequence([reference(image) for image in images])
    state.ReferencedSeriesSequence = DicomSequence([series])
    state.DisplayedAreaSelectionSequence = DicomSequence([area(images[0])])
    if "PresentationLUTSequence" not in attributes:
        state.PresentationLUTShape = "IDENTITY"
    for keyword, value in attributes.items():
        setattr(state, keyword, value)
    return state


def area(
    image: Dataset,
    top_left: tuple[int, int] = (1, 1),
    bottom_right: tuple[int, int] | None = None,
    mode: str = "SCALE TO FIT",
    **attributes: Any,
) -> Dataset:
    """An item of the Displayed Area Selection Sequence; corners are (column, row), from 1."""
    item = Dataset()
    item.DisplayedAreaTopLeftHandCorner = list(top_left)
    item.DisplayedAreaBottomRightHandCorner = list(bottom_right or (image.Columns, image.Rows))
    item.PresentationSizeMode = mode
    if "PresentationPixelSpacing" not in attributes:
        item.PresentationPixelAspectRatio = [1, 1]
    for keyword, value in attributes.items():
        setattr(item, keyword, value)
    return item


def softcopy_voi(**attributes: Any) -> Dataset:
    """An item of the Softcopy VOI LUT Sequence."""
    item = Dataset()
    for keyword, value in attributes.items():
        setattr(item, keyword, value)
    return item


def graphic(shape: str, points: Sequence[float], *, units: str = "PIXEL", filled: bool = False) -> Dataset:
    """An item of a Graphic Object Sequence."""
    item = Dataset()
    item.GraphicAnnotationUnits, item.GraphicDimensions = units, 2
    item.NumberOfGraphicPoints, item.GraphicData = len(points) // 2, list(points)
    item.GraphicType, item.GraphicFilled = shape, "Y" if filled else "N"
    return item


def text_at(words: str, **attributes: Any) -> Dataset:
    """An item of a Text Object Sequence."""
    item = Dataset()
    item.UnformattedTextValue = words
    for keyword, value in attributes.items():
        setattr(item, keyword, value)
    return item


def annotation(layer: str, graphics: Sequence[Dataset] = (), texts: Sequence[Dataset] = (), **more: Any) -> Dataset:
    """An item of the Graphic Annotation Sequence."""
    item = Dataset()
    item.GraphicLayer = layer
    if graphics:
        item.GraphicObjectSequence = DicomSequence(graphics)
    if texts:
        item.TextObjectSequence = DicomSequence(texts)
    for keyword, value in more.items():
        setattr(item, keyword, value)
    return item


def layer(name: str, order: int, **attributes: Any) -> Dataset:
    """An item of the Graphic Layer Sequence."""
    item = Dataset()
    item.GraphicLayer, item.GraphicLayerOrder = name, order
    for keyword, value in attributes.items():
        setattr(item, keyword, value)
    return item


def overlay(target: Dataset, group: int, bits: Any, *, origin: tuple[int, int] = (1, 1), frames: int = 0) -> None:
    """Add an overlay plane of these bits, (rows, columns) or (frames, rows, columns) of booleans."""
    import numpy as np

    rows, columns = bits.shape[-2:]
    target.add_new((group, 0x0010), "US", rows)
    target.add_new((group, 0x0011), "US", columns)
    if frames:
        target.add_new((group, 0x0015), "IS", frames)
        target.add_new((group, 0x0051), "US", 1)
    target.add_new((group, 0x0040), "CS", "G")
    target.add_new((group, 0x0050), "SS", list(origin))
    target.add_new((group, 0x0100), "US", 1)
    target.add_new((group, 0x0102), "US", 0)
    packed = np.packbits(bits.ravel(), bitorder="little").tobytes()
    target.add_new((group, 0x3000), "OW", packed + b"\0" * (len(packed) % 2))


def read_state(dataset: Dataset) -> PresentationState:
    """The state as the program reads it, from the bytes of a file."""
    return presentation_state_of(open_object(BytesSource(as_bytes(dataset))).elements)
