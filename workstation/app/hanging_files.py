"""`workstation hang`: studies read from a folder, and screens drawn into files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workstation.app.image_helper import ImageHelper
from workstation.app.rendering import write_image
from workstation.dicom.dicom_object import DicomObject, open_object
from workstation.dicom.folder import objects_in
from workstation.dicom.header import InstanceHeader
from workstation.dicom.patient import PatientMatch, compare_patients
from workstation.foundation.byte_source import FileSource
from workstation.foundation.cancel import CancelToken
from workstation.hanging.hung import Hanging, HungViewport
from workstation.hanging.screens import HangingScreen
from workstation.hanging.study import HangingStudy
from workstation.hanging.study_of_headers import hanging_studies_of
from workstation.imaging.frame_source import FrameSource
from workstation.imaging.picture import render_view
from workstation.imaging.placement import Presentation, fit_placement
from workstation.imaging.presets import preset_named
from workstation.imaging.stack_pixels import key_of

OpenObject = Callable[[str], DicomObject]
"""Opens a file by its SOP Instance UID."""


def read_studies(folder: Path, helper: ImageHelper) -> tuple[tuple[HangingStudy, ...], OpenObject]:
    """All studies with images below ``folder``, and what opens their files.

    Files that are no DICOM objects, or damaged ones, are passed over.
    """
    images = [each for each in objects_in(folder, CancelToken(), unusual=helper.unusual).found if each.header.is_image]
    headers = [each.header for each in images]
    files = {each.header.sop_uid: each.path for each in images}
    studies = tuple(
        study for group in _by_patient(headers) for study in hanging_studies_of(group, patient_key=_key(group))
    )
    return studies, lambda uid: open_object(FileSource(files[uid]), unusual=helper.unusual)


def _by_patient(headers: Sequence[InstanceHeader]) -> list[list[InstanceHeader]]:
    """Headers of one patient together, by the identity rules."""
    groups: list[list[InstanceHeader]] = []
    for header in headers:
        for group in groups:
            if compare_patients(group[0].patient, header.patient) is PatientMatch.SAME:
                group.append(header)
                break
        else:
            groups.append([header])
    return groups


def _key(group: Sequence[InstanceHeader]) -> str:
    patient = group[0].patient
    return f"{patient.issuer}/{patient.patient_id}/{patient.birth_date}" if patient.patient_id else ""


def draw_screens(outcome: Hanging, screens: Sequence[HangingScreen], frames: FrameSource, folder: Path) -> None:
    """One PNG a screen, named after it (``diagnostic-1.png``), with every viewport as it would first be shown."""
    for screen in screens:
        canvas = np.zeros((screen.height, screen.width, 3), np.uint8)
        for viewport in outcome.viewports:
            if viewport.screen == screen.id and viewport.display_set is not None:
                x, y, width, height = viewport.rect
                canvas[y : y + height, x : x + width] = _first_view(viewport, frames)
        write_image(folder / f"{screen.id.replace(':', '-')}.png", canvas)


def _first_view(viewport: HungViewport, frames: FrameSource) -> NDArray[np.uint8]:
    shown = viewport.display_set
    if shown is None:
        raise ValueError("an empty viewport shows nothing")
    index = len(shown.frames) // 2 if viewport.start == "middle" else 0
    reference, header = shown.frames[index], shown.header_at(index)
    frame = frames.fetch(*key_of(reference))
    _, _, width, height = viewport.rect
    preset = preset_named(header, viewport.voi) if viewport.voi else None
    presentation = Presentation(
        window=preset.voi if preset else None, flip=viewport.is_mirrored, frame=reference.frame_index
    )
    placement = fit_placement(header.rows, header.columns, width, height, header.pixel_aspect)
    picture = render_view(frame, header, presentation, placement, (width, height))
    return picture if picture.ndim == 3 else np.repeat(picture[:, :, None], 3, axis=2)
