"""Overlay planes (60xx): bitmaps that lie over an image, by themselves or in bits beside the pixels (PS3.3 C.9.2)."""

from __future__ import annotations

from dataclasses import dataclass, field

from workstation.dicom.elements import Elements
from workstation.dicom.pydicom_elements import elements_of
from workstation.dicom.values import AnyDataset

GROUPS = tuple(range(0x6000, 0x6020, 2))
_SIGNS = (0x0010, 0x0102)  # Overlay Rows, Overlay Bit Position: one of them every overlay has
_MAX_SIDE = 65535
_MOST_FRAMES = 1 << 20


@dataclass(frozen=True)
class OverlayPlane:
    """One overlay.

    Attributes
    ----------
    group
        6000 to 601E, hexadecimal.
    origin
        (row, column) of its first pixel on the image, counted from 1; may lie outside.
    frames, first_frame
        How many frames it has, and on which frame of the image (from 0) the first lies; one frame holds for all.
    is_roi
        A region of interest (R) rather than graphics (G); its statistics are not used.
    bits
        Packed, lowest bit first, all frames one after the other; empty when it is embedded.
    bit_position
        Where it is embedded in the pixels (retired form), or None.
    """

    group: int
    rows: int
    columns: int
    origin: tuple[int, int] = (1, 1)
    frames: int = 1
    first_frame: int = 0
    is_roi: bool = False
    label: str = field(default="", repr=False)
    activation_layer: str = ""
    bits: bytes = field(default=b"", repr=False)
    bit_position: int | None = None

    @property
    def is_embedded(self) -> bool:
        """Whether it lies in bits of the pixel data that the image does not use."""
        return self.bit_position is not None

    def frame_for(self, image_frame: int) -> int | None:
        """Which of its frames lies on ``image_frame``; None when none does."""
        if self.frames == 1 and self.first_frame == 0:
            return 0
        index = image_frame - self.first_frame
        return index if 0 <= index < self.frames else None


def overlay_planes_of(
    dataset: AnyDataset, image_shape: tuple[int, int] = (0, 0)
) -> tuple[tuple[OverlayPlane, ...], tuple[str, ...]]:
    """The overlays of an object, and in words those that cannot be used.

    Parameters
    ----------
    image_shape
        (rows, columns) of the image: an embedded overlay has its size.
    """
    planes, faults = [], []
    for group in GROUPS:
        elements = _group(dataset, group)
        if elements is None:
            continue
        plane = _plane(elements, group, image_shape)
        if plane is None:
            faults.append(f"overlay {group:04X} is damaged")
        else:
            planes.append(plane)
    return tuple(planes), tuple(faults)


def activations_of(dataset: Elements) -> tuple[tuple[int, str], ...]:
    """Overlay Activation Layer (60xx,1001) by group: which overlays are shown, and in which layer (C.11.7)."""
    found = ((group, dataset.text(group << 16 | 0x1001).upper()) for group in GROUPS)
    return tuple((group, layer) for group, layer in found if layer)


def _group(dataset: AnyDataset, group: int) -> Elements | None:
    """A data set with this overlay in it; None when there is no such overlay."""
    if not any((group << 16 | element) in dataset for element in _SIGNS):
        return None
    return dataset if isinstance(dataset, Elements) else elements_of(dataset.group_dataset(group))


def _plane(dataset: Elements, group: int, image_shape: tuple[int, int]) -> OverlayPlane | None:
    bits = dataset.raw(group << 16 | 0x3000)
    rows, columns = (_whole(dataset, group, element) for element in (0x0010, 0x0011))
    position = None
    if not bits:
        position = _whole(dataset, group, 0x0102)
        if not 0 <= position < 64 or not all(image_shape):
            return None
        rows, columns = rows or image_shape[0], columns or image_shape[1]
    frames = max(1, _whole(dataset, group, 0x0015))
    origin = dataset.numbers(group << 16 | 0x0050) or (1.0, 1.0)
    is_sized = 0 < rows <= _MAX_SIDE and 0 < columns <= _MAX_SIDE and frames <= _MOST_FRAMES and len(origin) == 2
    if not is_sized or (bits and len(bits) * 8 < rows * columns * frames):
        return None
    return OverlayPlane(
        group=group,
        rows=rows,
        columns=columns,
        origin=(int(origin[0]), int(origin[1])),
        frames=frames,
        first_frame=max(0, _whole(dataset, group, 0x0051) - 1),
        is_roi=dataset.text(group << 16 | 0x0040).upper() == "R",
        label=dataset.text(group << 16 | 0x1500) or dataset.text(group << 16 | 0x0022),
        activation_layer=dataset.text(group << 16 | 0x1001).upper(),
        bits=bits,
        bit_position=position,
    )


def _whole(dataset: Elements, group: int, element: int) -> int:
    found = dataset.numbers(group << 16 | element)
    return int(found[0]) if found else 0
