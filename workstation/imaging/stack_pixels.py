"""The pixels of a whole stack in one array: what a volume is made of without a copy."""

from __future__ import annotations

import weakref
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workstation.dicom.display_sets import DisplaySet, FrameRef
from workstation.dicom.header import InstanceHeader
from workstation.imaging.stored_frame import StoredFrame

_SMALLEST_STACK = 2

FrameKey = tuple[str, int, int]
"""SOP Instance UID, frame, and the tile of a mosaic, else `WHOLE_FRAME`."""

WHOLE_FRAME = -1


def key_of(reference: FrameRef) -> FrameKey:
    """What a picture of a display set is kept under."""
    if reference.tile is not None:
        return reference.sop_uid, 0, reference.tile
    return reference.sop_uid, reference.frame_index, WHOLE_FRAME


@dataclass(frozen=True)
class PixelForm:
    """What all frames of a stack must have in common to lie in one array."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    photometric: str
    bits_stored: int
    is_signed: bool
    padding: tuple[int, int] | None
    has_overlays: bool = False

    @classmethod
    def of(cls, frame: StoredFrame) -> PixelForm:
        """The form of one decoded frame."""
        pixels = frame.pixels
        own = (frame.photometric, frame.bits_stored, frame.is_signed, frame.padding, bool(frame.embedded_overlays))
        return cls(pixels.shape, pixels.dtype, *own)

    @property
    def may_be_stacked(self) -> bool:
        """Grey, and with nothing but pixels."""
        is_gray = len(self.shape) == 2 and self.photometric.startswith("MONOCHROME")
        return is_gray and not self.has_overlays

    @property
    def frame_bytes(self) -> int:
        """Memory of one frame."""
        return int(np.prod(self.shape)) * self.dtype.itemsize


class StackPixels:
    """One array for all frames of a display set, filled as they are decoded. Any thread may read.

    Parameters
    ----------
    uid
        Of the display set.
    keys
        Of its frames, in the order of scrolling.
    form
        What they have in common.
    """

    def __init__(self, uid: str, keys: tuple[FrameKey, ...], form: PixelForm) -> None:
        self.uid = uid
        self.keys = keys
        self.form = form
        self._pixels: NDArray[Any] = np.zeros((len(keys), *form.shape), form.dtype)  # takes memory as it is written
        self._loaded = np.zeros(len(keys), np.bool_)
        self._array = self._pixels.view()
        self._array.setflags(write=False)

    def __len__(self) -> int:
        return len(self._loaded)

    @property
    def array(self) -> NDArray[Any]:
        """Stored values, (frames, rows, columns), read-only; zero where a frame is not loaded."""
        return self._array

    @property
    def nbytes(self) -> int:
        """Memory it takes when all is loaded."""
        return int(self._pixels.nbytes)

    @property
    def memory(self) -> weakref.ref[NDArray[Any]]:
        """Dead once nobody holds the array or a view of it any more."""
        return weakref.ref(self._pixels)

    @property
    def is_complete(self) -> bool:
        """Whether every frame is loaded."""
        return bool(self._loaded.all())

    @property
    def loaded(self) -> NDArray[np.bool_]:
        """Which frames are loaded, (frames,); a copy."""
        return self._loaded.copy()

    def is_loaded(self, index: int) -> bool:
        """Whether frame ``index`` is loaded."""
        return bool(self._loaded[index])

    def frame(self, index: int) -> StoredFrame | None:
        """Frame ``index``, a view of the array; None while it is not loaded."""
        if not self._loaded[index]:
            return None
        form = self.form
        return StoredFrame(self._array[index], form.photometric, form.bits_stored, form.is_signed, form.padding)

    def accepts(self, header: InstanceHeader) -> bool:
        """Whether pixels of this header have the form of the stack, once they are in its type."""
        form, pixel = self.form, header.pixel
        said = ((header.rows, header.columns), pixel.photometric, pixel.bits_stored, pixel.is_signed, pixel.padding)
        return said == (form.shape, form.photometric, form.bits_stored, form.is_signed, form.padding)

    def slot(self, index: int) -> NDArray[Any]:
        """Where frame ``index`` belongs, to be written by whoever decodes it and then calls `settle`."""
        slot: NDArray[Any] = self._pixels[index]
        return slot

    def settle(self, index: int, *, is_loaded: bool) -> None:
        """The slot holds the frame now, or nothing of it: then it is emptied."""
        if not is_loaded:
            self._pixels[index] = 0
        self._loaded[index] = is_loaded

    def fill(self, index: int, frame: StoredFrame) -> bool:
        """Copy a frame into its slot; False, and nothing is done, when it has another form."""
        if PixelForm.of(frame) != self.form:
            return False
        self._pixels[index] = frame.pixels
        self._loaded[index] = True
        return True


def may_be_one_array(display_set: DisplaySet) -> bool:
    """Whether the headers say that all frames are grey and of one form; decoding may still show otherwise."""
    if len(display_set.frames) < _SMALLEST_STACK:
        return False
    forms = {_form_said_by(header) for header in display_set.instances}
    return len(forms) == 1 and display_set.instances[0].pixel.photometric.startswith("MONOCHROME")


def _form_said_by(header: InstanceHeader) -> tuple[Hashable, ...]:
    pixel, picture = header.pixel, header.mosaic or header
    container = (pixel.samples, pixel.bits_allocated, pixel.bits_stored, pixel.is_signed)
    return (picture.rows, picture.columns, pixel.photometric, *container, pixel.padding)
