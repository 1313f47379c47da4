"""The helper process of commands that read images from files and end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from workstation.dicom.dicom_object import UnusualReader
from workstation.dicom.unusual_objects import ReadInHelper
from workstation.foundation.helper_process import HelperProcess
from workstation.imaging.decoding import DecodeElsewhere
from workstation.imaging.decoding_elsewhere import HELPER_MODULES, DecodeInHelper

_GRACE_S = 2.0


@dataclass(frozen=True)
class ImageHelper:
    """Where objects and frames that are not ordinary are read; see `foundation.helper_process`."""

    unusual: UnusualReader
    elsewhere: DecodeElsewhere


@contextmanager
def image_helper() -> Iterator[ImageHelper]:
    """A helper process for as long as the context lasts; started only when something needs it."""
    helper = HelperProcess(name="images", count=1, preload=HELPER_MODULES)
    try:
        yield ImageHelper(ReadInHelper(helper), DecodeInHelper(helper))
    finally:
        helper.stop(_GRACE_S)
