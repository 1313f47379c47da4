"""A stack of images as one volume: the stack's own array, and where each of its slices lies in the patient.

The pixels are not copied: the volume is the array that the frames were decoded into. Only where slices differ in how
stored values become modality values (PET with a slope for each slice, enhanced objects with one for each frame, tables
that are no straight line) is a second array made, of float32 modality values.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from workstation.dicom.display_sets import DisplaySet
from workstation.dicom.header import InstanceHeader, PixelDescription
from workstation.dicom.voi import VoiFunction, Window
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.imaging.errors import CannotReformat
from workstation.imaging.modality_lut import is_window_on_stored_values, modality_values
from workstation.imaging.stack_pixels import StackPixels, key_of
from workstation.imaging.stored_frame import StoredFrame
from workstation.imaging.suv import suv_scale
from workstation.imaging.volume_grid import Gap, VolumeGrid, grid_of

_FLOAT_BITS = 32


class StackSource(Protocol):
    """What this needs of `workstation.imaging.frame_source.FrameSource`."""

    def load(
        self,
        display_set: DisplaySet,
        centre: Callable[[], int],
        cancel: CancelToken,
        on_frame: Callable[[int], None],
    ) -> object:
        """Read all frames, from ``centre()`` outwards."""
        ...

    def fetch(self, sop_uid: str, frame: int, tile: int, *, cancel: CancelToken) -> StoredFrame:
        """Read one frame now."""
        ...

    def stack_pixels(self, display_set: DisplaySet) -> StackPixels | None:
        """The array that the frames are read into; None when they do not lie in one."""
        ...


@dataclass(frozen=True, eq=False)
class Volume:
    """Grey values in space.

    Attributes
    ----------
    values
        (frames, rows, columns): 8, 16 or 32-bit integers as stored, or float32 modality values. Read-only.
        ``grid.slots`` says which frame lies at which place.
    grid
        Where they lie in the patient.
    header
        Of the slice in the middle, as it holds for ``values``: of float32 values, slope 1 and intercept 0.
    lost
        Images of the stack that could not be decoded; where they would lie is a gap.
    idle_cutters
        What `reslice` has set up for this volume and nobody uses now: taken out by one thread, put back afterwards.
    even_parts
        What `even_parts` has found of this volume, once it has.
    """

    values: NDArray[Any] = field(repr=False)
    grid: VolumeGrid
    header: InstanceHeader
    lost: int = 0
    idle_cutters: deque[Any] = field(default_factory=deque, repr=False)
    even_parts: list[Any] = field(default_factory=list, repr=False)

    @property
    def slope(self) -> float:
        """modality value = value × slope + intercept."""
        return self.header.pixel.rescale_slope

    @property
    def intercept(self) -> float:
        return self.header.pixel.rescale_intercept

    @property
    def unit(self) -> str:
        """As the header states it: HU, US, or empty."""
        return self.header.pixel.rescale_type

    @property
    def padding(self) -> tuple[int, int] | None:
        """Lowest and highest value that is padding; of float32 values NaN is."""
        return self.header.pixel.padding

    @property
    def gaps(self) -> tuple[Gap, ...]:
        return self.grid.gaps

    @property
    def affine(self) -> NDArray[np.float64]:
        """(column, row, slice, 1) to patient mm (LPS), 4 × 4; see `VolumeGrid.affine`."""
        return self.grid.affine

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Between columns, between rows, usually between slices."""
        return self.grid.spacing_mm

    @property
    def frame_of_reference(self) -> str:
        return self.grid.frame_of_reference

    @cached_property
    def is_in_order(self) -> bool:
        """Whether the frames lie in the array as they do in space, one after the other."""
        slots = self.grid.slots
        return bool((np.diff(slots) == 1).all())

    @cached_property
    def padded_columns(self) -> NDArray[np.bool_] | None:
        """(rows, columns): where any slice has padding; None when no pixel of the volume is padding."""
        if self.padding is None and self.values.dtype.kind != "f":
            return None
        found = np.zeros(self.values.shape[1:], dtype=np.bool_)
        for slot in self.grid.slots:
            np.logical_or(found, self.is_padding(self.values[slot]), out=found)
        return found if found.any() else None

    def prepare(self) -> None:
        """Do now, in a thread that nobody waits for, what the first plane would otherwise wait for."""
        _ = self.padded_columns, self.grid.is_even, self.grid.inverse_affine, self.grid.gaps

    def is_padding(self, values: NDArray[Any]) -> NDArray[np.bool_]:
        """Which of some values are padding."""
        if values.dtype.kind == "f":
            return np.asarray(np.isnan(values), dtype=np.bool_)
        if self.padding is None:
            return np.zeros(values.shape, dtype=np.bool_)
        low, high = self.padding
        return np.asarray((values >= low) & (values <= high), dtype=np.bool_)


def volume_of(
    display_set: DisplaySet,
    frames: StackSource,
    cancel: CancelToken,
    on_slice: Callable[[int], None] = lambda _index: None,
) -> Volume:
    """The volume of a display set, once all of its frames have been read.

    Parameters
    ----------
    on_slice
        Told the index of each picture that is ready, in the calling thread.

    Raises
    ------
    CannotReformat
        When no volume can be made of it; the text says why.
    Cancelled
        When ``cancel`` was set before all frames were there.
    """
    grid = grid_of(display_set)
    stack = frames.stack_pixels(display_set)
    frames.load(display_set, lambda: len(display_set.frames) // 2, cancel, on_slice)
    if stack is None:
        values, missing = _gathered(display_set, grid, frames, cancel)
    else:
        values, missing = stack.array, _missing(display_set, stack, frames, cancel)
    made = volume_from(values, grid.without(missing) if missing else grid, display_set, cancel)
    return replace(made, lost=len(missing)) if missing else made


def volume_from(
    values: NDArray[Any], grid: VolumeGrid, display_set: DisplaySet, cancel: CancelToken | None = None
) -> Volume:
    """A volume of stored values that are there already, (frames, rows, columns) in the order of the display set."""
    header, headers = volume_header(display_set, grid), _headers(display_set, grid)
    if not _are_scaled_alike(headers):
        values = _in_modality_values(values, grid, headers, cancel)
    return Volume(_read_only(values), grid, header)


def volume_header(display_set: DisplaySet, grid: VolumeGrid) -> InstanceHeader:
    """What `Volume.header` will be: known before any pixel is.

    Raises
    ------
    CannotReformat
        When a value does not mean the same uptake in every slice.
    """
    headers = _headers(display_set, grid)
    middle = headers[grid.slices // 2]
    if len({suv_scale(header.pet) for header in headers if header.pet is not None}) > 1:
        raise CannotReformat("its images differ in how uptake follows from their values")
    if any(header.real_world != middle.real_world for header in headers):
        middle = replace(middle, real_world=())
    return middle if _are_scaled_alike(headers) else _of_modality_values(middle)


def _headers(display_set: DisplaySet, grid: VolumeGrid) -> list[InstanceHeader]:
    return [display_set.header_at(int(slot)) for slot in grid.slots]


def _are_scaled_alike(headers: Sequence[InstanceHeader]) -> bool:
    """Whether one straight line makes modality values of all stored values."""
    first = headers[0].pixel
    if any(header.pixel.modality_lut is not None for header in headers):
        return False
    return all(_scale(header.pixel) == _scale(first) for header in headers)


def _scale(pixel: PixelDescription) -> tuple[float, float, tuple[int, int] | None]:
    return (pixel.rescale_slope, pixel.rescale_intercept, pixel.padding)


def _in_modality_values(
    values: NDArray[Any], grid: VolumeGrid, headers: Sequence[InstanceHeader], cancel: CancelToken | None
) -> NDArray[np.float32]:
    """Each slice after its own rescale; padding becomes NaN."""
    made = np.full(values.shape, np.nan, dtype=np.float32)
    for slot, header in zip(grid.slots, headers, strict=True):
        if cancel is not None:
            cancel.raise_if_cancelled()
        stored, padding = values[slot], header.pixel.padding
        made[slot] = modality_values(stored, header.pixel)
        if padding is not None:
            made[slot][(stored >= padding[0]) & (stored <= padding[1])] = np.nan
    return made


def _of_modality_values(header: InstanceHeader) -> InstanceHeader:
    """The header as it holds once the rescale has been done; windows that meant stored values are taken along."""
    pixel = header.pixel
    windows = pixel.windows
    if is_window_on_stored_values(header):
        windows = tuple(_rescaled(window, pixel) for window in windows)
    done = replace(
        pixel,
        bits_allocated=_FLOAT_BITS,
        bits_stored=_FLOAT_BITS,
        high_bit=_FLOAT_BITS - 1,
        is_signed=True,
        padding=None,
        rescale_slope=1.0,
        rescale_intercept=0.0,
        modality_lut=None,
        windows=windows,
    )
    return replace(header, pixel=done, real_world=(), windows_act_on="rescaled values")


def _rescaled(window: Window, pixel: PixelDescription) -> Window:
    center = window.center * pixel.rescale_slope + pixel.rescale_intercept
    width = window.width * abs(pixel.rescale_slope)
    function = VoiFunction.LINEAR_EXACT if window.function is VoiFunction.LINEAR else window.function
    return Window(center, width, function, window.explanation)


def _missing(display_set: DisplaySet, stack: StackPixels, frames: StackSource, cancel: CancelToken) -> list[int]:
    """Pictures that cannot be shown; those that only had no room are read now."""
    failed = []
    for index in np.flatnonzero(~stack.loaded):
        if _fetched(frames, display_set, int(index), cancel) is None:
            failed.append(int(index))
        elif not stack.is_loaded(int(index)):
            raise CannotReformat("its images differ in the type of their pixels")
    return failed


def _gathered(
    display_set: DisplaySet, grid: VolumeGrid, frames: StackSource, cancel: CancelToken
) -> tuple[NDArray[Any], list[int]]:
    """One array of frames that do not lie in one, and the pictures that cannot be shown."""
    made: NDArray[Any] | None = None
    failed = []
    for slot in grid.slots:
        cancel.raise_if_cancelled()
        frame = _fetched(frames, display_set, int(slot), cancel)
        if frame is None:
            failed.append(int(slot))
            continue
        if made is None:
            made = np.zeros((len(display_set.frames), *frame.pixels.shape), dtype=frame.pixels.dtype)
        if frame.is_colour or frame.pixels.shape != made.shape[1:] or frame.pixels.dtype != made.dtype:
            raise CannotReformat("its images differ in the type of their pixels")
        made[slot] = frame.pixels
    if made is None:
        raise CannotReformat("none of its images can be shown")
    return made, failed


def _fetched(frames: StackSource, display_set: DisplaySet, index: int, cancel: CancelToken) -> StoredFrame | None:
    try:
        return frames.fetch(*key_of(display_set.frames[index]), cancel=cancel)
    except UserFacingError:
        return None


def _read_only(values: NDArray[Any]) -> NDArray[Any]:
    """A view that cannot be written to: the stack's owner may still be filling it."""
    view = values.view()
    view.setflags(write=False)
    return view
